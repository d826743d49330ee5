loading = Loading…
close = Close
cancel = Cancel
back = Back
next = Next
previous = Previous

shared-with = { $who ->
    [company] { $channel } is shared with another company. Its people see this too.
    [organization] { $channel } is shared with other workspaces of your organization. Their people see this too.
   *[nobody] {""}
}

audience-choose = Choose an audience
audience-which = Which audience?
audience-unknown = There is no audience named “{ $name }”.
audience-near = Did you mean *{ $audience }*?
audience-take = Yes, this one

reason-hard = hard bounce
reason-soft = soft bounces
reason-abuse = spam complaint
reason-unknown = reason not known
# Before a number.
reasons-hard = hard bounces
reasons-soft = soft bounces
reasons-abuse = spam complaints
reasons-unknown = reason not known

# Before a number.
statuses-subscribed = subscribed
statuses-unsubscribed = unsubscribed
statuses-nonsubscribed = non-subscribed
statuses-pending = pending
statuses-cleaned = cleaned
statuses-archived = archived
status-subscribed = subscribed
status-unsubscribed = unsubscribed
status-nonsubscribed = non-subscribed
status-pending = pending
status-cleaned = cleaned
status-archived = archived

open-list = View contacts
open-export = Export
open-archive = Archive
open-fix = Fix a typo
open-restore = Undo an archive
open-import = Import
open-digest = Weekly digest
on-date = { $date }
on-unknown-date = on an unknown date
moment-form = {"{date_short}"} at {"{time}"}
