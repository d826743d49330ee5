reversals-title = Cleaned by mistake
reversals-open = Cleaned by mistake?
reversals-none = No bounce has cleaned a contact since this version was installed. Contacts that one source cleans within an hour will be listed here.
reversals-intro = Contacts that bounces cleaned, by source and hour. If the bounces were wrong, you can give the contacts back the status they had.
reversals-batch = { $n ->
    [one] *{ $n } contact* in { $audience }
   *[other] *{ $n } contacts* in { $audience }
}
reversals-cleaned-by = From { $since } to { $until }, { $source }
reversals-cleaned-at = { $since }, { $source }
reversals-some-back = { $n ->
    [one] { $n } has its status back
   *[other] { $n } have their status back
}
reversals-all-back = All have their status back
reversals-choose = Cleaned by mistake
reversals-one = Cleaned by mistake
reversals-whole-batch = { $n ->
    [one] Cleaned by mistake: the only one of that hour
   *[other] Cleaned by mistake: all { $n } of that hour
}
reversals-headline = { $n ->
    [one] *{ $n } contact* in { $audience } will get mail again
   *[other] *{ $n } contacts* in { $audience } will get mail again
}
reversals-headline-one = *{ $address }* in { $audience } will get mail again
reversals-meaning = Each contact gets back the status it had before it was cleaned. Bounces until now no longer count; later ones do.
reversals-complaints = { $n ->
    [one] { $n } reported the mail as spam and stays cleaned.
   *[other] { $n } reported the mail as spam and stay cleaned.
}
reversals-changed-before = { $n ->
    [one] { $n } was archived, imported or changed since and stays as it is.
   *[other] { $n } were archived, imported or changed since and stay as they are.
}
reversals-word = MISTAKE
reversals-submit = Undo the cleaning
reversals-waiting = { $n ->
    [one] Undoing the cleaning of { $n } contact in { $audience }…
   *[other] Undoing the cleaning of { $n } contacts in { $audience }…
}
reversals-progress = Undoing the cleaning in { $audience }: { $done } of { $n } contacts
reversals-done = { $n ->
    [0] No contact in { $audience } got its status back
    [one] { $n } contact in { $audience } has its status back
   *[other] { $n } contacts in { $audience } have their status back
}
reversals-as-before = Bounces until now no longer count. Later ones can clean again.
reversals-changed = { $n ->
    [one] { $n } contact was cleaned or changed after you looked and was left as it is.
   *[other] { $n } contacts were cleaned or changed after you looked and were left as they are.
}
reversals-failed = Not all contacts in { $audience } got their status back
reversals-dismissed = Bounces until { $date } don’t count: an operator said that the address was cleaned by mistake.
reversals-not-mirrored = Only Mailchimp can undo this cleaning. Ask its support.
reversals-not-complaint = A spam complaint can’t be undone: this person does not want the mail.
reversals-not-imported = It was imported as cleaned, so the cleaning can’t be undone here.
reversals-not-archived = It is archived. To undo the cleaning, restore it first with /cleaned-restore.
reversals-not-unknown-status = It was cleaned by an earlier version that did not keep the previous status, so the cleaning can’t be undone.
error-nothing-to-reverse = There is nothing left to undo here: the contacts have their status back, or were archived, imported or changed since.
reversals-held = { $n ->
    [one] { $n } waits for an answer
   *[other] { $n } wait for an answer
}
reversals-headline-held = { $n ->
    [one] *{ $n } contact* in { $audience } is not cleaned
   *[other] *{ $n } contacts* in { $audience } are not cleaned
}
reversals-dropped = { $n ->
    [one] { $n } contact on hold is not cleaned.
   *[other] { $n } contacts on hold are not cleaned.
}
