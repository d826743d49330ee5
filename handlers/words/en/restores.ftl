restores-title = Earlier archives
restores-intro = Each contact comes back with the status it had.
restores-none = Nothing has been archived yet. What you archive is listed here, to be undone at any time.
restores-archive = { $n ->
    [one] *{ $n } contact* of { $audience }
   *[other] *{ $n } contacts* of { $audience }
}
restores-by = { $date }, by { $who }
restores-some-back = { $n ->
    [one] { $n } restored since
   *[other] { $n } restored since
}
restores-all-back = All restored
restores-undo = Undo
restores-contacts = Contacts
restores-confirm-title = Undo this archive?
restores-confirm-text = { $n ->
    [one] { $n } contact of { $audience } gets back the status it had.
   *[other] { $n } contacts of { $audience } get back the status they had.
}
restores-confirm-yes = Undo
restores-members-title = Archived contacts
restores-members = { $n ->
    [one] *{ $n } contact* still archived, of { $audience }
   *[other] *{ $n } contacts* still archived, of { $audience }
}
restores-ticked = { $n ->
    [0] None ticked. Ticks are kept over pages.
   *[other] *{ $n } ticked.* Ticks are kept over pages.
}
restores-search = Part of an address
restores-search-hint = Press Enter to search.
restores-tick = Tick those to restore
restores-page = Page { $page }
restores-no-hit = No archived contact matches.
restores-cleaned-on = { $reason }, cleaned { $date }
restores-submit = Restore the ticked
restores-waiting = { $n ->
    [one] Restoring { $n } contact of { $audience }…
   *[other] Restoring { $n } contacts of { $audience }…
}
restores-progress = Restoring contacts of { $audience }: { $done } of { $n }
restores-done = { $n ->
    [0] No contact of { $audience } was restored
    [one] { $n } contact of { $audience } restored
   *[other] { $n } contacts of { $audience } restored
}
restores-of = Archived { $date }
restores-as-before = Each has the status it had before.
restores-changed = { $n ->
    [one] { $n } contact had changed since the archive and was left as it is.
   *[other] { $n } contacts had changed since the archive and were left as they are.
}
restores-failed = The archive of { $audience } was not undone in full
error-restore-done = This archive is undone already: every contact is back.
error-restore-nothing-left = Nobody of this archive can be restored: its contacts were deleted permanently at Mailchimp.
error-restore-under-way = This archive is being undone at this moment. The receipt comes in your messages or those of whoever started it.
error-restore-nothing-ticked = Tick at least one contact.
