corrections-title = Fix an address

corrections-search = Search cleaned contacts
corrections-fix = Fix
corrections-next = Fix the next
corrections-which-audience = *{ $address }* is cleaned in several audiences. Which one?
corrections-in-audience = *{ $audience }*
    { $why }, { $date }
corrections-which-address = This message holds several addresses. Which one?
corrections-address = { $address }
corrections-choose = Choose
corrections-no-address = There is no address in this message. Use /cleaned-fix to search for one.

corrections-cleaned = *{ $address }* is cleaned in { $audience }.
corrections-why = Cleaned { $date }: { $why }
corrections-campaign = Campaign: { $campaign }
corrections-diagnostic = The mail server said: { $diagnostic }
corrections-reason = { $sure ->
        [very] Very likely
        [likely] Likely
       *[perhaps] Perhaps
    }: { $written } → { $domain }{ $reason ->
        [common-domain] {", a common domain"}
        [own-domain] {", a domain of many contacts here"}
       *[same-domain] {""}
    }, { $slip }.
corrections-reason-whole = { $sure ->
        [very] Very likely
        [likely] Likely
       *[perhaps] Perhaps
    }: { $slip }.
corrections-slip-swapped = two letters swapped
corrections-slip-missing = a letter is missing
corrections-slip-doubled = a letter doubled
corrections-slip-extra = one letter too many
corrections-slip-neighbour = the key beside the right one
corrections-slip-other-letter = one letter differs
corrections-slip-no-dot = the dot is missing
corrections-slip-several = more than one slip
corrections-slip-ending = a different ending
corrections-slip-stray = it has characters that no address has
corrections-slip-around = there is something around the address
corrections-slip-at = the @ is missing, doubled or another key

corrections-step = { $counted ->
    [more] { $number } of more than { $n } likely typos
   *[exact] { $n ->
        [one] The only likely typo
       *[other] { $number } of { $n } likely typos
    }
}
corrections-skip = Skip
corrections-not-typo = Not a typo
corrections-other = Another address
corrections-check = Check the domain
corrections-all = All likely typos
corrections-undo = Undo
corrections-walked = This is the last likely typo. The ones you skipped stay in the list.
corrections-kept = *{ $address }* is marked as correct. It won’t be suggested again.
corrections-said-right = { $who } marked this address as correct, so there is no suggestion.
corrections-already = { $status ->
    [subscribed] *Already here:* { $address } is subscribed to { $audience } and gets mail. There is nothing to add.
    [unsubscribed] *Already here:* { $address } unsubscribed from { $audience }. Only the person can subscribe again.
    [cleaned] *Already here:* { $address } is cleaned in { $audience } too. It can’t be added again.
    [archived] *Already here:* { $address } is archived in { $audience }. Restore it with /cleaned-restore.
    [pending] *Already here:* { $address } has not confirmed yet in { $audience }. The person has to confirm first.
   *[other] *Already here:* { $address } is a transactional contact in { $audience }. Only the person can subscribe.
}
corrections-dns = { $answer ->
    [takes-mail] { $domain } accepts mail.
    [no-domain] { $domain } does not exist, so it accepts no mail.
    [refuses] { $domain } says that it accepts no mail.
    [no-server] { $domain } has no mail server, so it accepts no mail.
    [asked] Checking { $domain }…
   *[unknown] The check of { $domain } got no answer. Try again later.
}

corrections-corrected = Corrected address
corrections-first-name = First name
corrections-last-name = Last name
corrections-consent = Permission
corrections-permission = This person gave me permission to email them
corrections-stays = The cleaned contact stays as it is. The corrected address is added as a new, subscribed contact.
corrections-add = Add contact

corrections-added = *{ $address }* was added to { $audience } as a subscribed contact.
corrections-old-stays = { $address } stays cleaned.
corrections-no-extra = Cleaned addresses don’t count toward your plan’s contact limit: each person counts once.

