restores-title = Archivages précédents
restores-intro = Chaque contact retrouve le statut qu’il avait.
restores-none = Rien n’a encore été archivé. Vos archivages seront listés ici et pourront être annulés à tout moment.
restores-archive = { $n ->
    [one] *{ $n } contact* de { $audience }
   *[other] *{ $n } contacts* de { $audience }
}
restores-by = { $date }, par { $who }
restores-some-back = { $n ->
    [one] { $n } restauré depuis
   *[other] { $n } restaurés depuis
}
restores-all-back = Tout est restauré
restores-undo = Annuler l’archivage
restores-contacts = Contacts
restores-confirm-title = Annuler cet archivage ?
restores-confirm-text = { $n ->
    [one] { $n } contact de { $audience } retrouve le statut qu’il avait.
   *[other] { $n } contacts de { $audience } retrouvent le statut qu’ils avaient.
}
restores-confirm-yes = Annuler l’archivage
restores-members-title = Contacts archivés
restores-members = { $n ->
    [one] *{ $n } contact* encore archivé, de { $audience }
   *[other] *{ $n } contacts* encore archivés, de { $audience }
}
restores-ticked = { $n ->
    [0] Aucun coché. Les coches sont gardées d’une page à l’autre.
    [one] *{ $n } coché.* Les coches sont gardées d’une page à l’autre.
   *[other] *{ $n } cochés.* Les coches sont gardées d’une page à l’autre.
}
restores-search = Partie d’une adresse
restores-search-hint = Appuyez sur Entrée pour chercher.
restores-tick = Cochez ceux à restaurer
restores-page = Page { $page }
restores-no-hit = Aucun contact archivé ne correspond.
restores-cleaned-on = { $reason }, nettoyé { $date }
restores-submit = Restaurer les cochés
restores-waiting = { $n ->
    [one] Restauration de { $n } contact de { $audience }…
   *[other] Restauration de { $n } contacts de { $audience }…
}
restores-progress = Restauration de contacts de { $audience } : { $done } sur { $n }
restores-done = { $n ->
    [0] Aucun contact de { $audience } n’a été restauré
    [one] { $n } contact de { $audience } restauré
   *[other] { $n } contacts de { $audience } restaurés
}
restores-of = Archivage du { $date }
restores-as-before = Chacun a le statut qu’il avait avant.
restores-changed = { $n ->
    [one] { $n } contact avait changé depuis l’archivage et reste tel quel.
   *[other] { $n } contacts avaient changé depuis l’archivage et restent tels quels.
}
restores-failed = L’archivage de { $audience } n’a pas été annulé en entier
error-restore-done = Cet archivage est déjà annulé : tous les contacts sont revenus.
error-restore-nothing-left = Aucun contact de cet archivage ne peut revenir : ils ont été supprimés définitivement dans Mailchimp.
error-restore-under-way = Cet archivage est en cours d’annulation. Le reçu arrive dans vos messages ou dans ceux de la personne qui l’a lancée.
error-restore-nothing-ticked = Cochez au moins un contact.
