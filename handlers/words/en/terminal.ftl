# The terminal. Read alone where it has to be quick, so it refers to no other file.
terminal-about = Cleaned: a Slack bot for the addresses that a mailing list has cleaned.
terminal-usage = usage:
terminal-arguments = arguments
terminal-options = options
terminal-help = show this help and end
terminal-version = show the version and end
terminal-commands = commands
terminal-about-demo = try the whole bot in the browser, with no Slack account
terminal-about-run = run the bot for a Slack workspace
terminal-about-import = import CSV files or export archives (.zip)
terminal-about-counts = show how many addresses are cleaned, and why
terminal-about-export = write the cleaned contacts as CSV
terminal-about-bounces = take in bounced mail from a Maildir, an mbox or files, or your provider’s list
terminal-about-sync = bring the audiences of your Mailchimp account up to date
terminal-about-person = show everything that is kept of one person
terminal-about-forget = erase a person from everything that is kept
terminal-about-check = show what is missing or wrong, and how to fix it
terminal-about-migrate = upgrade the database to this version
terminal-about-spread = show how to spread the tables over several PostgreSQL servers
terminal-about-manifest = print what Slack makes the app from
terminal-port = the port of the page (default: a free one)
terminal-own = import these files instead of the sample audiences
terminal-own-audience = the audience for your files (default: the first file’s name)
terminal-demo-mailchimp = with a Mailchimp account too, simulated on this machine
terminal-no-browser = only print the address of the page
terminal-files = a CSV file or an export archive (.zip)
terminal-into = the audience that the contacts go into; created if there is none of that name
terminal-status = the status of new contacts if a file doesn’t give one (default: nonsubscribed)
terminal-refused-path = where refused rows go (default: FILE.refused.csv)
terminal-of = the audience’s name
terminal-address = the person’s e-mail address
terminal-forget-lift = let a person who was forgotten come in again
terminal-person-json = everything, as JSON; without it, how much in which table
terminal-check-webhooks = set up Mailchimp to tell the bot about changes at once, while it runs
terminal-check-deep = recount everything, and compare archives, journal and work
terminal-check-mend = and correct stored figures that are wrong
terminal-json = the figures as JSON, for programs
terminal-spread-sql = print the SQL that is left to run
terminal-manifest-json = as JSON instead of YAML
terminal-excel = for Excel: with a byte-order mark
terminal-completion = print the completions for a shell ({ $shells }) and end
terminal-output = the file to write (default: standard output)
terminal-sync-of = the only audience to bring up to date (default: all of the account)
terminal-bounces-paths = a Maildir, an mbox, a message (.eml), a folder of these, or - for standard input
terminal-bounces-of = the only audience that the bounces are about (default: all that have the address)
terminal-bounces-aside = write what was kept aside, with the reason, as CSV; without PATH, all of it
terminal-bounces-from = take in the provider’s own suppression list, instead of PATH

terminal-see-help = { $fault } See { $command } --help.
terminal-missing = Missing: { $names }.
terminal-unknown = Unknown: { $names }.
terminal-bad-value = { $name } takes no value.
terminal-bad-choice = { $name } can’t be “{ $value }”. Choose from: { $choices }.
terminal-bad-number = { $name } has to be a whole number from { $least } to { $most }.
terminal-needs-value = { $name } needs a value.
terminal-needs-choice = { $name } needs a value. Choose from: { $choices }.
terminal-interrupted = Interrupted.
terminal-import-interrupted = Interrupted. What was imported stays; the same command carries on with the rest, or the bot does once it runs.
terminal-bounces-interrupted = Interrupted. What was taken in stays; the same command starts again and counts nothing twice.
terminal-sync-interrupted = Interrupted. What was copied stays; the same command carries on with the rest, or the bot does once it runs.
terminal-unexpected = Something unexpected went wrong ({ $fault } at { $place }). Try again; if it happens again, report it with the text in brackets.
terminal-file = { $kind ->
    [missing] There is no file { $name }. Check its name.
    [forbidden] This user may not open { $name }. Change its permissions.
    [folder] { $name } is a folder. Name a file in it.
    [full] The disk is full. Make room and try again.
    [port] The port is taken. Choose another one.
   *[other] { $name } can’t be read or written.
}
terminal-slack-refused = Slack refused ({ $error }). Run cleaned check to see what to fix.
terminal-slack-unreachable = Slack can’t be reached. Check the network, and SLACK_API_URL if it is set.

