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
help-headline = Les commandes
help =
    `/cleaned [audience]` combien d’adresses sont nettoyées, et pourquoi
    `/cleaned-list [audience]` les voir, les filtrer, les cocher
    `/cleaned-export [audience]` les obtenir en fichier CSV
    `/cleaned-archive [audience]` les archiver
    `/cleaned-restore` annuler un archivage
    `/cleaned-fix [adresse]` ajouter une adresse corrigée
    `/cleaned-digest` le récapitulatif de la semaine
    `/cleaned-import` importer un fichier CSV ou une archive d’export
    `/cleaned-forget [adresse]` effacer une personne pour de bon
help-more = Une adresse est nettoyée quand un e-mail qui lui était envoyé est revenu. Elle n’en reçoit plus, et elle ne compte pas dans la limite de contacts.
