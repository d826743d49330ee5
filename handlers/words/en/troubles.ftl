trouble-full = The disk that holds the data is full or failing, so nothing can be saved. What was already done is safe. Make room on it, or ask whoever runs this bot to. Then try again.
trouble-busy = Another program is using the database, so this could not be done. Try again in a minute. If it lasts, ask whoever runs this bot to close that program.
trouble-gone = The connection to the database was lost, so this may or may not have been done. Look again in a minute, and repeat it if it was not. If it lasts, tell whoever runs this bot.
trouble-too-late = This took too long for Slack to open the window. Press the button or type the command again.
trouble-slack = Slack does not answer in time, or was asked too often. Try again in a minute.
trouble-work = { $kind ->
    [full] The work is waiting: the disk that holds the data is full or failing. Make room on it, or ask whoever runs this bot to.
    [busy] The work is waiting: another program is using the database.
   *[gone] The work is waiting: the database can’t be reached.
} What was done stays done, and the work carries on by itself.
