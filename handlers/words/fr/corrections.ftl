corrections-title = Corriger une adresse

corrections-pick = *{ $audience } :* choisissez l’adresse nettoyée qui a été mal saisie, ou cherchez-la.
corrections-search = Chercher une adresse
corrections-likely = Ces adresses semblent mal saisies. Rien ne change tant que vous n’ajoutez pas l’adresse corrigée.
corrections-no-typos = Aucune adresse nettoyée ne semble mal saisie. Revenez après la prochaine campagne.
corrections-typo = *{ $address }* → *{ $suggestion }*
    { $reason }
    { $why }, { $date }
corrections-fix = Corriger
corrections-next = Corriger la suivante
corrections-which-audience = *{ $address }* est nettoyée dans plusieurs audiences. Laquelle ?
corrections-in-audience = *{ $audience }*
    { $why }, { $date }
corrections-which-address = Ce message contient plusieurs adresses. Laquelle ?
corrections-address = { $address }
corrections-choose = Choisir
corrections-no-address = Ce message ne contient aucune adresse. Cherchez-en une avec /cleaned-fix.

corrections-cleaned = *{ $address }* est nettoyée dans { $audience }.
corrections-why = Nettoyée le { $date } : { $why }
corrections-campaign = Campagne : { $campaign }
corrections-diagnostic = Réponse du serveur : { $diagnostic }
corrections-reason-common-domain = Beaucoup de personnes utilisent { $domain }, presque identique.
corrections-reason-own-domain = Beaucoup de contacts de cette audience utilisent { $domain }, presque identique.
corrections-reason-ending = Aucune adresse ne se termine ainsi ; il s’agit sans doute de { $domain }.
corrections-reason-stray = Elle contient des caractères qui n’ont pas leur place dans une adresse.
corrections-reason-no-at = Il manque le @ avant { $domain }.

corrections-corrected = Adresse corrigée
corrections-first-name = Prénom
corrections-last-name = Nom
corrections-consent = Autorisation
corrections-permission = Cette personne m’a autorisé à lui envoyer un e-mail
corrections-stays = Le contact nettoyé reste tel quel. L’adresse corrigée est ajoutée comme nouveau contact abonné.
corrections-add = Ajouter le contact

corrections-added = *{ $address }* a été ajoutée à { $audience }. Elle reçoit désormais vos e-mails.
corrections-old-stays = { $address } reste nettoyée.
corrections-no-extra = Les contacts nettoyés ne comptent pas dans la limite de contacts : l’ajout ne coûte donc rien de plus.

error-no-such-contact = Aucune audience ne contient { $address }. Vérifiez l’orthographe, ou cherchez avec /cleaned-fix.
error-not-cleaned = { $status ->
    [subscribed] { $address } est abonnée à { $audience } et reçoit vos e-mails. Il n’y a rien à corriger.
    [unsubscribed] { $address } s’est désabonnée de { $audience }. Cette personne doit revenir d’elle-même.
    [pending] { $address } n’a pas encore confirmé son inscription à { $audience }. Attendez la confirmation.
    [archived] { $address } est archivée dans { $audience }. Rétablissez-la d’abord avec /cleaned-restore.
   *[other] { $address } est un contact transactionnel de { $audience }, pas un contact nettoyé. Il n’y a rien à corriger.
}
error-abuse-complaint = { $address } a été nettoyée après une plainte pour abus. Cette personne ne veut plus d’e-mails : aucune autre adresse ne peut être ajoutée pour elle.
error-no-permission = Cochez cette case une fois que la personne a donné son accord. Sans son autorisation, l’adresse ne peut pas être ajoutée.
error-not-an-address = { $reason ->
    [empty] Tapez l’adresse corrigée.
    [too-long] C’est trop long : une adresse a au plus 254 caractères.
    [no-at] Il manque le @.
    [spaces] Une adresse ne contient pas d’espaces. Supprimez-les.
    [no-local] Il manque la partie avant le @.
    [no-domain] Il manque la partie après le @.
    [special-use] Ce domaine est réservé aux tests ou aux réseaux locaux. Aucun e-mail ne peut y arriver.
    [bad-domain] La partie après le @ n’est pas un domaine qui peut recevoir des e-mails. Vérifiez-la lettre par lettre.
   *[other] La partie avant le @ contient des caractères interdits. Vérifiez-la lettre par lettre.
}
error-same-address = C’est l’adresse nettoyée elle-même : elle ne peut pas être ajoutée de nouveau. Tapez l’adresse corrigée.
error-already-there = { $status ->
    [subscribed] Cette adresse est déjà abonnée à { $audience }. Il n’y a rien à ajouter.
    [unsubscribed] Cette adresse s’est désabonnée de { $audience }. La personne doit revenir d’elle-même.
    [cleaned] Cette adresse est elle aussi nettoyée dans { $audience }. Une adresse nettoyée ne peut pas être ajoutée de nouveau.
    [archived] Cette adresse est archivée dans { $audience }. Rétablissez-la avec /cleaned-restore.
    [pending] Cette adresse est dans { $audience }, mais n’a pas encore confirmé. La personne doit d’abord confirmer.
   *[other] Cette adresse est dans { $audience } comme contact transactionnel. La personne doit s’abonner d’elle-même.
}
