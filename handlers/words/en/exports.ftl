exports-title = Export contacts
exports-headline = { $n ->
    [one] *Export { $n } contact* of { $audience }
   *[other] *Export { $n } contacts* of { $audience }
}
exports-columns = { $n ->
    [one] *{ $n } column:* { $names }
   *[other] *{ $n } columns:* { $names }
}
exports-columns-more = { $n } more
exports-format = The file
exports-for-excel = For Excel
exports-excel = Opens by a double click, with accents right.
exports-excel-semicolons = With semicolons: opens by a double click.
exports-for-programs = For other programs
exports-plain = CSV with commas, UTF-8 without a byte-order mark.
exports-to-you = It goes to your direct messages, for you alone. To share it, choose a channel.
exports-where = Channel
exports-where-hint = Addresses are personal data: choose a channel whose members may see them.
exports-seen-by = { $n ->
    [one] { $n } person in { $channel } will see the file.
   *[other] { $n } people in { $channel } will see the file.
}
exports-seen-unknown = Everyone in { $channel } will see the file.
exports-shared-with-company = { $channel } is shared with another company, so no file with addresses goes there. It goes to your direct messages, unless you choose another channel.
exports-to-me = To my messages instead
exports-past = Past exports
exports-submit = Export
exports-nothing = No cleaned contacts in { $audience }: there is nothing to export. Look again after the next campaign.
exports-nothing-matches = No cleaned contact in { $audience } matches any more. Change the filters.
exports-waiting = { $n ->
    [one] Exporting { $n } contact of { $audience }…
   *[other] Exporting { $n } contacts of { $audience }…
}
exports-progress = Exporting contacts of { $audience }: { $done } of { $n }
exports-done = { $n ->
    [one] { $n } contact of { $audience } exported
   *[other] { $n } contacts of { $audience } exported
}
exports-is-in = { $files ->
    [one] The file is in { $channel }.
   *[other] The { $files } files are in { $channel }.
}
exports-split = Slack takes no larger file, so the contacts are split between them. Each file has the header.
exports-left-out = { $n ->
    [one] { $n } of those you saw had changed by then and was left out.
   *[other] { $n } of those you saw had changed by then and were left out.
}
exports-newer = { $n ->
    [one] { $n } contact was cleaned or changed after you looked and is not in the file.
   *[other] { $n } contacts were cleaned or changed after you looked and are not in the file.
}
exports-open = Open the file
exports-open-part = Open file { $n }
exports-again = Get it again
exports-failed = The contacts of { $audience } were not exported
exports-comment = Cleaned contacts of { $audience }, exported by { $who }
exports-past-title = Past exports
exports-past-none = Nothing has been exported from { $audience } yet.
exports-past-row = { $n ->
    [one] *{ $n } contact*
   *[other] *{ $n } contacts*
}
exports-past-by = { $date }, by { $who }
exports-past-terminal = { $date }, from the terminal
error-export-not-in-channel = I’m not in that channel, so I can’t put the file there. Invite me with /invite, or choose another.
error-export-shared-with-company = That channel is shared with another company, so no file with addresses goes there. Choose another, or your own messages.
