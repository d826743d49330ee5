reversals-title = Nettoyés à tort
reversals-open = Nettoyés à tort ?
reversals-none = Aucun retour n’a nettoyé de contact depuis l’installation de cette version. Ceux qu’une même source nettoie en une heure seront listés ici.
reversals-intro = Contacts nettoyés par des retours, par source et par heure. Si ces retours étaient faux, ils peuvent retrouver le statut qu’ils avaient.
reversals-batch = { $n ->
    [one] *{ $n } contact* de { $audience }
   *[other] *{ $n } contacts* de { $audience }
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
    [one] Le { $n } nettoyé dans l’heure
   *[other] Les { $n } nettoyés dans l’heure
}
reversals-headline = { $n ->
    [one] *{ $n } contact* de { $audience } recevra de nouveau des e-mails
   *[other] *{ $n } contacts* de { $audience } recevront de nouveau des e-mails
}
reversals-headline-one = *{ $address }* dans { $audience } recevra de nouveau des e-mails
reversals-meaning = Chacun retrouve le statut qu’il avait avant d’être nettoyé. Les retours vus jusqu’ici ne comptent plus ; les suivants compteront.
reversals-complaints = { $n ->
    [one] { $n } a signalé l’e-mail comme abusif et reste nettoyé.
   *[other] { $n } ont signalé l’e-mail comme abusif et restent nettoyés.
}
reversals-changed-before = { $n ->
    [one] { $n } a été archivé, importé ou modifié depuis et reste tel quel.
   *[other] { $n } ont été archivés, importés ou modifiés depuis et restent tels quels.
}
reversals-word = ERREUR
reversals-submit = Rendre le statut
reversals-waiting = { $n ->
    [one] { $n } contact de { $audience } retrouve son statut…
   *[other] { $n } contacts de { $audience } retrouvent leur statut…
}
reversals-progress = Des contacts de { $audience } retrouvent leur statut : { $done } sur { $n }
reversals-done = { $n ->
    [0] Aucun contact de { $audience } n’a retrouvé son statut
    [one] { $n } contact de { $audience } a retrouvé son statut
   *[other] { $n } contacts de { $audience } ont retrouvé leur statut
}
reversals-as-before = Les retours vus jusqu’ici ne comptent plus. Les suivants peuvent nettoyer de nouveau.
reversals-changed = { $n ->
    [one] { $n } contact a été nettoyé ou modifié après votre aperçu et reste tel quel.
   *[other] { $n } contacts ont été nettoyés ou modifiés après votre aperçu et restent tels quels.
}
reversals-failed = Les contacts de { $audience } n’ont pas tous retrouvé leur statut
reversals-dismissed = Les retours jusqu’au { $date } ne comptent pas : un opérateur a dit que l’adresse avait été nettoyée à tort.
reversals-not-mirrored = C’est Mailchimp qui a nettoyé ce contact. Seul Mailchimp peut revenir là-dessus : demandez à son assistance.
reversals-not-complaint = Une plainte n’est jamais annulée : cette personne ne veut pas de ces e-mails.
reversals-not-imported = Ce contact a été importé comme nettoyé : ce n’est pas ici que cela s’annule.
reversals-not-archived = Ce contact est archivé. Pour annuler le nettoyage, restaurez-le d’abord avec /cleaned-restore.
reversals-not-unknown-status = Ce contact a été nettoyé par une version antérieure qui ne gardait pas le statut d’avant : cela ne peut pas être annulé.
error-nothing-to-reverse = Il n’y a plus rien à annuler ici : les contacts ont retrouvé leur statut, ou ont été archivés, importés ou modifiés depuis.
reversals-held = { $n ->
    [one] { $n } attend une réponse
   *[other] { $n } attendent une réponse
}
reversals-headline-held = { $n ->
    [one] *{ $n } contact* de { $audience } ne sera pas nettoyé
   *[other] *{ $n } contacts* de { $audience } ne seront pas nettoyés
}
reversals-dropped = { $n ->
    [one] { $n } qui attendait une réponse n’est pas nettoyé.
   *[other] { $n } qui attendaient une réponse ne sont pas nettoyés.
}
