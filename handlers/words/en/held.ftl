held-headline = { $n ->
    [one] *Shall { $n } contact of { $audience } be cleaned?*
   *[other] *Shall { $n } contacts of { $audience } be cleaned?*
}
held-why = More bounces than usual came within an hour, so these contacts wait. Nothing is cleaned on this source’s word until an operator answers. If you have just mailed an old list, clean them. If you don’t know why they bounced, look at your mail provider first.
held-cleaned-before = { $n ->
    [one] { $n } was cleaned before that.
   *[other] { $n } were cleaned before that.
}
held-clean = Clean them
held-mistake = They are a mistake
held-confirm-title = Clean these contacts?
held-confirm-text = { $n ->
    [one] { $n } contact gets no more mail.
   *[other] { $n } contacts get no more mail.
}
held-answered-clean = { $who } answered: clean them.
held-answered-mistake = { $who } answered: they are a mistake, and are not cleaned.
held-about = About bounces of { $audience } that were more than usual within an hour.
held-progress = Cleaning contacts of { $audience }: { $done } of { $n }
held-done = { $n ->
    [0] No contact of { $audience } was cleaned
    [one] { $n } contact of { $audience } cleaned
   *[other] { $n } contacts of { $audience } cleaned
}
held-changed = { $n ->
    [one] { $n } had changed meanwhile and was left as it is.
   *[other] { $n } had changed meanwhile and were left as they are.
}
held-failed = The contacts of { $audience } were not all cleaned
error-held-answered = This is answered already: the contacts no longer wait.
