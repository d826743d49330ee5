exports-title = Export contacts
exports-headline = { $n ->
    [one] *Export { $n } contact* from { $audience }
   *[other] *Export { $n } contacts* from { $audience }
}
exports-columns = { $n ->
    [one] *{ $n } column:* { $names }
   *[other] *{ $n } columns:* { $names }
}
exports-columns-more = { $n } more
exports-format = File
exports-for-excel = For Excel
exports-excel = Opens with a double click, accents included.
exports-excel-semicolons = With semicolons: opens with a double click.
exports-for-programs = For other programs
exports-plain = CSV with commas, in UTF-8.
exports-to-you = The file goes to your direct messages, for you alone. To share it, choose a channel.
exports-where = Channel
exports-where-hint = Addresses are personal data: choose a channel whose members may see them.
exports-seen-by = { $n ->
    [one] { $n } person in { $channel } will see the file.
   *[other] { $n } people in { $channel } will see the file.
}
exports-seen-unknown = Everyone in { $channel } will see the file.
exports-shared-with-company = { $channel } is shared with another company, so files with addresses can’t go there. The file goes to your direct messages, unless you choose another channel.
exports-to-me = Send to me instead
exports-past = Past exports
exports-submit = Export
exports-nothing = { $audience } has no cleaned contacts, so there is nothing to export. Look again after the next campaign.
exports-nothing-matches = No cleaned contact in { $audience } matches any more. Change the filters.
exports-waiting = { $n ->
    [one] Exporting { $n } contact from { $audience }…
   *[other] Exporting { $n } contacts from { $audience }…
}
exports-progress = Exporting contacts from { $audience }: { $done } of { $n }
exports-done = { $n ->
    [one] { $n } contact exported from { $audience }
   *[other] { $n } contacts exported from { $audience }
}
exports-is-in = { $files ->
    [one] The file is in { $channel }.
   *[other] The { $files } files are in { $channel }.
}
exports-split = The contacts are split between them, because Slack accepts no larger file. Each file has the header.
exports-left-out = { $n ->
    [one] { $n } of the contacts you saw has changed since, so it was left out.
   *[other] { $n } of the contacts you saw have changed since, so they were left out.
}
exports-newer = { $n ->
    [one] { $n } contact was cleaned or changed after you looked. It is not in the file.
   *[other] { $n } contacts were cleaned or changed after you looked. They are not in the file.
}
exports-open = Open the file
exports-open-part = Open file { $n }
exports-again = Get it again
exports-failed = The contacts were not exported from { $audience }
exports-comment = { $n ->
    [one] { $n } cleaned contact from { $audience }, exported by { $who }
   *[other] { $n } cleaned contacts from { $audience }, exported by { $who }
}
exports-past-title = Past exports
exports-past-none = Nothing has been exported from { $audience } yet.
exports-past-row = { $n ->
    [one] *{ $n } contact* from { $audience }
   *[other] *{ $n } contacts* from { $audience }
}
exports-past-by = { $date }, by { $who }
exports-past-terminal = { $date }, from the terminal
error-export-not-in-channel = I’m not in that channel, so I can’t put the file there. Invite me with /invite, or choose another.
error-export-shared-with-company = That channel is shared with another company, so files with addresses can’t go there. Choose another, or your own messages.
