error-title = That did not work
error-unexpected = Something went wrong on our side. Try again in a minute. If it happens again, tell whoever runs this bot the reference { $reference }.
error-gave-up = This work failed several times and was stopped. Start it again; if it fails again, tell whoever runs this bot the reference { $reference }.
error-unknown-audience = There is no audience named “{ $name }”. There are: { $known }.
error-no-audience = There is no audience yet. Import a file first, with /cleaned-import.
error-not-an-operator = { $n ->
    [0] Only operators can do that. Ask an owner or admin of this workspace.
   *[other] Only operators can do that. Ask { $helpers }, or an owner or admin of this workspace.
}
error-role-unknown = Slack did not say whether you are an operator. Nothing was changed. Try again in a minute.
error-nothing-there = No contact matches. Change the filters.
error-wrong-word = Type { $word } to confirm. Nothing was changed.
error-already-done = This was confirmed already. Look in your messages for the receipt.
error-plan-gone = This window is too old. Close it and start again.
error-bad-setting = The setting { $name } can’t be read. The README has the list of settings.
