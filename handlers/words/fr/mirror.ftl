mirror-title = Mise à jour Mailchimp
mirror-as-of = Copie de Mailchimp, dernière lecture : { $at }
mirror-not-yet = Copie de Mailchimp. La première copie n’est pas finie : les chiffres sont incomplets.
mirror-gone = Le compte de la clé Mailchimp n’a plus d’audience { $audience } : elle y a été supprimée. La copie reste ici telle quelle, et peut toujours être exportée.
mirror-other-account = { $audience } appartient à un autre compte Mailchimp que celui de la clé. La copie reste ici telle quelle ; pour continuer, mettez dans MAILCHIMP_API_KEY une clé de son compte.
mirror-unreadable = Mailchimp ne donne pas les champs de { $audience }, qui n’a donc pas été mise à jour. Un nouvel essai se fait tout seul ; si cela dure, regardez l’audience dans Mailchimp.
mirror-waiting = Mise à jour de { $audience }…
mirror-under-way = La mise à jour de { $audience } est déjà en cours. Regardez à nouveau dans une minute.
mirror-progress = Mise à jour de { $audience } : { $done } contacts sur { $total }
mirror-done = { $n ->
    [0] { $audience } était déjà à jour
    [one] { $audience } est à jour : { $n } contact nouveau ou modifié
   *[other] { $audience } est à jour : { $n } contacts nouveaux ou modifiés
}
mirror-added = *Ajoutés :* { $n }
mirror-changed = *Modifiés :* { $n }
mirror-unchanged = *Inchangés :* { $n }
mirror-refused = *Laissés de côté :* { $n }
mirror-refused-why = { $n ->
    [one] Ce que Mailchimp dit de { $n } contact est illisible : il a été laissé de côté.
   *[other] Ce que Mailchimp dit de { $n } contacts est illisible : ils ont été laissés de côté.
}
mirror-without-address = { $n ->
    [one] { $n } contact n’a pas d’adresse e-mail dans Mailchimp : il n’est pas compté ici.
   *[other] { $n } contacts n’ont pas d’adresse e-mail dans Mailchimp : ils ne sont pas comptés ici.
}
mirror-differs = Les chiffres de Mailchimp diffèrent de ceux d’ici : { $which }. Ils retardent parfois de quelques minutes ; s’ils diffèrent encore à la prochaine mise à jour, signalez-le.
mirror-overstated = { $n ->
    [one] Mailchimp a compté { $n } contact de plus qu’il n’en a listé. Tout ce qu’il a listé est ici ; tout sera relu demain.
   *[other] Mailchimp a compté { $n } contacts de plus qu’il n’en a listé. Tout ce qu’il a listé est ici ; tout sera relu demain.
}
mirror-more = { $status } { $n } de plus
mirror-fewer = { $status } { $n } de moins
mirror-failed = { $audience } n’a pas été mis à jour
mirror-partly = Ce qui était déjà copié reste.
mirror-again = Réessayer
open-sync = Mettre à jour

error-no-mailchimp-key = MAILCHIMP_API_KEY n’est pas définie : il n’y a rien à mettre à jour. docs/mailchimp.md dit où trouver la clé.
error-is-mirrored = { $name } est une copie de Mailchimp : ses contacts y sont importés et nettoyés, et arrivent ici d’eux-mêmes. Faites-le dans Mailchimp, ou choisissez une autre audience.
error-not-mirrored = { $name } n’est pas une copie de Mailchimp : il n’y a rien à mettre à jour. Choisissez une autre audience.
