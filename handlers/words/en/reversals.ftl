reversals-title = Cleaned by mistake
reversals-open = Cleaned by mistake?
reversals-none = No bounce has cleaned a contact since this version was installed. Those that one source cleans within an hour are listed here.
reversals-intro = Contacts that bounces cleaned, by source and hour. If the bounces were wrong, they can get back the status they had.
reversals-batch = { $n ->
    [one] *{ $n } contact* of { $audience }
   *[other] *{ $n } contacts* of { $audience }
}
reversals-cleaned-by = From { $since } to { $until }, { $source }
reversals-cleaned-at = { $since }, { $source }
reversals-some-back = { $n ->
    [one] { $n } has its status back
   *[other] { $n } have their status back
}
reversals-all-back = All have their status back
reversals-choose = Not dead after all
reversals-one = Not dead after all
reversals-whole-batch = { $n ->
    [one] The { $n } cleaned in that hour
   *[other] All { $n } cleaned in that hour
}
reversals-headline = { $n ->
    [one] *{ $n } contact* of { $audience } is mailed again
   *[other] *{ $n } contacts* of { $audience } are mailed again
}
reversals-headline-one = *{ $address }* in { $audience } is mailed again
reversals-meaning = Each gets back the status it had before it was cleaned. The bounces until now don’t count any more; later ones do.
reversals-complaints = { $n ->
    [one] { $n } reported the mail as abuse and stays cleaned.
   *[other] { $n } reported the mail as abuse and stay cleaned.
}
reversals-changed-before = { $n ->
    [one] { $n } was archived, imported or changed since and stays as it is.
   *[other] { $n } were archived, imported or changed since and stay as they are.
}
reversals-word = MISTAKE
reversals-submit = Give the status back
reversals-waiting = { $n ->
    [one] Giving { $n } contact of { $audience } its status back…
   *[other] Giving { $n } contacts of { $audience } their status back…
}
reversals-progress = Giving contacts of { $audience } their status back: { $done } of { $n }
reversals-done = { $n ->
    [0] No contact of { $audience } got its status back
    [one] { $n } contact of { $audience } has its status back
   *[other] { $n } contacts of { $audience } have their status back
}
reversals-as-before = The bounces until now don’t count any more. Later ones can clean again.
reversals-changed = { $n ->
    [one] { $n } contact was cleaned or changed after you looked and was left as it is.
   *[other] { $n } contacts were cleaned or changed after you looked and were left as they are.
}
reversals-failed = Not all contacts of { $audience } got their status back
reversals-dismissed = Bounces until { $date } don’t count: an operator said that the address was cleaned by mistake.
reversals-not-mirrored = Mailchimp cleaned this contact. Only Mailchimp can take that back: ask its support.
reversals-not-complaint = A complaint is never taken back: this person does not want the mail.
reversals-not-imported = It was imported as cleaned, so it can’t be taken back here.
reversals-not-archived = It is archived. To take the cleaning back, restore it first with /cleaned-restore.
reversals-not-unknown-status = It was cleaned by an earlier version that did not keep the status before, so it can’t be taken back.
error-nothing-to-reverse = There is nothing to take back here any more: the contacts have their status back, or were archived, imported or changed since.
reversals-held = { $n ->
    [one] { $n } waits for an answer
   *[other] { $n } wait for an answer
}
reversals-headline-held = { $n ->
    [one] *{ $n } contact* of { $audience } is not cleaned
   *[other] *{ $n } contacts* of { $audience } are not cleaned
}
reversals-dropped = { $n ->
    [one] { $n } that waited for an answer is not cleaned.
   *[other] { $n } that waited for an answer are not cleaned.
}
