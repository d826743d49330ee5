import-title = Import
import-what = A CSV file, or an audience’s export archive (.zip). Contacts that already exist are updated, never duplicated.
import-file = File
import-file-hint = CSV with commas, semicolons or tabs; a header row; a column of addresses.
import-audience = Audience
import-name = Or a new audience
import-name-hint = A name typed here is used instead of the choice above.
import-first-name = Name of the audience
import-status = Status, if the file doesn’t give one
import-status-hint = For new contacts only. Non-subscribed contacts get no marketing mail. In an export archive, the file names give the status.
import-submit = Import
import-again = Choose another file

import-waiting = Fetching { $name } for { $audience }…
import-progress = Importing { $name } into { $audience }: { $percent }%
import-done = { $n ->
    [0] Nothing new for { $audience }
    [one] { $n } contact imported into { $audience }
   *[other] { $n } contacts imported into { $audience }
}
import-from = From { $name }
import-added = *Added:* { $n }
import-changed = *Updated:* { $n }
import-unchanged = *Unchanged:* { $n }
import-refused = *Refused rows:* { $n }
import-refused-comment = { $n ->
    [one] The row of { $name } that was refused, with the reason. Correct it and import this file.
   *[other] The { $n } rows of { $name } that were refused, with the reason for each. Correct them and import this file.
}
import-refused-sent = { $n ->
    [one] The refused row is in a file in your messages with this bot, with the reason.
   *[other] The refused rows are in a file in your messages with this bot, with the reason for each.
}
import-refused-lost = The file of refused rows could not be sent. Import the file again to get it.
import-failed = { $name } was not imported into { $audience }
import-partly = { $n ->
    [one] { $n } contact before that place was imported and stays.
   *[other] { $n } contacts before that place were imported and stay.
}

# Known to storage/files/formulas.py, so that the file can be imported.
import-refused-reason = Why it was refused
import-refused-at = Line { $line }: { $why }
import-refused-in = { $file }, line { $line }: { $why }

import-reason-empty = There is no address.
import-reason-too-long = The address is longer than 254 characters.
import-reason-no-at = The address has no @.
import-reason-spaces = There is a space in the address.
import-reason-no-local = There is nothing before the @.
import-reason-no-domain = There is nothing after the @.
import-reason-special-use = The part after the @ is no real domain.
import-reason-bad-domain = The part after the @ is not a domain.
import-reason-bad-local = The part before the @ has characters that an address can’t have.
import-reason-bad-status = The status is not subscribed, unsubscribed, non-subscribed, pending or cleaned. If this column means something else, rename it.
import-reason-bad-time = CLEAN_TIME is not a date and time.
import-reason-row-quotes = The quotes of this row don’t match.
import-reason-row-too-long = The row is too long.
import-reason-row-too-many-cells = The row has more cells than the header.
import-reason-row-characters = The row has characters that can’t be read.

error-import-no-file = Choose a file first.
error-import-no-audience = Choose an audience, or name a new one.
error-import-too-large = { $name } is too large: { $size } MB. Files of up to { $most } MB can be imported here; for a larger one, use cleaned import on the server.
error-import-not-fetched = { $name } could not be fetched from Slack. Upload it again.
error-no-address-column = { $name } has no column of addresses. Name one of its columns “Email”. Its columns: { $columns }.

spreadsheet = { $name } can’t be read.
empty-file = { $name } is empty.
not-a-spreadsheet = { $name } is not a CSV file. Save it as CSV and try again.
excel-workbook = { $name } is an Excel workbook. In Excel, choose File, Save As, and the type “CSV UTF-8”; then import that file.
no-header = { $name } has no header row: its first row holds an address. Add a first row with the columns’ names, “Email” among them.
too-many-columns = { $name } has { $columns } columns; the limit is { $limit }. Remove the ones you don’t need.
too-broken = Almost no row of { $name } could be used, up to line { $line }. Check that it is the right file, with matching quotes and an address in each row. Then import it again.
broken-archive = The archive { $name } is damaged or incomplete. Download or export it again.
no-spreadsheet-inside = There is no CSV file in { $name }.
unsafe-archive = { $danger ->
    [path] { $name } was refused: one of its files would be written outside its folder. Pack it again.
    [link] { $name } was refused: it contains a link instead of a file. Pack the files themselves.
    [encrypted] { $name } is protected by a password. Unpack it and import the CSV files.
    [nested] { $name } was refused: it contains another archive. Unpack that one first.
    [members] { $name } was refused: it contains too many files. Pack only the CSV files.
    [size] { $name } was refused: it is too large when unpacked. Import its files one by one.
   *[ratio] { $name } was refused: it unpacks to far more than it should. Pack it again.
}
