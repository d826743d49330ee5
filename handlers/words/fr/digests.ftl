digest-title = Récapitulatif
digest-save = Enregistrer
digest-none = Aucun récapitulatif n’est prévu. Choisissez où et quand, puis enregistrez.
digest-none-to-read = Aucun récapitulatif n’est prévu.
digest-read-only = Vous pouvez lire ces réglages, pas les modifier.
digest-every = Chaque { $weekday } à { $at } ({ $zone }), dans { $channel }.
digest-next = Prochain récapitulatif : { $day } à { $at } ({ $zone }).
digest-paused = Il est suspendu : rien n’est envoyé jusqu’à la reprise.
digest-covers = Audiences : { $audiences }.
digest-covers-all = Toutes les audiences.
digest-saved = Enregistré.
digest-was-paused = Suspendu.
digest-was-resumed = Repris.
digest-sent = Envoyé dans { $channel }.
digest-not-sent = L’envoi n’a pas abouti. La raison est dans vos messages.
digest-sent-later = Slack ne l’a pas accepté à l’instant. Le bot réessaiera tout seul.

digest-channel = Canal
    .hint = Invitez-y d’abord le bot. Le récapitulatif montre des chiffres et des domaines, jamais d’adresse.
digest-weekday = Jour
digest-at = Heure
digest-zone = Fuseau horaire
    .placeholder = Tapez une ville
digest-audiences = Audiences
    .hint = Laissez vide pour toutes les prendre.
    .placeholder = Toutes les audiences
digest-language = Langue du récapitulatif
digest-language-en = English
digest-language-fr = Français
digest-pause = Suspendre
digest-resume = Reprendre
digest-send = Envoyer maintenant

error-digest-not-in-channel = Le bot n’est pas dans ce canal. Tapez-y /invite @Cleaned, puis enregistrez à nouveau.
error-digest-archived-channel = Ce canal est archivé. Choisissez-en un autre.
error-digest-unknown-zone = Aucun fuseau horaire ne s’appelle « { $zone } ». Tapez une ville et choisissez dans le menu.
error-digest-not-set = Aucun récapitulatif n’est encore prévu. Choisissez où et quand, puis enregistrez.

digest-failed-channel = Le récapitulatif n’a pas pu être publié dans { $channel } : le bot n’est pas dans ce canal, ou le canal n’existe plus. Tapez-y /invite @Cleaned, ou choisissez un autre canal avec /cleaned-digest. Appuyez ensuite sur « Envoyer maintenant ».
digest-failed-archived = Le récapitulatif n’a pas pu être publié : le canal { $channel } est archivé. Choisissez un autre canal avec /cleaned-digest, puis appuyez sur « Envoyer maintenant ».
digest-failed-other = Le récapitulatif n’a pas pu être publié dans { $channel }. Slack a répondu « { $error } ». Vérifiez que le bot peut y écrire, ou choisissez un autre canal avec /cleaned-digest. Appuyez ensuite sur « Envoyer maintenant ».

digest-headline = { $n ->
    [one] { $n } contact nettoyé en 7 jours, au { $until }
    [many] { $n } de contacts nettoyés en 7 jours, au { $until }
   *[other] { $n } contacts nettoyés en 7 jours, au { $until }
}
digest-nothing = Aucun contact nettoyé en 7 jours, au { $until }.
digest-more = { $n } de plus que la semaine d’avant
digest-fewer = { $n } de moins que la semaine d’avant
digest-same = autant que la semaine d’avant
digest-in-all = { $n ->
    [one] { $n } nettoyé en tout
   *[other] { $n } nettoyés en tout
}
digest-whose = { $audience }
digest-several = { $n ->
    [one] { $n } audience
   *[other] { $n } audiences
}
digest-reasons = *Motifs, comparés à la semaine d’avant*
digest-reason = { $reason } : { $n } ({ $change })
digest-campaigns = *Campagnes*
digest-domains = *Domaines*
digest-count = { $name } : { $n }
digest-table = Campagnes et domaines
digest-table-kind = Type
digest-table-campaign = Campagne
digest-table-domain = Domaine
digest-table-name = Nom
digest-table-n = Nettoyés
digest-typos = { $n ->
    [one] *Fautes de frappe probables : { $n } contact à corriger*
    [many] *Fautes de frappe probables : { $n } de contacts à corriger*
   *[other] *Fautes de frappe probables : { $n } contacts à corriger*
}
digest-archived = *Archivés depuis :* { $n } de ces contacts
digest-typos-many = *Fautes de frappe probables : plus de { $n } contacts à corriger*
digest-typos-rest = autres domaines · { $n }
digest-all = Tous les contacts nettoyés ({ $n })
digest-typo = { $domain } → { $meant } · { $n }
digest-audience = *{ $audience } : { $n ->
    [one] { $n } nouveau contact nettoyé
    [many] { $n } de nouveaux contacts nettoyés
   *[other] { $n } nouveaux contacts nettoyés
} ({ $change })*
digest-rest = { $audiences ->
    [one] Et { $audiences } autre audience : { $n }.
   *[other] Et { $audiences } autres audiences : { $n }.
}
digest-worth-a-look = { $n ->
    [one] *À revoir :* { $n } de ces contacts a peut-être une adresse valable.
   *[other] *À revoir :* { $n } de ces contacts ont peut-être une adresse valable.
}
digest-chart = Contacts nettoyés, 12 semaines
digest-chart-series = Nettoyés
digest-chart-axis = Semaine au
digest-chart-text = *Contacts nettoyés, semaine au :* { $weeks }
clock-pattern = { $minute ->
    [0] H 'h'
   *[other] H 'h' mm
}
