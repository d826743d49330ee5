checks-agree = Figures, archives, journal and work agree
checks-mended = corrected
checks-status = { $audience }: contacts that are { $status }{ $why }: { $counted } counted, { $kept } kept.
checks-day = { $audience }: contacts cleaned on { $day }{ $why }: { $counted } counted, { $kept } kept.
checks-domain = { $audience }, { $domain }: subscribed { $counted } counted, { $kept } kept; cleaned { $cleaned } counted, { $kept_cleaned } kept.
checks-domains-more = { $audience }: the same for { $n ->
    [one] one more domain
   *[other] { $n } more domains
}.
checks-unreachable = { $audience }: the server of its contacts does not answer, so they were not checked.
checks-worth-a-look = { $audience }: contacts worth a look: { $counted } counted, { $kept } kept.
checks-archive = { $audience }: archive { $id }: contacts { $n } kept, { $members } counted; brought back { $restored } kept, { $back } counted.
checks-no-archive = { $audience }: { $n } archived contacts belong to no archive, so no Undo can find them. The first is number { $contact }.
checks-not-archived = { $audience }: { $n } contacts belong to an archive and are not archived. The first is number { $contact }.
checks-batch = { $audience }: contacts cleaned together ({ $id }): { $n } kept, { $verdicts } verdicts counted; given back { $reversed }.
checks-journal-archive = { $audience }: archive { $id }: contacts taken { $n }, in the journal { $told }.
checks-journal-restore = { $audience }: archive { $id }: contacts brought back { $n }, in the journal { $told }.
checks-journal-export = { $audience }: export { $id }: contacts { $n }, in the journal { $told }.
checks-journal-import = { $audience }: imports: contacts taken in { $n }, in the journal { $told }.
checks-journal-fix = { $audience }: corrections: consents { $n }, in the journal { $told }.
checks-still = Work has stood still since { $at }: { $what } ({ $id }), { $audience }. Start cleaned run to carry on.
checks-untold = Work ended on { $at } and nobody was told: { $what } ({ $id }), { $audience }. Start cleaned run to tell them.
checks-mend = To correct wrong figures: cleaned check --deep --mend
checks-job = { $what ->
    [import] an import
    [export] an export
    [archive] an archive
    [restore] an Undo
    [reversal] a return of contacts cleaned by mistake
    [question] a question about many bounces at once
    [cleaning] a cleaning after many bounces at once
    [sync] a sync
    [add] a correction
    [forget] an erasure of a person
   *[other] { $what }
}
