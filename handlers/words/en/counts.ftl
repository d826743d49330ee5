counts-headline = { $n ->
    [0] No cleaned contacts in { $audience }
    [one] { $n } cleaned contact in { $audience }
   *[other] { $n } cleaned contacts in { $audience }
}
counts-reason = { $reason }: { $n }
counts-none = Nothing to archive or fix. Look again after the next campaign.
counts-week = *New in the 7 days to { $until }:* { $n } ({ $before } in the 7 days before)
counts-today = { $n } today
counts-date-unknown = *Date unknown:* { $n }
counts-worth-a-look = *Worth a look:* { $n }
counts-archived = *Archived:* { $n }
counts-counted = *Count toward your plan’s contact limit:* { $n }
counts-free = *Don’t count (cleaned, archived):* { $n }
overview-headline = { $audiences ->
    [1] { $n ->
        [one] { $n } cleaned contact in one audience
       *[other] { $n } cleaned contacts in one audience
    }
   *[other] { $n ->
        [one] { $n } cleaned contact in { $audiences } audiences
       *[other] { $n } cleaned contacts in { $audiences } audiences
    }
}
overview-cleaned = { $n } cleaned
overview-week = { $n } new in the 7 days to { $until }
overview-worth-a-look = { $n } worth a look
overview-view = View
overview-more = { $n ->
    [one] And { $n } more audience. Choose it here:
   *[other] And { $n } more audiences. Choose one here:
}
overview-hint = `/cleaned` with a name shows that audience; with an address, that contact.
overview-hint-figures = `/cleaned` with a name shows that audience.
help-headline = Commands
help =
    `/cleaned [audience]` how many addresses are cleaned, and why
    `/cleaned [address]` one contact: its status, why, and what you can do
    `/cleaned-list [audience]` view, filter and tick cleaned contacts
    `/cleaned-export [audience]` export them as a CSV file
    `/cleaned-archive [audience]` archive them
    `/cleaned-restore` undo an earlier archive
    `/cleaned-fix [address or audience]` fix an address, or go through the likely typos
    `/cleaned-digest` set up the weekly digest
    `/cleaned-import` import a CSV file or an export archive
    `/cleaned-forget [address]` erase a person for good
help-more = An address is cleaned when mail to it bounces or the person reports it as spam. It gets no more mail, and it doesn’t count toward your plan’s contact limit.
