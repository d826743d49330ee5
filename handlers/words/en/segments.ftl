segments-title = Cleaned contacts
segments-headline = { $total ->
    [one] *{ $total }* cleaned contact in { $audience }
   *[other] *{ $total }* cleaned contacts in { $audience }
}
segments-headline-found = { $total ->
    [one] *{ $found }* of { $total } cleaned contact in { $audience }
   *[other] *{ $found }* of { $total } cleaned contacts in { $audience }
}
segments-empty = No cleaned contacts in { $audience }. There is nothing to archive or to fix. Look again after the next campaign.
segments-no-hit = No cleaned contact matches these filters. Change them, or clear them all.
segments-reason = Reason
segments-any-reason = Any reason
segments-since = Cleaned since
segments-campaign = Campaign
segments-domain = Domain
segments-text = Address or field
segments-text-hint = Part of an address, a name or another field
segments-apply = Apply
segments-clear = Clear filters
segments-suggestion = { $name } ({ $n })
segments-ticked = { $n ->
    [0] None ticked. Ticks are kept over pages and filters.
   *[other] *{ $n } ticked.* Ticks are kept over pages and filters.
}
segments-refused-ticks = You can tick { $most } at most, so the last ticks were not taken. To act on more, filter the list and take all of it.
segments-archive-ticked = Archive the ticked ({ $n })
segments-export-ticked = Export the ticked ({ $n })
segments-archive-all = Archive all of these ({ $n })
segments-export-all = Export this ({ $n })
segments-tick-page = Tick all on this page
segments-untick = Untick all
segments-fix = Fix
segments-row-campaign = after “{ $campaign }”
segments-row-cleaned = cleaned { $date }
segments-page = Page { $page }
error-nothing-ticked = No contact is ticked. Tick some, or take all of the list.
