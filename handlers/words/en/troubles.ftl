trouble-full = The disk that holds the data is full or failing, so nothing more can be written. What was done before is safe. Make room on it, or ask whoever runs this bot to; then try again.
trouble-busy = Another program holds the database, so this could not be done. Try again in a minute. If it lasts, ask whoever runs this bot to close that program.
trouble-gone = The connection to the database is lost, so it is not known whether this was done. Look again in a minute, and repeat it if it was not. If it lasts, tell whoever runs this bot.
trouble-too-late = That took too long for Slack to open the window. Press the button or type the command again.
trouble-slack = Slack does not answer in time, or was asked too often. Try again in a minute.
trouble-work = { $kind ->
    [full] The work waits: the disk that holds the data is full or failing. Make room on it, or ask whoever runs this bot to.
    [busy] The work waits: another program holds the database.
   *[gone] The work waits: the database can’t be reached.
} What was done stays done, and the work carries on by itself.
