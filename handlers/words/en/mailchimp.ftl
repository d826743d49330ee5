# What Mailchimp refuses, or why it can't be asked: the keys of storage/mailchimp/errors.py.
mailchimp = Mailchimp could not be used. Try again in a few minutes.
mailchimp-bad-key = MAILCHIMP_API_KEY is not a Mailchimp key: it has to end with a data centre, like -us3. Copy it whole, from Mailchimp’s page “API keys”.
mailchimp-bad-base = MAILCHIMP_API_URL is not an address of the API. It begins with https:// (http:// is for this machine alone), ends with /3.0, and holds no password; without it, the key tells where to ask.
mailchimp-refused = Mailchimp refused ({ $status } “{ $title }”). Try again; if it happens again, report it with what stands in the brackets.
mailchimp-key-refused = Mailchimp refuses MAILCHIMP_API_KEY: it is mistyped or was revoked, or its end names another data centre than its own. Copy it whole from Mailchimp’s page “API keys”, with its end (like -us3), or make a new one there.
mailchimp-forbidden = The user of the Mailchimp key has no right to that (“{ $title }”). Use a key of an owner, an admin or a manager of the account.
mailchimp-account-suspended = Mailchimp has suspended or closed the account of the key (“{ $title }”). Nothing can be read or changed there: log in to Mailchimp, which says what it asks for.
mailchimp-not-found = Mailchimp has nothing of that kind any more. It may have been deleted there: look in Mailchimp.
mailchimp-method-refused = Mailchimp does not do that to this contact by itself. Do it on Mailchimp’s own page.
mailchimp-member-exists = The address is in this audience at Mailchimp already. Nothing was added; look it up there.
mailchimp-in-compliance-state = This contact unsubscribed, bounced or is under review, so Mailchimp lets nobody but the person subscribe it again. Send them your signup form.
mailchimp-forgotten = This address was deleted for good at Mailchimp, so it can’t be added by others. Send the person your signup form.
mailchimp-invalid = Mailchimp finds what was sent invalid (“{ $title }”). Check the address and the fields, and try again.
mailchimp-too-many-connections = Mailchimp takes no more requests just now. Try again in a few minutes; other programs with the same key count too.
mailchimp-unavailable = Mailchimp can’t be reached, or fails ({ $reason }). Check the network, and MAILCHIMP_API_URL if it is set; try again in a few minutes.
mailchimp-wrong-data-centre = Mailchimp has no data centre { $centre }, or the key belongs to another. Copy MAILCHIMP_API_KEY whole from Mailchimp’s page “API keys”: its end names the data centre. If MAILCHIMP_API_URL is set, take it away.
mailchimp-bad-answer = What answered is not Mailchimp, or not as it should ({ $reason }). Check MAILCHIMP_API_URL, and whether a proxy stands in between.
