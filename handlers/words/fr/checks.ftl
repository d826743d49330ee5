checks-agree = Chiffres, archives, journal et travaux concordent
checks-mended = rétabli
checks-status = { $audience } : { $counted } contacts ont l’état « { $status } »{ $why } ; le chiffre gardé est { $kept }.
checks-day = { $audience } : { $counted } contacts ont été nettoyés le { $day }{ $why } ; le chiffre gardé est { $kept }.
checks-domain = { $audience } : pour { $domain }, { $counted } contacts sont abonnés et { $cleaned } nettoyés ; les chiffres gardés sont { $kept } et { $kept_cleaned }.
checks-domains-more = { $audience } : de même pour { $n } autres domaines.
checks-worth-a-look = { $audience } : { $counted } contacts nettoyés sont à vérifier ; le chiffre gardé est { $kept }.
checks-archive = { $audience } : l’archivage { $id } annonce { $n } contacts, dont { $restored } rétablis ; il en a { $members }, dont { $back } rétablis.
checks-no-archive = { $audience } : { $n } contacts archivés ne sont dans aucun archivage, aucune annulation ne les retrouve ; le premier a le numéro { $contact }.
checks-not-archived = { $audience } : des archivages tiennent { $n } contacts qui ne sont pas archivés ; le premier a le numéro { $contact }.
checks-journal-archive = { $audience } : l’archivage { $id } a pris { $n } contacts ; le journal en annonce { $told }.
checks-journal-restore = { $audience } : { $n } contacts de l’archivage { $id } ont été rétablis ; le journal en annonce { $told }.
checks-journal-export = { $audience } : l’export { $id } a { $n } contacts ; le journal en annonce { $told }.
checks-journal-import = { $audience } : les imports ont repris { $n } contacts ; le journal en annonce { $told }.
checks-journal-fix = { $audience } : il y a { $n } accords ; le journal a { $told } corrections.
checks-still = Un travail est arrêté depuis le { $at } : { $what } ({ $id }), { $audience }. cleaned run le reprend.
checks-untold = Un travail s’est terminé le { $at } et personne n’en a été averti : { $what } ({ $id }), { $audience }. cleaned run le fait.
checks-mend = Les chiffres faux peuvent être rétablis : cleaned check --deep --mend
checks-job = { $what ->
    [import] un import
    [export] un export
    [archive] un archivage
    [restore] une annulation
    [sync] une synchronisation
    [add] une correction
   *[other] { $what }
}
