archives-title = Archive contacts
archives-headline = { $n ->
    [one] *Archive { $n } contact* in { $audience }
   *[other] *Archive { $n } contacts* in { $audience }
}
archives-meaning = Archived contacts keep their history, so nobody is added twice. You can undo this at any time.
archives-untouched = Contacts with another status stay as they are. So do contacts that are cleaned from now on.
archives-at-mailchimp = They are archived in Mailchimp too. If Mailchimp refuses one, it stays as it is and the receipt says why.
archives-word = ARCHIVE
archives-type = Type { $word } to confirm
archives-submit = Archive
archives-nothing = { $audience } has no cleaned contacts, so there is nothing to archive. Look again after the next campaign.
archives-nothing-matches = No cleaned contact in { $audience } matches any more. Change the filters.
archives-waiting = { $n ->
    [one] Archiving { $n } contact in { $audience }…
   *[other] Archiving { $n } contacts in { $audience }…
}
archives-progress = Archiving contacts in { $audience }: { $done } of { $n }
archives-done = { $n ->
    [0] No contact was archived in { $audience }
    [one] { $n } contact archived in { $audience }
   *[other] { $n } contacts archived in { $audience }
}
archives-left-alone = { $n ->
    [one] { $n } of the contacts you saw has changed since, so it was not archived.
   *[other] { $n } of the contacts you saw have changed since, so they were not archived.
}
archives-newer = { $n ->
    [one] { $n } contact was cleaned or changed after you looked. It is not archived.
   *[other] { $n } contacts were cleaned or changed after you looked. They are not archived.
}
archives-stop = Stop and undo
archives-stopped = { $n ->
    [one] An undo stopped this: { $n } more contact was not archived.
   *[other] An undo stopped this: { $n } more contacts were not archived.
}
archives-kept = They keep their history.
archives-can-undo = To undo, press the button, or use /cleaned-restore at any time.
archives-undone = Undone by { $who }.
archives-undo = Undo
archives-see-rest = View what is left
archives-share = Share
archives-failed = Not all contacts were archived in { $audience }
archives-share-title = Share the receipt
archives-share-what = The channel sees how many contacts and who archived them, but no addresses.
archives-share-where = Channel
archives-share-submit = Share
archives-shared-text = { $n ->
    [one] { $who } archived { $n } cleaned contact in { $audience }
   *[other] { $who } archived { $n } cleaned contacts in { $audience }
}
archives-shared = Shared in { $channel }.
error-archives-not-in-channel = I can’t post in that channel. Invite me there with /invite, or choose another.
filter-reason = reason: { $reason }
filter-on = cleaned on { $date }
filter-since = cleaned since { $date }
filter-until = cleaned until { $date }
filter-period = cleaned from { $since } to { $until }
filter-campaign = after “{ $campaign }”
filter-domain = at { $domain }
filter-text = with “{ $text }”
filter-worth-a-look = worth a look
filter-not-worth-a-look = without those worth a look
filter-reviewed = reviewed
filter-typos = likely typos
filter-without-typos = without likely typos
filter-ticked = { $n ->
    [one] { $n } ticked contact
   *[other] { $n } ticked contacts
}
archives-refused = { $n ->
    [one] Refused by Mailchimp: { $n } contact. { $why }
   *[other] Refused by Mailchimp: { $n } contacts. { $why }
}
archives-refusal-method-refused = Mailchimp does not archive these cleaned contacts through its API.
archives-refusal-not-found = Mailchimp has no such contact any more.
archives-refusal-forgotten = The contact was deleted permanently at Mailchimp.
archives-refusal-in-compliance = The contact unsubscribed or was cleaned. Only the person can subscribe again.
archives-refusal-invalid = Mailchimp rejects some of the contact’s data.
archives-refusal-other = Mailchimp’s own words are in the file.
archives-no-answer = { $n ->
    [one] { $n } contact still waits for Mailchimp’s answer. Start again later: nothing is archived twice.
   *[other] { $n } contacts still wait for Mailchimp’s answer. Start again later: nothing is archived twice.
}
archives-by-contact = { $n ->
    [one] Mailchimp refused its usual call for { $n } of them and accepted its newer one.
   *[other] Mailchimp refused its usual call for { $n } of them and accepted its newer one.
}
archives-outcomes-sent = The file in your messages has the outcome for each address.
archives-by-hand = To archive them in Mailchimp: open the audience’s contacts, filter by Email subscription status · is one of · Cleaned, choose View segment, tick them, choose Archive and type ARCHIVE. The next sync brings the change here.
archives-open-mailchimp = Open in Mailchimp
archives-outcome-address = Email Address
archives-outcome-state = Outcome
archives-outcome-reason = Reason
archives-outcome-detail = Mailchimp’s words
archives-state-done = done
archives-state-refused = refused
archives-state-waiting = waiting
archives-outcome-file = outcomes
archives-outcome-comment = The outcome for each address in Mailchimp.
error-archives-no-mailchimp = This audience is in Mailchimp, and this bot has no Mailchimp key. Ask whoever runs the bot to set MAILCHIMP_API_KEY, then start again.
archives-worth-a-look = { $n ->
    [one] *{ $n } of them is worth a look:* it may have been cleaned by mistake.
   *[other] *{ $n } of them are worth a look:* they may have been cleaned by mistake.
}
archives-typos = { $n ->
    [one] *{ $n } of them is a likely typo:* you can fix it only while it is not archived.
   *[other] *{ $n } of them are likely typos:* you can fix them only while they are not archived.
}
archives-doubtful = Worth a look and likely typos
archives-leave-out = Leave them out: archive { $n } only
