checks-agree = Chiffres, archives, journal et travaux concordent
checks-mended = rétabli
checks-status = { $audience } : contacts à l’état « { $status } »{ $why } : { $counted } comptés, { $kept } gardés.
checks-day = { $audience } : contacts nettoyés le { $day }{ $why } : { $counted } comptés, { $kept } gardés.
checks-domain = { $audience }, { $domain } : abonnés { $counted } comptés, { $kept } gardés ; nettoyés { $cleaned } comptés, { $kept_cleaned } gardés.
checks-domains-more = { $audience } : de même pour { $n ->
    [one] un autre domaine
   *[other] { $n } autres domaines
}.
checks-worth-a-look = { $audience } : contacts à vérifier : { $counted } comptés, { $kept } gardés.
checks-archive = { $audience } : archivage { $id } : contacts { $n } gardés, { $members } comptés ; rétablis { $restored } gardés, { $back } comptés.
checks-no-archive = { $audience } : contacts archivés qui ne sont dans aucun archivage, qu’aucune annulation ne retrouve : { $n } ; le premier a le numéro { $contact }.
checks-not-archived = { $audience } : contacts d’un archivage qui ne sont pas archivés : { $n } ; le premier a le numéro { $contact }.
checks-batch = { $audience } : contacts nettoyés ensemble ({ $id }) : { $n } enregistrés, { $verdicts } verdicts comptés ; statut rendu à { $reversed }.
checks-journal-archive = { $audience } : archivage { $id } : contacts pris { $n }, au journal { $told }.
checks-journal-restore = { $audience } : archivage { $id } : contacts rétablis { $n }, au journal { $told }.
checks-journal-export = { $audience } : export { $id } : contacts { $n }, au journal { $told }.
checks-journal-import = { $audience } : imports : contacts repris { $n }, au journal { $told }.
checks-journal-fix = { $audience } : corrections : accords { $n }, au journal { $told }.
checks-still = Un travail est arrêté depuis le { $at } : { $what } ({ $id }), { $audience }. cleaned run le reprend.
checks-untold = Un travail s’est terminé le { $at } et personne n’en a été averti : { $what } ({ $id }), { $audience }. cleaned run le fait.
checks-mend = Les chiffres faux peuvent être rétablis : cleaned check --deep --mend
checks-job = { $what ->
    [import] un import
    [export] un export
    [archive] un archivage
    [restore] une annulation
    [reversal] un retour de contacts nettoyés à tort
    [question] une question sur de nombreux retours à la fois
    [cleaning] un nettoyage après de nombreux retours à la fois
    [sync] une synchronisation
    [add] une correction
    [forget] un effacement de personne
   *[other] { $what }
}
