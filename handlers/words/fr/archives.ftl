archives-title = Archiver des contacts
archives-headline = { $n ->
    [one] *Archiver { $n } contact* dans « { $audience } »
   *[other] *Archiver { $n } contacts* dans « { $audience } »
}
archives-meaning = Les contacts archivés gardent leur historique : personne n’est ajouté deux fois. Vous pouvez les rétablir à tout moment.
archives-untouched = Les contacts d’un autre statut ne changent pas, ni ceux qui seront nettoyés à partir de maintenant.
archives-at-mailchimp = Ils sont aussi archivés dans Mailchimp. Si Mailchimp en refuse un, il reste tel quel et le reçu dit pourquoi.
archives-word = ARCHIVER
archives-type = Tapez { $word } pour confirmer
archives-submit = Archiver
archives-nothing = Aucun contact nettoyé dans « { $audience } » : il n’y a rien à archiver. Revenez après la prochaine campagne.
archives-nothing-matches = Plus aucun contact nettoyé ne correspond dans « { $audience } ». Modifiez les filtres.
archives-waiting = { $n ->
    [one] Archivage en cours : { $n } contact dans « { $audience } »…
   *[other] Archivage en cours : { $n } contacts dans « { $audience } »…
}
archives-progress = Archivage en cours dans « { $audience } » : { $done } sur { $n }
archives-done = { $n ->
    [0] Aucun contact archivé dans « { $audience } »
    [one] { $n } contact archivé dans « { $audience } »
   *[other] { $n } contacts archivés dans « { $audience } »
}
archives-left-alone = { $n ->
    [one] { $n } des contacts affichés a changé entre-temps et n’a pas été archivé.
   *[other] { $n } des contacts affichés ont changé entre-temps et n’ont pas été archivés.
}
archives-newer = { $n ->
    [one] { $n } contact a été nettoyé ou modifié après l’aperçu. Il n’est pas archivé.
   *[other] { $n } contacts ont été nettoyés ou modifiés après l’aperçu. Ils ne sont pas archivés.
}
archives-stop = Arrêter et annuler
archives-stopped = { $n ->
    [one] Interrompu par une annulation : { $n } autre contact n’a pas été archivé.
   *[other] Interrompu par une annulation : { $n } autres contacts n’ont pas été archivés.
}
archives-kept = Ils gardent leur historique.
archives-can-undo = Pour annuler, utilisez le bouton, ou /cleaned-restore à tout moment.
archives-undone = Archivage annulé par { $who }.
archives-undo = Annuler l’archivage
archives-see-rest = Voir ce qui reste
archives-share = Partager
archives-failed = Tous les contacts n’ont pas été archivés dans « { $audience } »
archives-share-title = Partager le reçu
archives-share-what = Le canal voit le nombre de contacts et qui les a archivés, mais aucune adresse.
archives-share-where = Canal
archives-share-submit = Partager
archives-shared-text = { $n ->
    [one] { $who } a archivé { $n } contact nettoyé dans « { $audience } »
   *[other] { $who } a archivé { $n } contacts nettoyés dans « { $audience } »
}
archives-shared = Partagé dans { $channel }.
error-archives-not-in-channel = Je ne peux pas écrire dans ce canal. Invitez-moi avec /invite, ou choisissez-en un autre.
filter-reason = motif : { $reason }
filter-on = nettoyés le { $date }
filter-since = nettoyés depuis le { $date }
filter-until = nettoyés jusqu’au { $date }
filter-period = nettoyés du { $since } au { $until }
filter-campaign = après « { $campaign } »
filter-domain = chez { $domain }
filter-text = avec « { $text } »
filter-worth-a-look = à revoir
filter-not-worth-a-look = sauf ceux à revoir
filter-reviewed = revus
filter-typos = fautes de frappe probables
filter-without-typos = sauf les fautes de frappe probables
filter-ticked = { $n ->
    [one] { $n } contact coché
   *[other] { $n } contacts cochés
}
archives-refused = { $n ->
    [one] Refusé par Mailchimp : { $n } contact. { $why }
   *[other] Refusés par Mailchimp : { $n } contacts. { $why }
}
archives-refusal-method-refused = Mailchimp n’archive pas ces contacts nettoyés par son API.
archives-refusal-not-found = Ce contact n’existe plus chez Mailchimp.
archives-refusal-forgotten = Le contact a été supprimé définitivement chez Mailchimp.
archives-refusal-in-compliance = Le contact s’est désabonné ou a été nettoyé. Lui seul peut se réabonner.
archives-refusal-invalid = Mailchimp refuse une donnée du contact.
archives-refusal-other = La réponse de Mailchimp est dans le fichier.
archives-no-answer = { $n ->
    [one] { $n } contact attend encore la réponse de Mailchimp. Recommencez plus tard : rien n’est archivé deux fois.
   *[other] { $n } contacts attendent encore la réponse de Mailchimp. Recommencez plus tard : rien n’est archivé deux fois.
}
archives-by-contact = { $n ->
    [one] Mailchimp a refusé son appel habituel pour { $n } d’entre eux, mais accepté son appel plus récent.
   *[other] Mailchimp a refusé son appel habituel pour { $n } d’entre eux, mais accepté son appel plus récent.
}
archives-outcomes-sent = Le résultat pour chaque adresse est dans le fichier, dans vos messages.
archives-by-hand = Pour les archiver dans Mailchimp : ouvrez les contacts de l’audience, filtrez par « Email subscription status » · « is one of » · « Cleaned », choisissez « View segment », cochez-les, choisissez « Archive » et tapez ARCHIVE. La prochaine synchronisation reprendra le changement ici.
archives-open-mailchimp = Ouvrir dans Mailchimp
archives-outcome-address = Adresse e-mail
archives-outcome-state = Résultat
archives-outcome-reason = Motif
archives-outcome-detail = Réponse de Mailchimp
archives-state-done = fait
archives-state-refused = refusé
archives-state-waiting = en attente
archives-outcome-file = resultats
archives-outcome-comment = Le résultat pour chaque adresse dans Mailchimp.
error-archives-no-mailchimp = Cette audience est dans Mailchimp, et ce bot n’a pas de clé Mailchimp. Demandez à la personne qui gère le bot de définir MAILCHIMP_API_KEY, puis recommencez.
archives-worth-a-look = { $n ->
    [one] *{ $n } d’entre eux est à revoir :* il a peut-être été nettoyé à tort.
   *[other] *{ $n } d’entre eux sont à revoir :* ils ont peut-être été nettoyés à tort.
}
archives-typos = { $n ->
    [one] *{ $n } d’entre eux est une faute de frappe probable :* corrigez-la avant d’archiver.
   *[other] *{ $n } d’entre eux sont des fautes de frappe probables :* corrigez-les avant d’archiver.
}
archives-doubtful = À revoir et fautes de frappe probables
archives-leave-out = Les laisser de côté : n’en archiver que { $n }
