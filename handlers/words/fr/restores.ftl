restores-title = Archivages précédents
restores-intro = Chaque contact retrouve le statut qu’il avait.
restores-none = Rien n’a encore été archivé. Vos archivages seront listés ici, et vous pourrez les annuler à tout moment.
restores-archive = { $n ->
    [one] *{ $n } contact* dans « { $audience } »
   *[other] *{ $n } contacts* dans « { $audience } »
}
restores-by = { $date }, par { $who }
restores-some-back = { $n ->
    [one] { $n } rétabli depuis
   *[other] { $n } rétablis depuis
}
restores-all-back = Tout est rétabli
restores-undo = Tout rétablir
restores-contacts = Choisir des contacts
restores-confirm-title = Rétablir ces contacts ?
restores-confirm-text = { $n ->
    [one] { $n } contact retrouve dans « { $audience } » le statut qu’il avait.
   *[other] { $n } contacts retrouvent dans « { $audience } » le statut qu’ils avaient.
}
restores-confirm-yes = Rétablir
restores-members-title = Contacts archivés
restores-members = { $n ->
    [one] *{ $n } contact* encore archivé dans « { $audience } »
   *[other] *{ $n } contacts* encore archivés dans « { $audience } »
}
restores-ticked = { $n ->
    [0] Aucun contact coché. Les coches restent d’une page à l’autre.
    [one] *{ $n } coché.* Les coches restent d’une page à l’autre.
   *[other] *{ $n } cochés.* Les coches restent d’une page à l’autre.
}
restores-search = Partie d’une adresse
restores-search-hint = Appuyez sur Entrée pour chercher.
restores-tick = Cochez les contacts à rétablir
restores-page = { $pages ->
    [0] Page { $page }
   *[other] Page { $page } sur { $pages }
}
restores-no-hit = Aucun contact archivé ne correspond.
restores-cleaned-on = { $reason }, nettoyé { $date }
restores-submit = { $n ->
    [0] Rétablir
   *[other] Rétablir ({ $n })
}
restores-waiting = { $n ->
    [one] Rétablissement en cours : { $n } contact dans « { $audience } »…
   *[other] Rétablissement en cours : { $n } contacts dans « { $audience } »…
}
restores-progress = Rétablissement en cours dans « { $audience } » : { $done } sur { $n }
restores-done = { $n ->
    [0] Aucun contact rétabli dans « { $audience } »
    [one] { $n } contact rétabli dans « { $audience } »
   *[other] { $n } contacts rétablis dans « { $audience } »
}
restores-of = Archivage du { $date }
restores-as-before = Chacun a le statut qu’il avait avant.
restores-changed = { $n ->
    [one] { $n } contact a changé depuis l’archivage et reste tel quel.
   *[other] { $n } contacts ont changé depuis l’archivage et restent tels quels.
}
restores-failed = Tous les contacts n’ont pas été rétablis dans « { $audience } »
error-restore-done = Cet archivage est déjà annulé : tous les contacts sont rétablis.
error-restore-nothing-left = Aucun contact de cet archivage ne peut être rétabli : ils ont été supprimés définitivement dans Mailchimp.
error-restore-under-way = Cet archivage est en cours d’annulation. Le reçu arrive chez la personne qui l’a lancée.
error-restore-nothing-ticked = Cochez au moins un contact.
restores-confirm-no = Ne rien faire
