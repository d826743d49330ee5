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
error-too-many-requests = Too many requests came at once, so this one was not done. Wait a few seconds, then try again.
error-nothing-there = No contact matches. Change the filters.
error-wrong-word = Type { $word } to confirm. Nothing was changed.
error-already-done = This was already confirmed. The receipt is in your messages.
error-plan-gone = This window has expired. Close it and start again.
error-bad-setting = { $name ->
    [CLEANED_PORT] CLEANED_PORT is not a port. Write a number from 0 to 65535; 0 takes a free one.
    [CLEANED_TIMEZONE] CLEANED_TIMEZONE is not a time zone. Write its IANA name, such as Europe/Paris.
    [CLEANED_LOG] CLEANED_LOG is neither “text” nor “json”. Write one of them, or leave it out.
    [CLEANED_PROXIES] CLEANED_PROXIES is not a list of addresses or networks. Write them as 127.0.0.1 or 10.0.0.0/8, with commas between.
    [CLEANED_OPERATORS] CLEANED_OPERATORS takes ids only: of users (U…) and of user groups (S…), with commas between. In Slack, a person’s profile has “Copy member ID” in its menu.
    [CLEANED_MAILCHIMP_CONNECTIONS] CLEANED_MAILCHIMP_CONNECTIONS is not a number from 1 to 10. Leave it out for 8.
    [CLEANED_SES_TOPICS] CLEANED_SES_TOPICS is not a list of SNS topics. Copy each ARN (arn:aws:sns:…) from the SNS console, with commas between.
    [CLEANED_SES_REGION] CLEANED_SES_REGION is not a region. Write it as eu-west-3.
    [CLEANED_SES_KEY] CLEANED_SES_KEY is not a key. Write ID:SECRET, or ID:SECRET:TOKEN, as IAM shows them.
    [CLEANED_IMAP_URL] CLEANED_IMAP_URL is not a mailbox. Write imaps://user:password@host/FOLDER, with special characters percent-encoded (@ is %40), or “off”.
    [CLEANED_SENDGRID_KEY] CLEANED_SENDGRID_KEY is not a verification key. Copy it again from SendGrid’s event webhook.
    [CLEANED_POSTAL_KEY] CLEANED_POSTAL_KEY is not a public key. Copy again what follows p= in “postal default-dkim-record”.
    [CLEANED_RESEND_SECRET] CLEANED_RESEND_SECRET is not a signing secret. Copy it (whsec_…) again from Resend’s webhook.
    [CLEANED_TOKEN_KEY] CLEANED_TOKEN_KEY is not a key of 32 random bytes. Make one with “openssl rand -base64 32”. Of several, with commas between, the first encrypts.
    [SLACK_CLIENT_ID] SLACK_CLIENT_ID is not a client ID. Copy it again from your app’s “Basic Information” page.
    [SLACK_API_URL] SLACK_API_URL is not an address. Write https://…, or leave it out for Slack itself.
    [CLEANED_PUBLIC_URL] CLEANED_PUBLIC_URL is not an address. Write it as https://bot.example.com.
    [CLEANED_PROVIDER_URL] CLEANED_PROVIDER_URL is not an address. Write it as https://api.eu.mailgun.net, or leave it out.
    [OTEL_EXPORTER_OTLP_ENDPOINT] OTEL_EXPORTER_OTLP_ENDPOINT is not an address. Write it as http://127.0.0.1:4318.
    [OTEL_EXPORTER_OTLP_TRACES_ENDPOINT] OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is not an address. Write it as http://127.0.0.1:4318/v1/traces.
    [OTEL_EXPORTER_OTLP_PROTOCOL] OTEL_EXPORTER_OTLP_PROTOCOL can only be http/protobuf here. Write that, with the port of your collector that takes it (4318), or leave it out.
    [OTEL_EXPORTER_OTLP_TRACES_PROTOCOL] OTEL_EXPORTER_OTLP_TRACES_PROTOCOL can only be http/protobuf here. Write that, with the port of your collector that takes it (4318), or leave it out.
   *[other] { $name } has characters that it can’t have. Copy it again, whole and without spaces.
}
error-oauth-incomplete = { $name } is not set. { $name ->
    [CLEANED_TOKEN_KEY] Slack’s tokens are encrypted with it: make one with “openssl rand -base64 32”.
    [CLEANED_PUBLIC_URL] Slack sends people back there after an installation: write it as https://bot.example.com.
   *[other] Copy it from your app’s “Basic Information” page.
} Without OAuth, remove SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and CLEANED_TOKEN_KEY.
error-oauth-needs-https = CLEANED_PUBLIC_URL has to begin with https://. Else neither Slack nor browsers take part in an installation.
error-wrong-token-key = CLEANED_TOKEN_KEY doesn’t open the tokens in the database. Add the key that they were encrypted with, after a comma. If it is lost, have the app installed again in each workspace.
error-tracing-packages = { $name } asks for traces, but the packages that send them are missing. Install them with “pip install "cleaned[tracing]"”, or set OTEL_SDK_DISABLED to true.
error-secret-file = The file that { $name } names can’t be read, or is empty. Check its path, and that the user the bot runs as may read it.
error-secret-twice = { $name } and { $name }_FILE are both set. Remove one of them.
error-short-secret = { $name ->
    [CLEANED_POSTMARK_PASSWORD] CLEANED_POSTMARK_PASSWORD has to be user:password, with a password of at least { $n } characters. Make one with “openssl rand -hex 16”, and enter the same at Postmark.
    [SLACK_SIGNING_SECRET] SLACK_SIGNING_SECRET is shorter than { $n } characters, so a part is missing. Copy it again from your app’s “Basic Information” page.
    [CLEANED_MAILGUN_KEY] CLEANED_MAILGUN_KEY is shorter than { $n } characters, so a part is missing. Copy Mailgun’s HTTP webhook signing key again.
    [CLEANED_RESEND_SECRET] CLEANED_RESEND_SECRET is shorter than { $n } characters, so a part is missing. Copy the signing secret of Resend’s webhook again.
    [CLEANED_MAILTRAP_SECRET] CLEANED_MAILTRAP_SECRET is shorter than { $n } characters, so a part is missing. Copy the signature key of Mailtrap’s webhook again.
   *[other] { $name } is shorter than { $n } characters, so it could be guessed. Make a longer one with “openssl rand -hex 16”, and enter the same where requests to the bot are sent from.
}
error-not-installed = The bot is not set up for this workspace yet, or it was removed. Try again in a minute; if it stays so, ask an owner to install it.
error-unknown-workspace = There is no workspace { $workspace }. The bot is in: { $known }
error-workspace-in-use = The bot is still in { $workspace }. Remove the app from it first, in Slack.
error-choose-workspace = Several workspaces use this bot. Say which with --workspace: { $known }
