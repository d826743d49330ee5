steps-question = { $n ->
    [one] A workflow asks to export *{ $n } cleaned contact* from { $audience } to { $channel }.
   *[other] A workflow asks to export *{ $n } cleaned contacts* from { $audience } to { $channel }.
}
steps-export = Export
steps-decline = Don’t export
steps-exporting = The workflow’s export has started. The receipt follows here.
steps-declined = Nothing was exported. The workflow was told.
steps-error-declined = The operator declined the export.
steps-error-failed = The export failed. The operator’s messages say why.