terminal-imported = { $name }: { $added } added, { $changed } updated, { $unchanged } unchanged, { $refused } refused
terminal-in-all = Total
terminal-refused = Refused rows, with the reason for each: { $path }
terminal-carries-on = { $name }: carrying on where an earlier import stopped
terminal-synced = { $name }: { $added } added, { $changed } changed, { $unchanged } unchanged, { $refused } left out
terminal-sync-carries-on = { $name }: carrying on where an earlier sync stopped
terminal-sync-none = The Mailchimp account has no audience yet. Create one there, then run this again.
terminal-worth-a-look = worth a look
terminal-this-week = new in the 7 days to { $until }
terminal-week-before = in the 7 days before
terminal-today = new today so far
terminal-date-unknown = cleaned at an unknown date
terminal-counted = count toward your plan’s contact limit
terminal-not-counted = don’t count
terminal-exported = { $n ->
    [one] { $n } contact written to { $path }
   *[other] { $n } contacts written to { $path }
}
terminal-migrated = The database is now at this version.
terminal-up-to-date = The database was already at this version.

terminal-demo-making = Making the sample audiences…
terminal-demo-account = Making a Mailchimp account on this machine, and mirroring its audiences…
terminal-demo-ready = The workspace is at { $url } (Ctrl-C stops it). Try /cleaned in a message.
demo-token-missing = Open the whole address that the terminal shows: its token is missing here.
demo-install-title = { $app } asks to be installed
demo-install-where = As whom, and where?
demo-install-as = { $person }, in the workspace { $place }
demo-install-as-all = { $person }, in the whole organization { $place }
demo-install-scopes = What it asks for
demo-install-allow = Allow
demo-install-cancel = Cancel
demo-install-trouble = The app was not installed
demo-install-again = This page has been used already. Start again from the app’s install page.
demo-install-refused = This person may not install apps there. Choose an owner or an admin.
terminal-demo-crashed = The bot stopped by itself (exit status { $status }). Its messages are above.
terminal-demo-late = The bot did not connect within { $seconds } seconds. Its messages are above.
terminal-demo-stopped = Stopped. Nothing was kept.

error-no-bot-token = SLACK_BOT_TOKEN is not set. Copy the bot token (xoxb-…) from your app’s “OAuth & Permissions” page, or run cleaned demo to try without Slack.
error-no-way-in = Neither SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET (HTTP) is set. Set one of them; docs/set-up.md says where to find it.
error-database-url = DATABASE_URL can’t be read. Use sqlite:///path or postgresql://user:password@host/name.
error-database-unreachable = The database { $url } can’t be opened. Check DATABASE_URL, and that the server runs and lets this user in.
error-database-behind = The database is older than this program. Run cleaned migrate.
error-database-newer = The database was made by a newer version of this program. Install that version.

