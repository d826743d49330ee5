segments-title = Cleaned contacts
segments-headline = { $total ->
    [one] *{ $total }* cleaned contact in { $audience }
   *[other] *{ $total }* cleaned contacts in { $audience }
}
segments-headline-found = { $total ->
    [one] *{ $found }* of { $total } cleaned contact in { $audience }
   *[other] *{ $found }* of { $total } cleaned contacts in { $audience }
}
segments-empty = { $audience } has no cleaned contacts, so there is nothing to archive or fix. Look again after the next campaign.
segments-no-hit = No cleaned contact matches these filters. Change or clear them.
segments-text-hint = Part of an address, a name or another field
segments-suggestion = { $name } ({ $n })
segments-refused-ticks = You can tick at most { $most } contacts, so the last ticks were not kept. To act on more, filter the list and take all of it.
error-nothing-ticked = No contact is ticked. Tick some, or take the whole list.
segments-preset-week = 7 days to { $until }
segments-preset-today = Today
segments-preset-worth-a-look = Worth a look ({ $n })
segments-preset-typos = Likely typos
segments-filters = Filters
segments-filters-title = Filter contacts
segments-text = Address or field
segments-reason = Reason
segments-since = Cleaned since
segments-until = Cleaned until
segments-campaign = Campaign
segments-domain = Domain
segments-only = Show only
segments-any-reason = Any reason
segments-any-campaign = Any campaign
segments-any-domain = Any domain
segments-any-contact = All contacts
segments-only-worth_a_look = Worth a look
segments-only-reviewed = Reviewed
segments-only-likely_typos = Likely typos
segments-apply = Apply
segments-back = Back to the list
segments-clear = Clear filters
segments-ticked = { $n ->
    [one] { $n } ticked. Ticks stay when you change pages or filters.
   *[other] { $n } ticked. Ticks stay when you change pages or filters.
}
segments-tick-page = Tick page
segments-untick = Untick ({ $n })
segments-export-ticked = Export ticked ({ $n })
segments-archive-ticked = Archive ticked ({ $n })
segments-export-all = Export all ({ $n })
segments-archive-all = Archive all ({ $n })
segments-menu-why = Why: { $address }
segments-menu-fix = Fix: { $address }
segments-menu-archive = Archive: { $address }
segments-menu-reviewed = Mark as reviewed: { $address }
segments-menu-not-reviewed = Worth a look again: { $address }
segments-row-look = Worth a look
segments-page = Page { $page } of { $pages }
reviews-ticked = Reviewed ({ $n })
reviews-undo = Undo
reviews-done = { $n ->
    [0] None of these contacts is worth a look any more.
    [one] *{ $n } contact reviewed.* It stays cleaned and no longer counts as worth a look.
   *[other] *{ $n } contacts reviewed.* They stay cleaned and no longer count as worth a look.
}
segments-archived-since = { $n ->
    [one] { $n } more was cleaned then, and is archived by now.
   *[other] { $n } more were cleaned then, and are archived by now.
}
