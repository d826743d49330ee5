archives-title = Archive contacts
archives-headline = { $n ->
    [one] *Archive { $n } contact* of { $audience }
   *[other] *Archive { $n } contacts* of { $audience }
}
archives-meaning = Archived contacts are kept with their history, so nobody is added twice. You can undo this at any time.
archives-untouched = Not touched: contacts of any other status, and whoever is cleaned from now on.
archives-at-mailchimp = They are archived in Mailchimp too. What it refuses stays as it is, and the receipt says why.
archives-word = ARCHIVE
archives-type = Type { $word } to confirm
archives-submit = Archive
archives-nothing = No cleaned contacts in { $audience }: there is nothing to archive. Look again after the next campaign.
archives-nothing-matches = No cleaned contact in { $audience } matches any more. Change the filters.
archives-waiting = { $n ->
    [one] Archiving { $n } contact of { $audience }…
   *[other] Archiving { $n } contacts of { $audience }…
}
archives-progress = Archiving contacts of { $audience }: { $done } of { $n }
archives-done = { $n ->
    [0] No contact of { $audience } was archived
    [one] { $n } contact of { $audience } archived
   *[other] { $n } contacts of { $audience } archived
}
archives-left-alone = { $n ->
    [one] { $n } of those you saw had changed by then and was left alone.
   *[other] { $n } of those you saw had changed by then and were left alone.
}
archives-newer = { $n ->
    [one] { $n } contact was cleaned or changed after you looked and is still there.
   *[other] { $n } contacts were cleaned or changed after you looked and are still there.
}
archives-stop = Stop and undo
archives-stopped = { $n ->
    [one] Stopped by an undo: { $n } more contact was not archived.
   *[other] Stopped by an undo: { $n } more contacts were not archived.
}
archives-kept = They are kept with their history.
archives-can-undo = To undo, press the button, or use /cleaned-restore at any time.
archives-undone = Undone by { $who }.
archives-undo = Undo
archives-see-rest = See what is left
archives-share = Share
archives-failed = The contacts of { $audience } were not all archived
archives-share-title = Share the receipt
archives-share-what = The channel gets the figure and who did it, no addresses.
archives-share-where = Channel
archives-share-submit = Share
archives-shared-text = { $n ->
    [one] { $who } archived { $n } cleaned contact of { $audience }
   *[other] { $who } archived { $n } cleaned contacts of { $audience }
}
archives-shared = Shared in { $channel }.
error-archives-not-in-channel = I can’t post in that channel. Invite me there with /invite, or choose another.
filter-reason = reason: { $reason }
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
    [one] { $n } ticked
   *[other] { $n } ticked
}
archives-refused = { $n ->
    [one] Refused by Mailchimp: { $n } contact. { $why }
   *[other] Refused by Mailchimp: { $n } contacts. { $why }
}
archives-refusal-method-refused = Mailchimp does not archive these cleaned contacts through its API.
archives-refusal-not-found = Mailchimp has no such contact any more.
archives-refusal-forgotten = The contact was deleted permanently at Mailchimp.
archives-refusal-in-compliance = The contact unsubscribed or was cleaned, and has to subscribe again by itself.
archives-refusal-invalid = Mailchimp finds something in the contact’s data wrong.
archives-refusal-other = Mailchimp’s own words are in the file.
archives-no-answer = { $n ->
    [one] { $n } contact still waits for Mailchimp’s answer. Start again later: what was done by then is not done twice.
   *[other] { $n } contacts still wait for Mailchimp’s answer. Start again later: what was done by then is not done twice.
}
archives-by-contact = { $n ->
    [one] Mailchimp’s usual call was refused for { $n } of them; its newer one archived it.
   *[other] Mailchimp’s usual call was refused for { $n } of them; its newer one archived them.
}
archives-outcomes-sent = The file in your messages has each address’s outcome.
archives-by-hand = To archive them at Mailchimp itself: open the audience’s contacts, filter by Email subscription status · is one of · Cleaned, choose View segment, tick them, choose Archive and type ARCHIVE. The next sync brings it here.
archives-open-mailchimp = Contacts at Mailchimp
archives-outcome-address = Email Address
archives-outcome-state = Outcome
archives-outcome-reason = Reason
archives-outcome-detail = Mailchimp’s words
archives-state-done = done
archives-state-refused = refused
archives-state-waiting = waiting
archives-outcome-file = outcomes
archives-outcome-comment = What came of each address at Mailchimp.
error-archives-no-mailchimp = This audience is one of Mailchimp’s, and the bot has no key for it. Ask whoever runs this bot to set MAILCHIMP_API_KEY, then start again.
archives-worth-a-look = { $n ->
    [one] *{ $n } of them is worth a look:* it was perhaps cleaned by mistake.
   *[other] *{ $n } of them are worth a look:* they were perhaps cleaned by mistake.
}
archives-typos = { $n ->
    [one] *{ $n } of them is a likely typo:* it can be fixed while it is not archived.
   *[other] *{ $n } of them are likely typos:* they can be fixed while they are not archived.
}
archives-doubtful = Worth a look and likely typos
archives-leave-out = Leave them out: archive { $n } only
