error-title = That did not work
error-unexpected = Something went wrong on our side. Try again in a minute. If it happens again, tell whoever runs this bot the reference { $reference }.
error-gave-up = This work failed several times and was stopped. Start it again; if it fails again, tell whoever runs this bot the reference { $reference }.
error-unknown-audience = There is no audience named “{ $name }”. These exist: { $known }.
error-no-audience = There is no audience yet. Import a file first, with /cleaned-import.
    .terminal = There is no audience yet. Import a file first: cleaned import FILE --audience NAME
error-not-an-operator = { $n ->
    [0] Only operators can do that. Ask an owner or admin of this workspace.
   *[other] Only operators can do that. Ask { $helpers }, or an owner or admin of this workspace.
}
error-role-unknown = Slack did not say whether you are an operator. Nothing was changed. Try again in a minute.
error-nothing-there = No contact matches. Change the filters.
error-wrong-word = Type { $word } to confirm. Nothing was changed.
error-already-done = This was already confirmed. The receipt is in your messages.
error-plan-gone = This window has expired. Close it and start again.
error-bad-setting = The setting { $name } can’t be read. The README has the list of settings.
error-short-secret = { $name ->
    [CLEANED_POSTMARK_PASSWORD] CLEANED_POSTMARK_PASSWORD has to be user:password, with a password of at least { $n } characters. Make one with “openssl rand -hex 16”, and enter the same at Postmark.
    [SLACK_SIGNING_SECRET] SLACK_SIGNING_SECRET is shorter than { $n } characters, so a part is missing. Copy it again from your app’s “Basic Information” page.
    [CLEANED_MAILGUN_KEY] CLEANED_MAILGUN_KEY is shorter than { $n } characters, so a part is missing. Copy Mailgun’s HTTP webhook signing key again.
    [CLEANED_RESEND_SECRET] CLEANED_RESEND_SECRET is shorter than { $n } characters, so a part is missing. Copy the signing secret of Resend’s webhook again.
    [CLEANED_MAILTRAP_SECRET] CLEANED_MAILTRAP_SECRET is shorter than { $n } characters, so a part is missing. Copy the signature key of Mailtrap’s webhook again.
   *[other] { $name } is shorter than { $n } characters, so it could be guessed. Make a longer one with “openssl rand -hex 16”, and enter the same where requests to the bot are sent from.
}