check-right = ok
check-fault = FAULT
check-bot-token = Bot token: { $user } in { $team }
check-bot-token-missing = SLACK_BOT_TOKEN is not set. Copy it (xoxb-…) from your app’s “OAuth & Permissions” page.
check-bot-token-malformed = SLACK_BOT_TOKEN is not a bot token. It starts with xoxb-; copy it from your app’s “OAuth & Permissions” page.
check-bot-token-refused = Slack refuses SLACK_BOT_TOKEN ({ $error }). Install the app to the workspace again and copy the new token.
check-slack-unreachable = Slack can’t be reached at { $url }. Check the network, and SLACK_API_URL if it is set.
check-scopes = Scopes: all { $n } granted
check-scopes-missing = { $n ->
    [one] A scope is missing: { $scopes }.
   *[other] Scopes are missing: { $scopes }.
} Paste manifest.yml into your app’s “App Manifest” page and install the app again.
check-scope-without = Without { $scope }: { $what ->
    [app_mentions-read] mentions of the bot in channels get no answer.
    [channels-history] after a crash, a digest or a receipt in a public channel may be posted twice.
    [channels-read] nobody is told who will see a file or a digest in a public channel, and none can be posted there.
    [chat-write] nothing can be posted: no receipt, no digest, no answer to a message.
    [commands] no command and no shortcut works.
    [files-read] files can’t be imported, and an export may be sent twice after a crash.
    [files-write] exports and lists of refused rows can’t be sent.
    [groups-history] after a crash, a digest or a receipt in a private channel may be posted twice.
    [groups-read] nobody is told who will see a file or a digest in a private channel, and none can be posted there.
    [im-history] direct messages to the bot get no answer, and a receipt may come twice after a crash.
    [im-write] receipts and exports don’t reach anybody’s direct messages.
    [usergroups-read] the user groups in CLEANED_OPERATORS make nobody an operator.
    [users-read] nobody’s role and language are known, so nobody is an operator.
   *[other] a part of the bot doesn’t work.
}
check-workspace = Installed in { $team } by { $who }, with all { $n } scopes
check-workspace-none = Not installed in a workspace yet. Install it at { $url }
check-workspace-scopes = { $team }: scopes are missing: { $scopes }. Install the app there again, at { $url }
check-workspace-expired = { $team }: Slack doesn’t renew the token any more. Install the app there again, at { $url }
check-app-token = App token: Socket Mode can connect
check-app-token-malformed = SLACK_APP_TOKEN is not an app-level token. It starts with xapp-; make one with the scope connections:write on your app’s “Basic Information” page.
check-app-token-refused = Slack refuses SLACK_APP_TOKEN ({ $error }). Make a new one with the scope connections:write on your app’s “Basic Information” page.
check-http = HTTP: Slack has to reach http://{ $host }:{ $port }/slack/events through your web server
check-webhooks = Bounces by webhook: providers have to reach { $paths } at http://{ $host }:{ $port } through your web server
check-database = Database: { $url }, at this version
check-database-new = Database: SQLite, created at the first start
check-file-open = Other users of this computer can read or change { $path }, which holds secrets or addresses. Restrict it: { $command }
check-mailchimp = Mailchimp: key of { $name }, the user’s role: { $role }
check-mailchimp-by-list = Mailchimp archived cleaned contacts through its usual call, last on { $at }
check-mailchimp-by-contact = Mailchimp archived cleaned contacts through its newer call (Audiences API), last on { $at }
check-mailchimp-no-contact-api = The account has no Audiences API, which could archive contacts that the usual call refuses; last asked on { $at }
check-mailchimp-webhook = Mailchimp tells the bot at once about changes in { $audience }
check-mailchimp-webhook-missing = { $audience }: changes show within five minutes. To see them at once, start the bot, then run: cleaned check --webhooks
check-mailchimp-webhook-failed = Mailchimp could not be set up to call the bot for { $audience }: { $why } The bot has to run, and CLEANED_PUBLIC_URL has to lead to it.
check-mailchimp-webhook-secret-missing = CLEANED_PUBLIC_URL is set but CLEANED_MAILCHIMP_WEBHOOK_SECRET is not, so Mailchimp can’t tell the bot about changes. Set it to at least 16 letters and digits that nobody can guess.
check-mailchimp-webhook-settings = Mailchimp’s webhooks need MAILCHIMP_API_KEY, CLEANED_PUBLIC_URL and CLEANED_MAILCHIMP_WEBHOOK_SECRET.
check-mailchimp-reader = The user of the Mailchimp key ({ $role }) can only read: audiences are mirrored, but archives and corrections will be refused. Use a key of an owner, an admin or a manager.
check-tracing = Traces: sent to { $host }
check-retention = Kept: bounces { $bounces }, journal { $journal }, records of exports { $exports }, what was set aside { $set_aside }.
check-kept-always = without end
check-kept-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
check-time-zones = Time zones: found
check-time-zones-missing = Time zone data is missing. Install it: pip install tzdata.
terminal-about-workspaces = list the workspaces where the app is installed by OAuth
terminal-workspace-of = the id of the workspace (T…), where there are several
terminal-workspace-erase = delete everything of a workspace that the app was removed from
terminal-renew-keys = encrypt the tokens anew, with the first key of CLEANED_TOKEN_KEY
terminal-workspace = installed { $at }
terminal-workspace-removed = removed { $at }; its data is kept until --erase
terminal-workspace-none = The app is not installed by OAuth anywhere.
terminal-workspace-erased = Everything of { $workspace } was deleted.
terminal-keys-renewed = { $n ->
    [one] The tokens of 1 installation are encrypted anew.
   *[other] The tokens of { $n } installations are encrypted anew.
}
terminal-keys-unreadable = CLEANED_TOKEN_KEY doesn’t open the tokens of { $workspaces }; they were left as they are. Add the key that they were encrypted with, after a comma. If it is lost, have the app installed again there.
