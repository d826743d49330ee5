mirror-title = Synchro Mailchimp
mirror-as-of = Copie de Mailchimp, synchronisée le { $at }
mirror-not-yet = Copie de Mailchimp. La première copie n’est pas finie : les chiffres sont incomplets.
mirror-gone = « { $audience } » n’est plus dans le compte de la clé Mailchimp : elle y a été supprimée. La copie reste ici telle quelle, et peut toujours être exportée.
mirror-other-account = « { $audience } » appartient à un autre compte Mailchimp que celui de la clé. La copie reste ici telle quelle. Pour la tenir à jour, définissez MAILCHIMP_API_KEY avec une clé de son compte.
mirror-unreadable = Mailchimp ne donne pas les champs de l’audience « { $audience } » : elle n’a pas été synchronisée. Le bot réessaiera tout seul ; si cela dure, vérifiez l’audience dans Mailchimp.
mirror-waiting = Synchronisation en cours : « { $audience } »…
mirror-under-way = « { $audience } » est déjà en cours de synchronisation. Revenez dans une minute.
mirror-progress = Synchronisation en cours, « { $audience } » : { $done } contacts sur { $total }
mirror-done = { $n ->
    [0] « { $audience } » était déjà à jour
    [one] « { $audience } » est à jour : { $n } contact nouveau ou modifié
   *[other] « { $audience } » est à jour : { $n } contacts nouveaux ou modifiés
}
mirror-added = *Ajoutés :* { $n }
mirror-changed = *Modifiés :* { $n }
mirror-unchanged = *Inchangés :* { $n }
mirror-refused = *Laissés de côté :* { $n }
mirror-refused-why = { $n ->
    [one] Les données Mailchimp de { $n } contact sont illisibles : il a été laissé de côté.
   *[other] Les données Mailchimp de { $n } contacts sont illisibles : ils ont été laissés de côté.
}
mirror-without-address = { $n ->
    [one] { $n } contact n’a pas d’adresse e-mail dans Mailchimp : il n’est pas compté ici.
   *[other] { $n } contacts n’ont pas d’adresse e-mail dans Mailchimp : ils ne sont pas comptés ici.
}
mirror-differs = Les chiffres de Mailchimp diffèrent de ceux d’ici : { $which }. Ils ont parfois quelques minutes de retard. S’ils diffèrent encore à la prochaine synchronisation, signalez-le.
mirror-overstated = { $n ->
    [one] Mailchimp a compté { $n } contact de plus qu’il n’en a listé. Tous les contacts listés sont ici. Le bot relira tout demain.
   *[other] Mailchimp a compté { $n } contacts de plus qu’il n’en a listé. Tous les contacts listés sont ici. Le bot relira tout demain.
}
mirror-more = { $status } { $n } de plus
mirror-fewer = { $status } { $n } de moins
mirror-failed = « { $audience } » n’a pas été synchronisée
mirror-partly = Ce qui était déjà copié reste.
mirror-again = Réessayer
open-sync = Synchroniser

error-no-mailchimp-key = MAILCHIMP_API_KEY n’est pas définie : il n’y a rien à synchroniser. docs/mailchimp.md dit où trouver la clé.
error-is-mirrored = « { $name } » est une copie de Mailchimp : ses contacts sont importés et nettoyés là-bas, puis synchronisés ici. Faites-le dans Mailchimp, ou choisissez une autre audience.
error-not-mirrored = « { $name } » n’est pas une copie de Mailchimp : il n’y a rien à synchroniser. Choisissez une autre audience.
