held-headline = { $n ->
    [one] *Clean { $n } contact in { $audience }?*
   *[other] *Clean { $n } contacts in { $audience }?*
}
held-why = An unusual number of bounces came within an hour, so these contacts are on hold. Nothing from this source is cleaned until an operator answers. If you have just mailed an old list, clean them. If you don’t know why they bounced, check your mail provider first.
held-cleaned-before = { $n ->
    [one] { $n } was cleaned before that.
   *[other] { $n } were cleaned before that.
}
held-clean = Clean them
held-mistake = It’s a mistake
held-confirm-title = Clean these contacts?
held-confirm-text = { $n ->
    [one] { $n } contact gets no more mail.
   *[other] { $n } contacts get no more mail.
}
held-answered-clean = { $who } answered: clean them.
held-answered-mistake = { $who } answered: it’s a mistake. They are not cleaned.
held-about = About an unusual number of bounces in { $audience } within an hour.
held-progress = Cleaning contacts in { $audience }: { $done } of { $n }
held-done = { $n ->
    [0] No contact was cleaned in { $audience }
    [one] { $n } contact cleaned in { $audience }
   *[other] { $n } contacts cleaned in { $audience }
}
held-changed = { $n ->
    [one] { $n } has changed since and was left as it is.
   *[other] { $n } have changed since and were left as they are.
}
held-failed = Not all contacts were cleaned in { $audience }
error-held-answered = This has already been answered: the contacts are no longer on hold.
