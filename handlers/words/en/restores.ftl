restores-title = Earlier archives
restores-intro = Each contact gets back the status it had.
restores-none = Nothing has been archived yet. Your archives will be listed here, and you can undo them at any time.
restores-archive = { $n ->
    [one] *{ $n } contact* in { $audience }
   *[other] *{ $n } contacts* in { $audience }
}
restores-by = { $date }, by { $who }
restores-some-back = { $n ->
    [one] { $n } restored since
   *[other] { $n } restored since
}
restores-all-back = All restored
restores-undo = Restore all
restores-contacts = Choose contacts
restores-confirm-title = Restore these contacts?
restores-confirm-text = { $n ->
    [one] { $n } contact in { $audience } gets back the status it had.
   *[other] { $n } contacts in { $audience } get back the status they had.
}
restores-confirm-yes = Restore
restores-members-title = Archived contacts
restores-members = { $n ->
    [one] *{ $n } contact* still archived in { $audience }
   *[other] *{ $n } contacts* still archived in { $audience }
}
restores-ticked = { $n ->
    [0] Nothing ticked yet. Ticks stay when you change pages.
   *[other] *{ $n } ticked.* Ticks stay when you change pages.
}
restores-search = Part of an address
restores-search-hint = Press Enter to search.
restores-tick = Tick the contacts to restore
restores-page = { $pages ->
    [0] Page { $page }
   *[other] Page { $page } of { $pages }
}
restores-no-hit = No archived contact matches.
restores-cleaned-on = { $reason }, cleaned { $date }
restores-submit = { $n ->
    [0] Restore
   *[other] Restore ({ $n })
}
restores-waiting = { $n ->
    [one] Restoring { $n } contact in { $audience }…
   *[other] Restoring { $n } contacts in { $audience }…
}
restores-progress = Restoring contacts in { $audience }: { $done } of { $n }
restores-done = { $n ->
    [0] No contact was restored in { $audience }
    [one] { $n } contact restored in { $audience }
   *[other] { $n } contacts restored in { $audience }
}
restores-of = Archived { $date }
restores-as-before = Each has the status it had before.
restores-changed = { $n ->
    [one] { $n } contact has changed since the archive and was left as it is.
   *[other] { $n } contacts have changed since the archive and were left as they are.
}
restores-failed = Not all contacts were restored in { $audience }
error-restore-done = This archive is already undone: every contact is back.
error-restore-nothing-left = No contact of this archive can be restored: they were deleted permanently in Mailchimp.
error-restore-under-way = This archive is being undone right now. The receipt goes to whoever started it.
error-restore-nothing-ticked = Tick at least one contact.
restores-confirm-no = Leave them archived
