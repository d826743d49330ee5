segments-title = Contacts nettoyés
segments-headline = { $total ->
    [one] *{ $total }* contact nettoyé dans « { $audience } »
   *[other] *{ $total }* contacts nettoyés dans « { $audience } »
}
segments-headline-found = { $total ->
    [one] *{ $found }* sur { $total } contact nettoyé dans « { $audience } »
   *[other] *{ $found }* sur { $total } contacts nettoyés dans « { $audience } »
}
segments-empty = Aucun contact nettoyé dans « { $audience } ». Il n’y a rien à archiver ni à corriger. Revenez après la prochaine campagne.
segments-no-hit = Aucun contact nettoyé ne correspond à ces filtres. Modifiez-les ou effacez-les.
segments-text-hint = Une partie d’une adresse, d’un nom ou d’un autre champ
segments-suggestion = { $name } ({ $n })
segments-refused-ticks = Vous pouvez cocher { $most } contacts au plus : les dernières coches n’ont pas été gardées. Pour en traiter davantage, filtrez la liste et prenez-la entière.
error-nothing-ticked = Aucun contact n’est coché. Cochez-en, ou prenez toute la liste.
segments-preset-week = 7 jours, au { $until }
segments-preset-today = Aujourd’hui
segments-preset-worth-a-look = À revoir ({ $n })
segments-preset-typos = Fautes de frappe
segments-filters = Filtres
segments-filters-title = Filtrer les contacts
segments-text = Adresse ou champ
segments-reason = Motif
segments-since = Nettoyés depuis le
segments-until = Nettoyés jusqu’au
segments-campaign = Campagne
segments-domain = Domaine
segments-only = Afficher seulement
segments-any-reason = Tous les motifs
segments-any-campaign = Toutes les campagnes
segments-any-domain = Tous les domaines
segments-any-contact = Tous les contacts
segments-only-worth_a_look = À revoir
segments-only-reviewed = Revus
segments-only-likely_typos = Fautes de frappe probables
segments-apply = Filtrer
segments-back = Retour à la liste
segments-clear = Effacer les filtres
segments-ticked = { $n ->
    [one] { $n } contact coché. Les coches restent d’une page et d’un filtre à l’autre.
   *[other] { $n } contacts cochés. Les coches restent d’une page et d’un filtre à l’autre.
}
segments-tick-page = Cocher la page
segments-untick = Décocher ({ $n })
segments-export-ticked = Exporter ({ $n })
segments-archive-ticked = Archiver ({ $n })
segments-export-all = Tout exporter ({ $n })
segments-archive-all = Tout archiver ({ $n })
segments-menu-why = Pourquoi : { $address }
segments-menu-fix = Corriger : { $address }
segments-menu-archive = Archiver : { $address }
segments-menu-reviewed = Marquer comme revu : { $address }
segments-menu-not-reviewed = À revoir de nouveau : { $address }
segments-row-look = À revoir
segments-page = Page { $page } sur { $pages }
reviews-ticked = Revus ({ $n })
reviews-undo = Annuler
reviews-done = { $n ->
    [0] Aucun de ces contacts n’est encore à revoir.
    [one] *{ $n } contact revu.* Il reste nettoyé et ne compte plus parmi ceux à revoir.
   *[other] *{ $n } contacts revus.* Ils restent nettoyés et ne comptent plus parmi ceux à revoir.
}
segments-archived-since = { $n ->
    [one] { $n } autre, nettoyé alors, est archivé depuis.
   *[other] { $n } autres, nettoyés alors, sont archivés depuis.
}
