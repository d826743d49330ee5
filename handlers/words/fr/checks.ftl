checks-agree = Chiffres, archives, journal et travaux concordent
checks-mended = corrigé
checks-status = { $audience } : contacts à l’état « { $status } »{ $why } : { $counted } comptés, { $kept } gardés.
checks-day = { $audience } : contacts nettoyés le { $day }{ $why } : { $counted } comptés, { $kept } gardés.
checks-domain = { $audience }, { $domain } : abonnés { $counted } comptés, { $kept } gardés ; nettoyés { $cleaned } comptés, { $kept_cleaned } gardés.
checks-domains-more = { $audience } : de même pour { $n ->
    [one] un autre domaine
   *[other] { $n } autres domaines
}.
checks-unreachable = { $audience } : le serveur de ses contacts ne répond pas ; ils n’ont pas été vérifiés.
checks-worth-a-look = { $audience } : contacts à revoir : { $counted } comptés, { $kept } gardés.
checks-archive = { $audience } : archivage { $id } : contacts { $n } gardés, { $members } comptés ; rétablis { $restored } gardés, { $back } comptés.
checks-no-archive = { $audience } : { $n } contacts archivés ne sont dans aucun archivage : ils ne peuvent pas être rétablis. Le premier a le numéro { $contact }.
checks-not-archived = { $audience } : { $n } contacts d’un archivage ne sont pas archivés. Le premier a le numéro { $contact }.
checks-batch = { $audience } : contacts nettoyés ensemble ({ $id }) : { $n } enregistrés, { $verdicts } verdicts comptés ; statut rendu à { $reversed }.
checks-journal-archive = { $audience } : archivage { $id } : contacts pris { $n }, au journal { $told }.
checks-journal-restore = { $audience } : archivage { $id } : contacts rétablis { $n }, au journal { $told }.
checks-journal-export = { $audience } : export { $id } : contacts { $n }, au journal { $told }.
checks-journal-import = { $audience } : imports : contacts repris { $n }, au journal { $told }.
checks-journal-fix = { $audience } : corrections : accords { $n }, au journal { $told }.
checks-still = Un travail est arrêté depuis le { $at } : { $what } ({ $id }), { $audience }. Lancez cleaned run pour le reprendre.
checks-untold = Un travail s’est terminé le { $at } et personne n’en a été averti : { $what } ({ $id }), { $audience }. Lancez cleaned run pour le faire.
checks-mend = Pour corriger les chiffres faux : cleaned check --deep --mend
checks-job = { $what ->
    [import] un import
    [export] un export
    [archive] un archivage
    [restore] une annulation d’archivage
    [reversal] une annulation de nettoyage
    [question] une question sur un nombre inhabituel de bounces
    [cleaning] un nettoyage après un nombre inhabituel de bounces
    [sync] une synchronisation
    [add] une correction
    [forget] un effacement de personne
   *[other] { $what }
}