error-no-such-contact = No audience has { $address }. Check the spelling, or search with /cleaned-fix.
error-not-cleaned = { $status ->
    [subscribed] { $address } is subscribed to { $audience } and gets mail. There is nothing to fix.
    [unsubscribed] { $address } unsubscribed from { $audience }. Only the person can subscribe again.
    [pending] { $address } has not confirmed yet in { $audience }. Wait for the confirmation.
    [archived] { $address } is archived in { $audience }. Restore it first with /cleaned-restore.
   *[other] { $address } is a transactional contact in { $audience }, not a cleaned one. There is nothing to fix.
}
error-abuse-complaint = { $address } was cleaned after a spam complaint. This person wants no more mail, so no other address can be added for them.
error-no-permission = Tick this once the person has agreed. Without permission, the address can’t be added.
error-not-an-address = { $reason ->
    [empty] Type the corrected address.
    [too-long] This is too long: an address has at most 254 characters.
    [no-at] The @ is missing.
    [spaces] An address has no spaces. Remove them.
    [no-local] The part before the @ is missing.
    [no-domain] The part after the @ is missing.
    [special-use] This domain is reserved for tests or local networks. Mail can’t reach it.
    [bad-domain] The part after the @ is not a domain that can get mail. Check it letter by letter.
   *[other] The part before the @ has characters that an address can’t have. Check it letter by letter.
}
error-same-address = This is the cleaned address itself, and it can’t be added again. Type the corrected one.
error-already-there = { $status ->
    [subscribed] This address is already subscribed to { $audience }. There is nothing to add.
    [unsubscribed] This address unsubscribed from { $audience }. Only the person can subscribe again.
    [cleaned] This address is cleaned in { $audience } too. A cleaned address can’t be added again.
    [archived] This address is archived in { $audience }. Restore it with /cleaned-restore.
    [pending] This address is in { $audience } but has not confirmed yet. The person has to confirm first.
   *[other] This address is a transactional contact in { $audience }. Only the person can subscribe.
}

corrections-goes = { $optin ->
    [double] The cleaned contact stays as it is. Mailchimp mails the corrected address a confirmation; it is pending until the person confirms. It gets the tags, groups, language and VIP mark.
   *[single] The cleaned contact stays as it is. The corrected address is added in Mailchimp as a new, subscribed contact, with the tags, groups, language and VIP mark.
}
corrections-part = { $name }: { $part ->
    [addr1] street
    [addr2] street, second line
    [city] town
    [state] state or region
    [zip] postal code
   *[country] country
}
corrections-field = { $kind ->
    [optional] Mailchimp does not require this.
    [date] Mailchimp requires this date in this audience.
    [birthday] Mailchimp requires this in this audience: month and day, such as 11/24.
    [number] Mailchimp requires this number in this audience.
    [url] Mailchimp requires this in this audience: a whole link, with https://.
    [imageurl] Mailchimp requires this in this audience: a whole link, with https://.
    [zip] Mailchimp requires this in this audience: five digits.
   *[text] Mailchimp requires this in this audience.
}
corrections-field-problem = Mailchimp said: “{ $problem }” { $about }
corrections-field-said = { $field }: { $problem }
corrections-permissions = Marketing permissions
corrections-permissions-hint = Tick only what this person has agreed to. The rest is recorded as not given.
corrections-permission-whole = In full: { $text }
corrections-adding = { $state ->
    [trying] Mailchimp does not answer. The bot keeps trying to add *{ $address }*; you can close this window.
   *[first] Adding *{ $address }* to { $audience } in Mailchimp…
}
corrections-added-there = { $status ->
    [pending] Mailchimp has sent the confirmation mail to *{ $address }*. The contact is pending in { $audience } until the person clicks the link in it.
   *[subscribed] *{ $address }* was added to { $audience } in Mailchimp as a subscribed contact.
}
corrections-tags-lost = These tags could not be copied. Set them in Mailchimp: { $tags }
corrections-profile-lost = The cleaned contact is no longer in Mailchimp, so its groups, language and VIP mark could not be copied. Set them in Mailchimp.
corrections-signup-form = sign-up form
corrections-signup = Here is the { $form }.
corrections-kept-typed = What you typed is kept.
corrections-again = Back to the form

