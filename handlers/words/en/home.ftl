home-title = Cleaned contacts
home-intro = The addresses your mailing lists no longer mail, and why.
home-none = There is no audience yet. Operators can import a file with `/cleaned-import`.
home-week = This week: the 7 days to { $until }.
home-trend = { $n } new this week, { $before } the week before
home-audiences = Audiences
home-more = { $n ->
    [one] And { $n } more audience. Choose it here to see its figures:
   *[other] And { $n } more audiences. Choose one here to see its figures:
}
home-figures = All figures
home-of = { $what }: { $audience }
home-figures-title = Figures
home-refresh = Refresh
home-wrong = Needs attention
home-wrong-more = { $n ->
    [one] And { $n } more. It shows once one of these is put right.
   *[other] And { $n } more. They show once these are put right.
}
home-broken-mailbox = *The bounce mailbox can’t be read* since { $since }, so no bounces come in from it. { $why }
home-broken-mailchimp = *Mailchimp can’t be read* since { $since }, so its audiences are as they were then. { $why }
home-held = *Contacts wait for your answer in { $audiences }.* An unusual number bounced, so they are on hold until an operator says whether to clean them. The question is in your messages.
home-digest-channel = *The weekly digest of { $at } could not be posted in { $channel }*: the bot is not in that channel, or the channel is gone. Invite the bot there with /invite, or choose another channel. Then press “Send now”.
home-digest-archived = *The weekly digest of { $at } could not be posted*: the channel { $channel } is archived. Choose another one, then press “Send now”.
home-digest-other = *The weekly digest of { $at } could not be posted in { $channel }.* Slack said “{ $error }”. Check that the bot may post there, or choose another channel. Then press “Send now”.
home-digest-next = Next one: { $at }, in { $channel }.
home-digest-paused = Paused: nothing is posted in { $channel } until it is resumed.
home-digest-last = The last one was posted on { $at }.
home-digest-settings = Settings
home-steps = First steps
home-step-done = Done: { $step }
home-step-open = *To do:* { $step }
home-step-import = Bring in contacts. Import a CSV file, or connect Mailchimp (`MAILCHIMP_API_KEY`).
home-step-bounces = Receive your bounces, through a webhook of your mail provider or from a mailbox. Whoever runs the bot sets it up (docs/bounces.md).
home-step-digest = Choose a channel and a day for the weekly digest.
home-step-operators = Name operators (`CLEANED_OPERATORS`). Without them, only this workspace’s owners and admins see addresses.
home-work = Under way
home-work-import = Importing into { $audience }
home-work-export = Exporting from { $audience }
home-work-archive = Archiving in { $audience }
home-work-restore = Undoing an archive in { $audience }
home-work-reversal = Undoing a cleaning in { $audience }
home-work-cleaning = Cleaning contacts in { $audience }
home-work-sync = Syncing { $audience } with Mailchimp
home-work-waits = waiting for its turn
home-work-begun = just begun
home-work-percent = { $percent }% done
home-work-by = started by { $who }
home-work-more = And { $n } more.
home-looks = Worth your time
home-look-fix = { $many ->
    [True] *More than { $n } likely typos* in { $audience }
   *[other] { $n ->
        [one] *{ $n } likely typo* in { $audience }
       *[other] *{ $n } likely typos* in { $audience }
    }
}
home-look-worth-a-look = { $n ->
    [one] *{ $n } cleaned contact worth a look* in { $audience }: it may be a valid address
   *[other] *{ $n } cleaned contacts worth a look* in { $audience }: they may be valid addresses
}
home-exports = Last exports
home-export = { $n ->
    [one] *{ $n } contact* from { $audience }, by { $who } · { $at }
   *[other] *{ $n } contacts* from { $audience }, by { $who } · { $at }
}
home-by-terminal = the terminal
home-operators = Operators
home-operators-named = { $who }, and this workspace’s owners and admins, see addresses and make changes.
home-operators-none = This workspace’s owners and admins see addresses and make changes.
home-operators-more = { $n ->
    [one] { $n } more is named in the settings.
   *[other] { $n } more are named in the settings.
}
home-journal = Recent activity
home-contacts = { $n ->
    [one] { $n } contact
   *[other] { $n } contacts
}
home-did = { $what ->
    [archive] { $who } archived { $contacts } in { $audience } · { $at }
    [restore] { $who } restored { $contacts } in { $audience } · { $at }
    [reverse] { $who } undid the cleaning of { $contacts } in { $audience } · { $at }
    [clean] { $who } cleaned { $contacts } in { $audience } after an unusual number of bounces · { $at }
    [export] { $who } exported { $contacts } from { $audience } · { $at }
    [import] { $who } imported { $contacts } into { $audience } · { $at }
    [not-typo] { $who } marked an address in { $audience } as correct · { $at }
    [maybe-typo] { $who } no longer marks an address in { $audience } as correct · { $at }
    [review] { $who } reviewed { $contacts } in { $audience } · { $at }
    [review-taken-back] { $who } took back a review in { $audience } · { $at }
    [fix] { $who } added a corrected address to { $audience } · { $at }
    [digest] { $who } set up the weekly digest · { $at }
    [policy] { $who } changed the cleaning rules of { $audience } · { $at }
    [mend] { $who } corrected the figures of { $audience } · { $at }
    [forget] { $who } erased a person · { $at }
    [lift] { $who } let a person who was forgotten come in again · { $at }
   *[other] { $who }: { $what } ({ $contacts }) · { $at }
}
