install-title = Add Cleaned to Slack
install-what = Addresses that bounce get no more mail from your mailing list. Cleaned shows your team which they are and why, in Slack.
install-does =
    .see = See how many addresses are cleaned and why, and get a weekly digest in a channel of your choice.
    .act = Export them as a file, archive them with an Undo, and correct typos with the person’s consent.
    .who = Only operators see addresses and change contacts: your workspace’s owners and admins, and those whom the bot’s settings name.
install-button = Add to Slack
install-next = Slack shows what the app may do and asks you to confirm. In some workspaces an admin has to approve it first.
install-asks = What it asks for, and why
install-scope = { $scope ->
    [app_mentions-read] To answer when it is mentioned in a channel
    [channels-history] To see, after a crash, whether a digest or a receipt is already in a public channel
    [channels-read] To say who will see a file or a digest before it is posted in a public channel
    [chat-write] To post receipts, digests and answers
    [commands] For its commands and its shortcut
    [files-read] To import the files that you give it
    [files-write] To send exports and lists of refused rows
    [groups-history] To see, after a crash, whether a digest or a receipt is already in a private channel that it is in
    [groups-read] To say who will see a file or a digest before it is posted in a private channel that it is in
    [im-history] To answer direct messages to it
    [im-write] To send receipts and exports to your direct messages
    [usergroups-read] To know who is in the user groups that are operators
    [users-read] To know the role and the language of the people who use it
   *[other] For a part of what it does
}
installed-title = Cleaned is installed
installed-in = It is in { $name } now.
installed-next = Type /cleaned in Slack. An operator begins with /cleaned-import.
installed-open = Open Slack
installed-browser = Open Slack in the browser
installed-org = It is in the organization { $name } now. An admin of the organization chooses the workspaces that use it.
installed-org-add = Choose workspaces
install-cancelled = Nothing was installed
install-failed = Cleaned was not installed
install-again = Start again
install-why = { $why ->
    [cancelled] You cancelled at Slack. Nothing was changed.
    [expired] The installation was begun more than ten minutes ago or in another browser, or has ended already. Start again in this browser, and allow its cookies.
    [workspace] Slack doesn’t let this app into that workspace ({ $code }). If it is part of an organization, ask its admins; else ask whoever runs this bot to activate the app’s public distribution.
    [settings] Slack refuses the settings of this bot ({ $code }). Tell whoever runs it.
    [unreachable] Slack gave no answer. Start again in a minute.
    [fault] Something went wrong on our side. Start again in a minute. If it happens again, tell whoever runs this bot the reference { $code }.
    [busy] Too many installations have begun at the same time. Start again in ten minutes.
   *[other] Slack refused ({ $code }). Start again; if it happens again, tell whoever runs this bot.
}
