mirror-title = Sync with Mailchimp
mirror-as-of = Mirrored from Mailchimp, last synced { $at }
mirror-not-yet = Mirrored from Mailchimp. The first copy is not finished, so the figures are incomplete.
mirror-gone = { $audience } is no longer in the account of the Mailchimp key: it was deleted there. The copy here stays as it was, and can still be exported.
mirror-other-account = { $audience } belongs to another Mailchimp account than the key. The copy here stays as it was. To keep it up to date, set MAILCHIMP_API_KEY to a key of its account.
mirror-unreadable = Mailchimp does not give the fields of { $audience }, so it was not synced. The bot tries again by itself; if it keeps failing, check the audience in Mailchimp.
mirror-waiting = Syncing { $audience }…
mirror-under-way = { $audience } is already being synced. Look again in a minute.
mirror-progress = Syncing { $audience }: { $done } of { $total } contacts
mirror-done = { $n ->
    [0] { $audience } was already up to date
    [one] { $audience } is up to date: { $n } contact is new or changed
   *[other] { $audience } is up to date: { $n } contacts are new or changed
}
mirror-added = *Added:* { $n }
mirror-changed = *Changed:* { $n }
mirror-unchanged = *Unchanged:* { $n }
mirror-refused = *Left out:* { $n }
mirror-refused-why = { $n ->
    [one] Mailchimp’s data about { $n } contact could not be read, so it was left out.
   *[other] Mailchimp’s data about { $n } contacts could not be read, so they were left out.
}
mirror-without-address = { $n ->
    [one] { $n } contact in Mailchimp has no e-mail address, so it is not counted here.
   *[other] { $n } contacts in Mailchimp have no e-mail address, so they are not counted here.
}
mirror-differs = Mailchimp’s own counts differ from the ones here: { $which }. They can lag by some minutes. If they still differ after the next sync, report it.
mirror-overstated = { $n ->
    [one] Mailchimp counted { $n } contact more than it listed. All listed contacts are here. The bot reads everything again tomorrow.
   *[other] Mailchimp counted { $n } contacts more than it listed. All listed contacts are here. The bot reads everything again tomorrow.
}
mirror-more = { $status } { $n } more
mirror-fewer = { $status } { $n } fewer
mirror-failed = { $audience } was not synced
mirror-partly = What was already copied stays.
mirror-again = Try again
open-sync = Sync now

error-no-mailchimp-key = MAILCHIMP_API_KEY is not set, so there is nothing to sync. docs/mailchimp.md says where to find the key.
error-is-mirrored = { $name } is mirrored from Mailchimp: its contacts are imported and cleaned there, and come here with the next sync. Do it in Mailchimp, or choose another audience.
error-not-mirrored = { $name } is not mirrored from Mailchimp, so there is nothing to sync. Choose another audience.
