archives-title = Archiver des contacts
archives-headline = { $n ->
    [one] *Archiver { $n } contact* de { $audience }
   *[other] *Archiver { $n } contacts* de { $audience }
}
archives-meaning = Les contacts archivés sont conservés avec leur historique : personne n’est ajouté deux fois. Vous pouvez annuler à tout moment.
archives-untouched = Ne changent pas : les contacts de tout autre statut, et ceux qui seront nettoyés à partir de maintenant.
archives-at-mailchimp = Ils sont archivés dans Mailchimp aussi. Ce qu’il refuse reste tel quel, et le reçu dit pourquoi.
archives-word = ARCHIVER
archives-type = Tapez { $word } pour confirmer
archives-submit = Archiver
archives-nothing = Aucun contact nettoyé dans { $audience } : il n’y a rien à archiver. Revenez après la prochaine campagne.
archives-nothing-matches = Plus aucun contact nettoyé de { $audience } ne correspond. Changez les filtres.
archives-waiting = { $n ->
    [one] Archivage de { $n } contact de { $audience }…
   *[other] Archivage de { $n } contacts de { $audience }…
}
archives-progress = Archivage de contacts de { $audience } : { $done } sur { $n }
archives-done = { $n ->
    [0] Aucun contact de { $audience } n’a été archivé
    [one] { $n } contact de { $audience } archivé
   *[other] { $n } contacts de { $audience } archivés
}
archives-left-alone = { $n ->
    [one] { $n } de ceux que vous avez vus avait changé entre-temps et n’a pas été touché.
   *[other] { $n } de ceux que vous avez vus avaient changé entre-temps et n’ont pas été touchés.
}
archives-newer = { $n ->
    [one] { $n } contact, nettoyé ou modifié après l’aperçu, est toujours là.
   *[other] { $n } contacts, nettoyés ou modifiés après l’aperçu, sont toujours là.
}
archives-stop = Arrêter et annuler
archives-stopped = { $n ->
    [one] Arrêté par une annulation : { $n } autre contact n’a pas été archivé.
   *[other] Arrêté par une annulation : { $n } autres contacts n’ont pas été archivés.
}
archives-kept = Ils sont conservés avec leur historique.
archives-can-undo = Pour annuler, utilisez le bouton, ou /cleaned-restore à tout moment.
archives-undone = Archivage annulé par { $who }.
archives-undo = Annuler l’archivage
archives-see-rest = Voir ce qui reste
archives-share = Partager
archives-failed = Les contacts de { $audience } n’ont pas tous été archivés
archives-share-title = Partager le reçu
archives-share-what = Le canal reçoit le chiffre et le nom de la personne, aucune adresse.
archives-share-where = Canal
archives-share-submit = Partager
archives-shared-text = { $n ->
    [one] { $who } a archivé { $n } contact nettoyé de { $audience }
   *[other] { $who } a archivé { $n } contacts nettoyés de { $audience }
}
archives-shared = Partagé dans { $channel }.
error-archives-not-in-channel = Je ne peux pas écrire dans ce canal. Invitez-moi avec /invite, ou choisissez-en un autre.
filter-reason = motif : { $reason }
filter-since = nettoyés depuis le { $date }
filter-until = nettoyés jusqu’au { $date }
filter-period = nettoyés du { $since } au { $until }
filter-campaign = après « { $campaign } »
filter-domain = chez { $domain }
filter-text = avec « { $text } »
filter-worth-a-look = à revoir
filter-not-worth-a-look = sauf ceux à revoir
filter-reviewed = revus
filter-typos = sans doute mal saisis
filter-without-typos = sauf ceux sans doute mal saisis
filter-ticked = { $n ->
    [one] { $n } coché
   *[other] { $n } cochés
}
archives-refused = { $n ->
    [one] Refusé par Mailchimp : { $n } contact. { $why }
   *[other] Refusés par Mailchimp : { $n } contacts. { $why }
}
archives-refusal-method-refused = Mailchimp n’archive pas ces contacts nettoyés par son API.
archives-refusal-not-found = Ce contact n’existe plus chez Mailchimp.
archives-refusal-forgotten = Le contact a été supprimé définitivement chez Mailchimp.
archives-refusal-in-compliance = Le contact s’est désabonné ou a été nettoyé, et doit se réabonner lui-même.
archives-refusal-invalid = Pour Mailchimp, une donnée du contact n’est pas valable.
archives-refusal-other = Les mots de Mailchimp sont dans le fichier.
archives-no-answer = { $n ->
    [one] { $n } contact attend encore la réponse de Mailchimp. Recommencez plus tard : ce qui sera fait d’ici là ne sera pas refait.
   *[other] { $n } contacts attendent encore la réponse de Mailchimp. Recommencez plus tard : ce qui sera fait d’ici là ne sera pas refait.
}
archives-by-contact = { $n ->
    [one] L’appel habituel de Mailchimp a été refusé pour { $n } d’entre eux ; son appel plus récent l’a archivé.
   *[other] L’appel habituel de Mailchimp a été refusé pour { $n } d’entre eux ; son appel plus récent les a archivés.
}
archives-outcomes-sent = Le fichier dans vos messages donne le résultat pour chaque adresse.
archives-by-hand = Pour les archiver chez Mailchimp même : ouvrez les contacts de l’audience, filtrez par « Email subscription status » · « is one of » · « Cleaned », choisissez « View segment », cochez-les, choisissez « Archive » et tapez ARCHIVE. La prochaine synchronisation le reprendra ici.
archives-open-mailchimp = Contacts chez Mailchimp
archives-outcome-address = Adresse e-mail
archives-outcome-state = Résultat
archives-outcome-reason = Motif
archives-outcome-detail = Mots de Mailchimp
archives-state-done = fait
archives-state-refused = refusé
archives-state-waiting = en attente
archives-outcome-file = resultats
archives-outcome-comment = Ce qu’il est advenu de chaque adresse chez Mailchimp.
error-archives-no-mailchimp = Cette audience est chez Mailchimp, et le bot n’a pas de clé pour elle. Demandez à la personne qui fait tourner ce bot de régler MAILCHIMP_API_KEY, puis recommencez.
archives-worth-a-look = { $n ->
    [one] *{ $n } d’entre eux est à revoir :* il a peut-être été nettoyé à tort.
   *[other] *{ $n } d’entre eux sont à revoir :* ils ont peut-être été nettoyés à tort.
}
archives-typos = { $n ->
    [one] *{ $n } d’entre eux est sans doute mal saisi :* il peut être corrigé tant qu’il n’est pas archivé.
   *[other] *{ $n } d’entre eux sont sans doute mal saisis :* ils peuvent être corrigés tant qu’ils ne sont pas archivés.
}
archives-doubtful = À revoir ou mal saisis
archives-leave-out = Les laisser de côté : n’en archiver que { $n }
