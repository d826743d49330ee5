archives-title = Archiver des contacts
archives-headline = { $n ->
    [one] *Archiver { $n } contact* de { $audience }
   *[other] *Archiver { $n } contacts* de { $audience }
}
archives-meaning = Les contacts archivés sont conservés avec leur historique : personne n’est ajouté deux fois. Vous pouvez annuler à tout moment.
archives-untouched = Ne changent pas : les contacts de tout autre statut, et ceux qui seront nettoyés à partir de maintenant.
archives-word = ARCHIVER
archives-type = Tapez { $word } pour confirmer
archives-submit = Archiver
archives-nothing = Aucun contact nettoyé dans { $audience } : il n’y a rien à archiver. Revenez après la prochaine campagne.
archives-nothing-matches = Plus aucun contact nettoyé de { $audience } ne correspond. Changez les filtres.
archives-waiting = { $n ->
    [one] Archivage de { $n } contact de { $audience }…
   *[other] Archivage de { $n } contacts de { $audience }…
}
archives-progress = Archivage de contacts de { $audience } : { $done } sur { $n }
archives-done = { $n ->
    [0] Aucun contact de { $audience } n’a été archivé
    [one] { $n } contact de { $audience } archivé
   *[other] { $n } contacts de { $audience } archivés
}
archives-left-alone = { $n ->
    [one] { $n } de ceux que vous avez vus avait changé entre-temps et n’a pas été touché.
   *[other] { $n } de ceux que vous avez vus avaient changé entre-temps et n’ont pas été touchés.
}
archives-newer = { $n ->
    [one] { $n } contact, nettoyé ou modifié après l’aperçu, est toujours là.
   *[other] { $n } contacts, nettoyés ou modifiés après l’aperçu, sont toujours là.
}
archives-kept = Ils sont conservés avec leur historique.
archives-can-undo = Pour annuler, utilisez le bouton dans vos messages, ou /cleaned-restore à tout moment.
archives-undo = Annuler l’archivage
archives-see-rest = Voir ce qui reste
archives-share = Partager
archives-failed = Les contacts de { $audience } n’ont pas tous été archivés
archives-share-title = Partager le reçu
archives-share-what = Le canal reçoit le chiffre et le nom de la personne, aucune adresse.
archives-share-where = Canal
archives-share-submit = Partager
archives-shared-text = { $n ->
    [one] { $who } a archivé { $n } contact nettoyé de { $audience }
   *[other] { $who } a archivé { $n } contacts nettoyés de { $audience }
}
archives-shared = Partagé dans { $channel }.
error-archives-not-in-channel = Je ne peux pas écrire dans ce canal. Invitez-moi avec /invite, ou choisissez-en un autre.
filter-reason = motif : { $reason }
filter-since = nettoyés depuis le { $date }
filter-campaign = après « { $campaign } »
filter-domain = chez { $domain }
filter-text = avec « { $text } »
filter-worth-a-look = à revoir
filter-ticked = { $n ->
    [one] { $n } coché
   *[other] { $n } cochés
}