error-corrections-no-key = { $audience } is in Mailchimp, and this bot has no Mailchimp key. Ask whoever runs it to set MAILCHIMP_API_KEY.
error-corrections-too-many = { $audience } requires { $n } fields, more than this window can show. Add the contact in Mailchimp.
error-corrections-silent = Mailchimp did not say which fields { $audience } requires. Try again in a few minutes.
error-corrections-missing = Mailchimp requires this. Fill it in.
error-corrections-there = { $status ->
    [subscribed] *{ $address }* is already subscribed to { $audience }. There is nothing to add.
    [unsubscribed] *{ $address }* unsubscribed from { $audience }. Only the person can subscribe again, with the sign-up form.
    [cleaned] *{ $address }* is cleaned in { $audience } too. It can’t be added again; look for another typo in it.
    [archived] *{ $address }* is archived in { $audience }. Restore it with /cleaned-restore, or in Mailchimp if it was archived there.
    [pending] *{ $address }* is in { $audience } but has not confirmed yet. The person has to click the link in the confirmation mail.
    [nonsubscribed] *{ $address }* is a transactional contact in { $audience }. The person can subscribe with the sign-up form.
   *[other] *{ $address }* is already in { $audience }. Look it up in Mailchimp.
}
error-corrections-compliance = *{ $address }* unsubscribed from { $audience } or was cleaned there. Only the person can subscribe: send them the audience’s sign-up form.
error-corrections-forgotten = *{ $address }* was deleted permanently from { $audience }. Only the person can subscribe again: send them the audience’s sign-up form.
error-corrections-invalid = Mailchimp did not accept *{ $address }* for { $audience }, and nothing was added. Correct what it names and send the form again. It said: { $detail }
error-corrections-key = Mailchimp refused this bot’s key. Ask whoever runs the bot to check MAILCHIMP_API_KEY, then send the form again: nothing is added twice.
error-corrections-no-answer = Mailchimp’s answer could not be read, so *{ $address }* may or may not be in { $audience }. Send the form again later: nothing is added twice.
error-corrections-refused = Mailchimp refused to add *{ $address }* to { $audience }. It said: { $title } { $detail }
corrections-pick = *These addresses in { $audience } look mistyped.* Tick the ones whose owners gave their permission. Nothing changes until you add them.
corrections-pick-singly = *These addresses in { $audience } look mistyped.* Fix those whose owners gave their permission, one at a time.
corrections-no-typos = *{ $audience }:* no cleaned address looks mistyped. Look again after the next campaign, or search for one.
corrections-tick-all = Tick page
corrections-one-by-one = One by one
corrections-in-form = { $reason } Fix it in its own form: it needs more details.
corrections-fix-name = Fix { $address }
corrections-choose-name = Choose { $address }
corrections-menu-edit = Edit: { $address }
corrections-menu-not-typo = Not a typo: { $address }
corrections-permission-of = { $n ->
    [one] This person gave me permission to email them
   *[other] These { $n } people gave me permission to email them
}
corrections-these-stay = { $source ->
    [local] The cleaned contacts stay as they are. The corrected addresses are added as new, subscribed contacts.
   *[other] The cleaned contacts stay as they are. The corrected addresses are added in Mailchimp, with tags, groups, language and VIP mark. If the audience asks people to confirm, they are pending until they do.
}
corrections-add-these = { $n ->
    [one] Add { $n } contact
   *[other] Add { $n } contacts
}
corrections-adding-these = { $state ->
    [trying] Mailchimp does not answer. The bot keeps trying; you can close this window. Added to { $audience } so far: { $done } of { $n }.
   *[first] Adding corrected addresses to { $audience }: { $done } of { $n }
}
corrections-added-these = { $n ->
    [0] No corrected address was added to { $audience }
    [one] { $n } corrected address was added to { $audience }
   *[other] { $n } corrected addresses were added to { $audience }
}
corrections-change = { $address } → *{ $suggestion }*
corrections-not-added = *Not added:* { $address } → { $suggestion }
corrections-pending-these = { $n ->
    [one] { $n } of them is pending until the person clicks the link in Mailchimp’s confirmation mail.
   *[other] { $n } of them are pending until the person clicks the link in Mailchimp’s confirmation mail.
}
corrections-old-stay = { $n ->
    [one] The mistyped address stays cleaned.
   *[other] The mistyped addresses stay cleaned.
}
corrections-fix-more = Fix more typos
error-corrections-nothing-ticked = No address is ticked. Tick the ones to add.
error-corrections-other-number = { $n ->
    [one] { $n } address is ticked. Read the permission again, and tick it for this person.
   *[other] { $n } addresses are ticked. Read the permission again, and tick it for these { $n } people.
}
corrections-earlier = { $n } earlier, then:
corrections-before = *Corrected before:*
corrections-number = { $counted ->
    [more] More than { $n } likely typos
   *[exact] { $n ->
        [one] { $n } likely typo
       *[other] { $n } likely typos
    }
}
