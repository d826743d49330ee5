reversals-title = Nettoyés à tort
reversals-open = Nettoyés à tort ?
reversals-none = Aucun bounce n’a nettoyé de contact depuis l’installation de cette version. Les contacts qu’une même source nettoie en une heure seront listés ici.
reversals-intro = Contacts nettoyés après des bounces, par source et par heure. Si ces bounces étaient faux, vous pouvez rendre aux contacts le statut qu’ils avaient.
reversals-batch = { $n ->
    [one] *{ $n } contact* dans « { $audience } »
   *[other] *{ $n } contacts* dans « { $audience } »
}
reversals-cleaned-by = Du { $since } au { $until }, { $source }
reversals-cleaned-at = { $since }, { $source }
reversals-some-back = { $n ->
    [one] { $n } a retrouvé son statut
   *[other] { $n } ont retrouvé leur statut
}
reversals-all-back = Tous ont retrouvé leur statut
reversals-choose = Nettoyés à tort
reversals-one = Nettoyé à tort
reversals-whole-batch = { $n ->
    [one] Nettoyé à tort : le seul de cette heure-là
   *[other] Nettoyés à tort : les { $n } de cette heure-là
}
reversals-headline = { $n ->
    [one] *{ $n } contact* recevra de nouveau des e-mails dans « { $audience } »
   *[other] *{ $n } contacts* recevront de nouveau des e-mails dans « { $audience } »
}
reversals-headline-one = *{ $address }* recevra de nouveau des e-mails dans « { $audience } »
reversals-meaning = Chaque contact retrouve le statut qu’il avait avant d’être nettoyé. Les bounces vus jusqu’ici ne comptent plus ; les suivants compteront.
reversals-complaints = { $n ->
    [one] { $n } a signalé l’e-mail comme spam et reste nettoyé.
   *[other] { $n } ont signalé l’e-mail comme spam et restent nettoyés.
}
reversals-changed-before = { $n ->
    [one] { $n } a été archivé, importé ou modifié depuis et reste tel quel.
   *[other] { $n } ont été archivés, importés ou modifiés depuis et restent tels quels.
}
reversals-word = ERREUR
reversals-submit = Annuler le nettoyage
reversals-waiting = { $n ->
    [one] Annulation du nettoyage : { $n } contact dans « { $audience } »…
   *[other] Annulation du nettoyage : { $n } contacts dans « { $audience } »…
}
reversals-progress = Annulation du nettoyage dans « { $audience } » : { $done } contacts sur { $n }
reversals-done = { $n ->
    [0] Aucun contact n’a retrouvé son statut dans « { $audience } »
    [one] { $n } contact a retrouvé son statut dans « { $audience } »
   *[other] { $n } contacts ont retrouvé leur statut dans « { $audience } »
}
reversals-as-before = Les bounces vus jusqu’ici ne comptent plus. Les suivants peuvent nettoyer de nouveau.
reversals-changed = { $n ->
    [one] { $n } contact a été nettoyé ou modifié après votre aperçu et reste tel quel.
   *[other] { $n } contacts ont été nettoyés ou modifiés après votre aperçu et restent tels quels.
}
reversals-failed = Tous les contacts n’ont pas retrouvé leur statut dans « { $audience } »
reversals-dismissed = Les bounces jusqu’au { $date } ne comptent pas : un opérateur a indiqué que l’adresse avait été nettoyée à tort.
reversals-not-mirrored = Seul Mailchimp peut annuler ce nettoyage. Demandez à son assistance.
reversals-not-complaint = Un signalement comme spam ne s’annule pas : cette personne ne veut pas de ces e-mails.
reversals-not-imported = Ce contact a été importé comme nettoyé : le nettoyage ne peut pas être annulé ici.
reversals-not-archived = Ce contact est archivé. Pour annuler le nettoyage, rétablissez-le d’abord avec /cleaned-restore.
reversals-not-unknown-status = Ce contact a été nettoyé par une version antérieure qui ne gardait pas le statut précédent : le nettoyage ne peut pas être annulé.
error-nothing-to-reverse = Il n’y a plus rien à annuler ici : les contacts ont retrouvé leur statut, ou ont été archivés, importés ou modifiés depuis.
reversals-held = { $n ->
    [one] { $n } attend une réponse
   *[other] { $n } attendent une réponse
}
reversals-headline-held = { $n ->
    [one] *{ $n } contact* ne sera pas nettoyé dans « { $audience } »
   *[other] *{ $n } contacts* ne seront pas nettoyés dans « { $audience } »
}
reversals-dropped = { $n ->
    [one] { $n } contact en suspens n’est pas nettoyé.
   *[other] { $n } contacts en suspens ne sont pas nettoyés.
}
