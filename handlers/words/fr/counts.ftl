counts-headline = { $n ->
    [0] Aucun contact nettoyé dans { $audience }
    [one] { $n } contact nettoyé dans { $audience }
   *[other] { $n } contacts nettoyés dans { $audience }
}
counts-reason = { $reason } : { $n }
counts-none = Rien à archiver ni à corriger. Revenez après la prochaine campagne.
counts-week = *Nouveaux, semaine au { $until } :* { $n } ({ $before } la semaine d’avant)
counts-today = { $n } aujourd’hui
counts-date-unknown = *Date inconnue :* { $n }
counts-worth-a-look = *À revoir :* { $n }
counts-archived = *Archivés :* { $n }
counts-counted = *Comptent dans la limite :* { $n }
counts-free = *Ne comptent pas (nettoyés, archivés) :* { $n }
overview-headline = { $audiences ->
    [1] { $n } contacts nettoyés dans une audience
   *[other] { $n } contacts nettoyés dans { $audiences } audiences
}
overview-cleaned = { $n ->
    [one] { $n } nettoyé
   *[other] { $n } nettoyés
}
overview-week = { $n ->
    [one] { $n } nouveau en 7 jours
   *[other] { $n } nouveaux en 7 jours
}
overview-worth-a-look = { $n } à revoir
overview-view = Voir
overview-more = { $n ->
    [one] Et { $n } autre audience. Choisissez-la ici :
   *[other] Et { $n } autres audiences. Choisissez-en une ici :
}
overview-hint = `/cleaned` suivi d’un nom montre cette audience ; suivi d’une adresse e-mail, ce contact.
overview-hint-figures = `/cleaned` suivi d’un nom montre cette audience.
help-headline = Les commandes
help =
    `/cleaned [audience]` combien d’adresses sont nettoyées, et pourquoi
    `/cleaned [adresse]` un contact : son statut, pourquoi, et ce qu’on peut faire
    `/cleaned-list [audience]` les voir, les filtrer, les cocher
    `/cleaned-export [audience]` les obtenir en fichier CSV
    `/cleaned-archive [audience]` les archiver
    `/cleaned-restore` annuler un archivage
    `/cleaned-fix [adresse ou audience]` ajouter une adresse corrigée, ou parcourir les fautes probables
    `/cleaned-digest` le récapitulatif de la semaine
    `/cleaned-import` importer un fichier CSV ou une archive d’export
    `/cleaned-forget [adresse]` effacer une personne pour de bon
help-more = Une adresse est nettoyée quand un e-mail qui lui était envoyé est revenu. Elle n’en reçoit plus, et elle ne compte pas dans la limite de contacts.
