mirror-title = Sync with Mailchimp
mirror-as-of = Mirrored from Mailchimp, last look: { $at }
mirror-not-yet = Mirrored from Mailchimp. The first copy has not ended yet, so the figures are not whole.
mirror-gone = The account of the Mailchimp key has no audience { $audience } any more: it was deleted there. What was mirrored stays here as it was, and can still be exported.
mirror-other-account = { $audience } belongs to another Mailchimp account than the key. What was mirrored stays here as it was; to go on with it, set MAILCHIMP_API_KEY to a key of its account.
mirror-unreadable = Mailchimp does not tell the fields of { $audience }, so it was not brought up to date. It is tried again by itself; if it goes on, look at the audience in Mailchimp.
mirror-waiting = Bringing { $audience } up to date…
mirror-under-way = { $audience } is being brought up to date already. Look again in a minute.
mirror-progress = Bringing { $audience } up to date: { $done } of { $total } contacts
mirror-done = { $n ->
    [0] { $audience } was up to date already
    [one] { $audience } is up to date: { $n } contact came or changed
   *[other] { $audience } is up to date: { $n } contacts came or changed
}
mirror-added = *Added:* { $n }
mirror-changed = *Changed:* { $n }
mirror-unchanged = *Unchanged:* { $n }
mirror-refused = *Left out:* { $n }
mirror-refused-why = { $n ->
    [one] What Mailchimp said of { $n } contact could not be read, so it was left out.
   *[other] What Mailchimp said of { $n } contacts could not be read, so they were left out.
}
mirror-without-address = { $n ->
    [one] { $n } contact at Mailchimp has no e-mail address, so it is not counted here.
   *[other] { $n } contacts at Mailchimp have no e-mail address, so they are not counted here.
}
mirror-differs = Mailchimp’s own counts differ from what is here: { $which }. They lag by some minutes at times; if they differ after the next sync too, report it.
mirror-overstated = { $n ->
    [one] Mailchimp counted { $n } contact more than it listed. All that it listed is here; everything is read again tomorrow.
   *[other] Mailchimp counted { $n } contacts more than it listed. All that it listed is here; everything is read again tomorrow.
}
mirror-more = { $status } { $n } more
mirror-fewer = { $status } { $n } fewer
mirror-failed = { $audience } was not brought up to date
mirror-partly = What was copied before stays.
mirror-again = Try again
open-sync = Sync now

error-no-mailchimp-key = MAILCHIMP_API_KEY is not set, so there is nothing to bring up to date. docs/mailchimp.md says where to find the key.
error-is-mirrored = { $name } is mirrored from Mailchimp: its contacts are imported and cleaned there, and come here by themselves. Do it in Mailchimp, or choose another audience.
error-not-mirrored = { $name } is not mirrored from Mailchimp, so there is nothing to bring up to date. Choose another audience.
