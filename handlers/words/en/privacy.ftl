# Erasing a person, and what is kept of one.
forget-title = Forget a person
forget-what = Erases a person from every audience and from all that is kept here: the contact, the bounces, archives and corrections, and the address wherever it stands. *This can’t be undone.*
forget-rest = Only a code made from the address stays, from which nobody can read it. By it, an import or a sync that names the person again leaves them out, and says so.
forget-address = Address
forget-address-hint = The person’s e-mail address. If they have several, erase each in turn.
forget-word = FORGET
forget-submit = Forget
forget-waiting = Erasing the person…
forget-progress = { $n ->
    [0] Erasing the person…
    [one] Erasing the person: { $n } entry so far
   *[other] Erasing the person: { $n } entries so far
}
forget-done = { $n ->
    [0] Nothing was kept of this person
    [one] The person is erased: { $n } entry
   *[other] The person is erased: { $n } entries
}
forget-failed = The person is not wholly erased
forget-stopped = { $n ->
    [one] The import of { $names } was stopped, because the file names the person. Import it again: they are left out.
   *[other] The imports of { $names } were stopped, because the files name the person. Import them again: they are left out.
}
forget-at-mailchimp = They are still in { $audience } at Mailchimp, where the bot deletes nobody. Delete them there for good: { $link }
forget-elsewhere = Not erased, because they are not here: files and messages in Slack, exported files, the bounce mailbox, your provider’s lists, backups.
forget-in-use = The database was in use, so its file may still hold traces of what is erased. Run cleaned forget with the address again when nobody else works with it.
forget-left-out = { $n ->
    [one] { $n } row is about a person who was forgotten here, and was left out.
   *[other] { $n } rows are about people who were forgotten here, and were left out.
}
forget-still-at-mailchimp = { $n ->
    [one] { $n } person who was forgotten here is still at Mailchimp, and was left out. Delete them there for good.
   *[other] { $n } people who were forgotten here are still at Mailchimp, and were left out. Delete them there for good.
}
forget-contacts = { $n ->
    [0] { $address } is no contact. Rows and texts that name it are erased.
    [one] { $address } is a contact of { $n } audience: { $audiences }.
   *[other] { $address } is a contact of { $n } audiences: { $audiences }.
}
forget-prompt = Type { $word } to erase this person everywhere. It can’t be undone:
forget-lifted = { $address } can come in again: nothing that was erased comes back by itself.
forget-not-lifted = { $address } was not forgotten here, so there is nothing to lift.
person-none = Nothing is kept of { $address }.
person-forgotten = { $address } was forgotten. Only a code made from the address is kept, by which they are left out.
error-forget-no-address = This is no e-mail address. Type the whole of it, such as name@example.com.
error-forgotten-address = This person asked to be forgotten, so the address can’t be added. If they want to come back, an administrator runs cleaned forget --lift first.
error-import-forgotten = { $name } names a person who was forgotten, so what was stored of it is deleted. Import it again: they are left out.
