counts-headline = { $n ->
    [0] Aucun contact nettoyé dans « { $audience } »
    [one] { $n } contact nettoyé dans « { $audience } »
   *[other] { $n } contacts nettoyés dans « { $audience } »
}
counts-reason = { $reason } : { $n }
counts-none = Rien à archiver ni à corriger. Revenez après la prochaine campagne.
counts-week = *Nouveaux en 7 jours, au { $until } :* { $n } ({ $before } les 7 jours d’avant)
counts-today = { $n } aujourd’hui
counts-date-unknown = *Date inconnue :* { $n }
counts-worth-a-look = *À revoir :* { $n }
counts-archived = *Archivés :* { $n }
counts-counted = *Comptent dans la limite de contacts de votre forfait :* { $n }
counts-free = *Ne comptent pas (nettoyés, archivés) :* { $n }
overview-headline = { $audiences ->
    [1] { $n ->
        [one] { $n } contact nettoyé dans une audience
       *[other] { $n } contacts nettoyés dans une audience
    }
   *[other] { $n ->
        [one] { $n } contact nettoyé dans { $audiences } audiences
       *[other] { $n } contacts nettoyés dans { $audiences } audiences
    }
}
overview-cleaned = { $n ->
    [one] { $n } nettoyé
   *[other] { $n } nettoyés
}
overview-week = { $n ->
    [one] { $n } nouveau en 7 jours, au { $until }
   *[other] { $n } nouveaux en 7 jours, au { $until }
}
overview-worth-a-look = { $n } à revoir
overview-view = Voir
overview-more = { $n ->
    [one] Et { $n } autre audience. Choisissez-la ici :
   *[other] Et { $n } autres audiences. Choisissez-en une ici :
}
overview-hint = `/cleaned` suivi d’un nom montre cette audience ; suivi d’une adresse, ce contact.
overview-hint-figures = `/cleaned` suivi d’un nom montre cette audience.
help-headline = Commandes
help =
    `/cleaned [audience]` combien d’adresses sont nettoyées, et pourquoi
    `/cleaned [adresse]` un contact : son statut, pourquoi, et ce que vous pouvez faire
    `/cleaned-list [audience]` voir, filtrer et cocher les contacts nettoyés
    `/cleaned-export [audience]` les exporter en fichier CSV
    `/cleaned-archive [audience]` les archiver
    `/cleaned-restore` annuler un archivage
    `/cleaned-fix [adresse ou audience]` corriger une adresse, ou parcourir les fautes de frappe probables
    `/cleaned-digest` régler le récapitulatif hebdomadaire
    `/cleaned-import` importer un fichier CSV ou une archive d’export
    `/cleaned-forget [adresse]` effacer une personne pour de bon
help-more = Une adresse est nettoyée après un bounce ou un signalement comme spam. Elle ne reçoit plus d’e-mails et ne compte pas dans la limite de contacts de votre forfait.
