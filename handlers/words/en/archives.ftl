archives-title = Archive contacts
archives-headline = { $n ->
    [one] *Archive { $n } contact* of { $audience }
   *[other] *Archive { $n } contacts* of { $audience }
}
archives-meaning = Archived contacts are kept with their history, so nobody is added twice. You can undo this at any time.
archives-untouched = Not touched: contacts of any other status, and whoever is cleaned from now on.
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
archives-kept = They are kept with their history.
archives-can-undo = To undo, press the button in your messages, or use /cleaned-restore at any time.
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
filter-campaign = after “{ $campaign }”
filter-domain = at { $domain }
filter-text = with “{ $text }”
filter-worth-a-look = worth a look
filter-ticked = { $n ->
    [one] { $n } ticked
   *[other] { $n } ticked
}
