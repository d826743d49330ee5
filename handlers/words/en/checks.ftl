checks-agree = Figures, archives, journal and work agree
checks-mended = mended
checks-status = { $audience }: { $counted } contacts are { $status }{ $why }; the kept figure is { $kept }.
checks-day = { $audience }: { $counted } contacts were cleaned on { $day }{ $why }; the kept figure is { $kept }.
checks-domain = { $audience }: of { $domain } { $counted } contacts are subscribed and { $cleaned } cleaned; the kept figures are { $kept } and { $kept_cleaned }.
checks-domains-more = { $audience }: so it is with { $n } more domains.
checks-worth-a-look = { $audience }: { $counted } cleaned contacts are worth a look; the kept figure is { $kept }.
checks-archive = { $audience }: the archive { $id } says { $n } contacts, { $restored } of them brought back; it has { $members }, { $back } brought back.
checks-no-archive = { $audience }: { $n } archived contacts are in no archive, so no Undo finds them; the first is number { $contact }.
checks-not-archived = { $audience }: archives hold { $n } contacts that are not archived; the first is number { $contact }.
checks-journal-archive = { $audience }: the archive { $id } took { $n } contacts; the journal says { $told }.
checks-journal-restore = { $audience }: { $n } contacts of the archive { $id } were brought back; the journal says { $told }.
checks-journal-export = { $audience }: the export { $id } has { $n } contacts; the journal says { $told }.
checks-journal-import = { $audience }: imports took in { $n } contacts; the journal says { $told }.
checks-journal-fix = { $audience }: there are { $n } consents; the journal has { $told } corrections.
checks-still = Work stands still since { $at }: { $what } ({ $id }), { $audience }. cleaned run carries it on.
checks-untold = Work has ended on { $at } and nobody was told: { $what } ({ $id }), { $audience }. cleaned run tells them.
checks-mend = Figures that are wrong can be put right: cleaned check --deep --mend
checks-job = { $what ->
    [import] an import
    [export] an export
    [archive] an archive
    [restore] an Undo
    [sync] a sync
    [add] a correction
   *[other] { $what }
}
