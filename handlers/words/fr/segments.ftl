segments-title = Contacts nettoyés
segments-headline = { $total ->
    [one] *{ $total }* contact nettoyé dans { $audience }
   *[other] *{ $total }* contacts nettoyés dans { $audience }
}
segments-headline-found = { $total ->
    [one] *{ $found }* sur { $total } contact nettoyé dans { $audience }
   *[other] *{ $found }* sur { $total } contacts nettoyés dans { $audience }
}
segments-empty = Aucun contact nettoyé dans { $audience }. Il n’y a rien à archiver ni à corriger. Revenez après la prochaine campagne.
segments-no-hit = Aucun contact nettoyé ne correspond à ces filtres. Changez-les, ou effacez-les tous.
segments-reason = Motif
segments-any-reason = Tous les motifs
segments-since = Nettoyés depuis le
segments-campaign = Campagne
segments-domain = Domaine
segments-text = Adresse ou champ
segments-text-hint = Une partie d’une adresse, d’un nom ou d’un autre champ
segments-apply = Filtrer
segments-clear = Effacer les filtres
segments-suggestion = { $name } ({ $n })
segments-ticked = { $n ->
    [0] Aucun contact coché. Les coches restent d’une page et d’un filtre à l’autre.
    [one] *{ $n } contact coché.* Les coches restent d’une page et d’un filtre à l’autre.
   *[other] *{ $n } contacts cochés.* Les coches restent d’une page et d’un filtre à l’autre.
}
segments-refused-ticks = Vous pouvez cocher { $most } contacts au plus : les dernières coches n’ont pas été prises. Pour en traiter davantage, filtrez la liste et prenez-la entière.
segments-archive-ticked = Archiver la sélection ({ $n })
segments-export-ticked = Exporter la sélection ({ $n })
segments-archive-all = Archiver toute la liste ({ $n })
segments-export-all = Exporter la liste ({ $n })
segments-tick-page = Cocher toute la page
segments-untick = Tout décocher
segments-fix = Corriger
segments-row-campaign = après « { $campaign } »
segments-row-cleaned = nettoyé { $date }
segments-page = Page { $page }
error-nothing-ticked = Aucun contact n’est coché. Cochez-en, ou prenez toute la liste.
