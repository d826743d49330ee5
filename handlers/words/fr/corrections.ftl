corrections-title = Corriger une adresse

corrections-search = Chercher une adresse
corrections-fix = Corriger
corrections-next = Corriger la suivante
corrections-which-audience = *{ $address }* est nettoyée dans plusieurs audiences. Laquelle ?
corrections-in-audience = *{ $audience }*
    { $why }, { $date }
corrections-which-address = Ce message contient plusieurs adresses. Laquelle ?
corrections-address = { $address }
corrections-choose = Choisir
corrections-no-address = Ce message ne contient aucune adresse. Cherchez-en une avec /cleaned-fix.

corrections-cleaned = *{ $address }* est nettoyée dans « { $audience } ».
corrections-why = Nettoyée { $date } : { $why }
corrections-campaign = Campagne : { $campaign }
corrections-diagnostic = Réponse du serveur : { $diagnostic }
corrections-reason = { $sure ->
        [very] Très probable
        [likely] Probable
       *[perhaps] Possible
    } : { $written } → { $domain }{ $reason ->
        [common-domain] {", un domaine courant"}
        [own-domain] {", le domaine de nombreux contacts ici"}
       *[same-domain] {""}
    }, { $slip }.
corrections-reason-whole = { $sure ->
        [very] Très probable
        [likely] Probable
       *[perhaps] Possible
    } : { $slip }.
corrections-slip-swapped = deux lettres inversées
corrections-slip-missing = il manque une lettre
corrections-slip-doubled = une lettre doublée
corrections-slip-extra = une lettre de trop
corrections-slip-neighbour = la touche voisine de la bonne
corrections-slip-other-letter = une lettre diffère
corrections-slip-no-dot = il manque le point
corrections-slip-several = plusieurs fautes de frappe
corrections-slip-ending = une terminaison différente
corrections-slip-stray = elle contient des signes qu’aucune adresse ne contient
corrections-slip-around = il y a quelque chose autour de l’adresse
corrections-slip-at = le @ manque, est doublé ou vient d’une autre touche

corrections-step = { $counted ->
    [more] { $number } sur plus de { $n } fautes de frappe probables
   *[exact] { $n ->
        [one] La seule faute de frappe probable
       *[other] { $number } sur { $n } fautes de frappe probables
    }
}
corrections-skip = Passer
corrections-not-typo = L’adresse est juste
corrections-other = Autre adresse
corrections-check = Vérifier le domaine
corrections-all = Toutes les fautes de frappe
corrections-undo = Annuler
corrections-walked = C’est la dernière faute de frappe probable. Les adresses que vous avez passées restent dans la liste.
corrections-kept = *{ $address }* est indiquée comme juste. Elle ne sera plus proposée.
corrections-said-right = { $who } a indiqué que cette adresse est juste : aucune correction n’est proposée.
corrections-already = { $status ->
    [subscribed] *Déjà ici :* { $address } est abonnée à « { $audience } » et reçoit vos e-mails. Il n’y a rien à ajouter.
    [unsubscribed] *Déjà ici :* { $address } s’est désabonnée de l’audience « { $audience } ». Seule la personne peut se réabonner.
    [cleaned] *Déjà ici :* { $address } est elle aussi nettoyée dans « { $audience } ». Elle ne peut pas être ajoutée de nouveau.
    [archived] *Déjà ici :* { $address } est archivée dans « { $audience } ». Rétablissez-la avec /cleaned-restore.
    [pending] *Déjà ici :* { $address } n’a pas encore confirmé son inscription à « { $audience } ». La personne doit d’abord confirmer.
   *[other] *Déjà ici :* { $address } est un contact transactionnel dans « { $audience } ». Seule la personne peut s’abonner.
}
corrections-dns = { $answer ->
    [takes-mail] { $domain } accepte les e-mails.
    [no-domain] { $domain } n’existe pas : il n’accepte aucun e-mail.
    [refuses] { $domain } indique n’accepter aucun e-mail.
    [no-server] { $domain } n’a pas de serveur de messagerie : il n’accepte aucun e-mail.
    [asked] Vérification en cours : { $domain }…
   *[unknown] { $domain } : la vérification n’a pas reçu de réponse. Réessayez plus tard.
}

corrections-corrected = Adresse corrigée
corrections-first-name = Prénom
corrections-last-name = Nom
corrections-consent = Autorisation
corrections-permission = Cette personne m’a donné son accord pour recevoir nos e-mails
corrections-stays = Le contact nettoyé reste tel quel. L’adresse corrigée est ajoutée comme nouveau contact abonné.
corrections-add = Ajouter le contact

corrections-added = *{ $address }* a été ajoutée à « { $audience } » comme contact abonné.
corrections-old-stays = { $address } reste nettoyée.
corrections-no-extra = Les adresses nettoyées ne comptent pas dans la limite de contacts de votre forfait : chaque personne n’est comptée qu’une fois.

error-no-such-contact = Aucune audience ne contient { $address }. Vérifiez l’orthographe, ou cherchez avec /cleaned-fix.
error-not-cleaned = { $status ->
    [subscribed] { $address } est abonnée à « { $audience } » et reçoit vos e-mails. Il n’y a rien à corriger.
    [unsubscribed] { $address } s’est désabonnée de l’audience « { $audience } ». Seule la personne peut se réabonner.
    [pending] { $address } n’a pas encore confirmé son inscription à « { $audience } ». Attendez la confirmation.
    [archived] { $address } est archivée dans « { $audience } ». Rétablissez-la d’abord avec /cleaned-restore.
   *[other] { $address } est un contact transactionnel dans « { $audience } », pas un contact nettoyé. Il n’y a rien à corriger.
}
error-abuse-complaint = { $address } a été nettoyée après un signalement comme spam. Cette personne ne veut plus d’e-mails : aucune autre adresse ne peut être ajoutée pour elle.
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
    [subscribed] Cette adresse est déjà abonnée à « { $audience } ». Il n’y a rien à ajouter.
    [unsubscribed] Cette adresse s’est désabonnée de l’audience « { $audience } ». Seule la personne peut se réabonner.
    [cleaned] Cette adresse est elle aussi nettoyée dans « { $audience } ». Une adresse nettoyée ne peut pas être ajoutée de nouveau.
    [archived] Cette adresse est archivée dans « { $audience } ». Rétablissez-la avec /cleaned-restore.
    [pending] Cette adresse est dans « { $audience } », mais n’a pas encore confirmé. La personne doit d’abord confirmer.
   *[other] Cette adresse est un contact transactionnel dans « { $audience } ». Seule la personne peut s’abonner.
}

corrections-goes = { $optin ->
    [double] Le contact nettoyé reste tel quel. Mailchimp envoie un e-mail de confirmation à l’adresse corrigée ; elle est en attente d’ici là. Elle reprend les tags, les groupes, la langue et la marque VIP.
   *[single] Le contact nettoyé reste tel quel. L’adresse corrigée est ajoutée dans Mailchimp comme nouveau contact abonné, avec les tags, les groupes, la langue et la marque VIP.
}
corrections-part = { $name } : { $part ->
    [addr1] rue
    [addr2] complément
    [city] ville
    [state] région ou État
    [zip] code postal
   *[country] pays
}
corrections-field = { $kind ->
    [optional] Facultatif pour Mailchimp.
    [date] Mailchimp exige cette date dans cette audience.
    [birthday] Mailchimp l’exige dans cette audience : le mois puis le jour, par exemple 11/24.
    [number] Mailchimp exige ce nombre dans cette audience.
    [url] Mailchimp l’exige dans cette audience : un lien complet, avec https://.
    [imageurl] Mailchimp l’exige dans cette audience : un lien complet, avec https://.
    [zip] Mailchimp l’exige dans cette audience : cinq chiffres.
   *[text] Mailchimp l’exige dans cette audience.
}
corrections-field-problem = Réponse de Mailchimp : « { $problem } » { $about }
corrections-field-said = { $field } : { $problem }
corrections-permissions = Autorisations marketing
corrections-permissions-hint = Cochez seulement ce que cette personne a accepté. Le reste est enregistré comme non accordé.
corrections-permission-whole = En entier : { $text }
corrections-adding = { $state ->
    [trying] Mailchimp ne répond pas. Le bot réessaie d’ajouter *{ $address }* ; vous pouvez fermer cette fenêtre.
   *[first] Ajout en cours dans Mailchimp : *{ $address }*, audience « { $audience } »…
}
corrections-added-there = { $status ->
    [pending] Mailchimp a envoyé l’e-mail de confirmation à *{ $address }*. Le contact est en attente dans « { $audience } » tant que la personne n’a pas cliqué sur le lien.
   *[subscribed] *{ $address }* a été ajoutée à « { $audience } » dans Mailchimp comme contact abonné.
}
corrections-tags-lost = Ces tags n’ont pas pu être repris. Ajoutez-les dans Mailchimp : { $tags }
corrections-profile-lost = Le contact nettoyé n’est plus dans Mailchimp : ses groupes, sa langue et sa marque VIP n’ont pas pu être repris. Indiquez-les dans Mailchimp.
corrections-signup-form = formulaire d’inscription
corrections-signup = Voici le { $form }.
corrections-kept-typed = Votre saisie est conservée.
corrections-again = Revenir au formulaire

error-corrections-no-key = « { $audience } » est dans Mailchimp, et ce bot n’a pas de clé Mailchimp. Demandez à la personne qui le gère de définir MAILCHIMP_API_KEY.
error-corrections-too-many = « { $audience } » exige { $n } champs, plus que cette fenêtre ne peut en afficher. Ajoutez le contact dans Mailchimp.
error-corrections-silent = Mailchimp n’a pas indiqué les champs que « { $audience } » exige. Réessayez dans quelques minutes.
error-corrections-missing = Mailchimp exige ce champ. Remplissez-le.
error-corrections-there = { $status ->
    [subscribed] *{ $address }* est déjà abonnée à « { $audience } ». Il n’y a rien à ajouter.
    [unsubscribed] *{ $address }* s’est désabonnée de l’audience « { $audience } ». Seule la personne peut se réabonner, avec le formulaire d’inscription.
    [cleaned] *{ $address }* est elle aussi nettoyée dans « { $audience } ». Elle ne peut pas être ajoutée de nouveau ; cherchez-y une autre faute de frappe.
    [archived] *{ $address }* est archivée dans « { $audience } ». Rétablissez-la avec /cleaned-restore, ou dans Mailchimp si elle y a été archivée.
    [pending] *{ $address }* est dans « { $audience } », mais n’a pas encore confirmé. La personne doit cliquer sur le lien de l’e-mail de confirmation.
    [nonsubscribed] *{ $address }* est un contact transactionnel dans « { $audience } ». La personne peut s’abonner avec le formulaire d’inscription.
   *[other] *{ $address }* est déjà dans « { $audience } ». Cherchez-la dans Mailchimp.
}
error-corrections-compliance = *{ $address }* s’est désabonnée de l’audience « { $audience } » ou y a été nettoyée. Seule la personne peut s’abonner : envoyez-lui le formulaire d’inscription de l’audience.
error-corrections-forgotten = *{ $address }* a été supprimée définitivement de l’audience « { $audience } ». Seule la personne peut se réabonner : envoyez-lui le formulaire d’inscription de l’audience.
error-corrections-invalid = Mailchimp n’a pas accepté *{ $address }* dans « { $audience } », et rien n’a été ajouté. Corrigez ce qui est indiqué, puis renvoyez le formulaire. Sa réponse : { $detail }
error-corrections-key = Mailchimp a refusé la clé de ce bot. Demandez à la personne qui gère le bot de vérifier MAILCHIMP_API_KEY, puis renvoyez le formulaire : rien n’est ajouté deux fois.
error-corrections-no-answer = La réponse de Mailchimp est illisible : il n’est pas certain que *{ $address }* ait été ajoutée à « { $audience } ». Renvoyez le formulaire plus tard : rien n’est ajouté deux fois.
error-corrections-refused = Mailchimp a refusé d’ajouter *{ $address }* à « { $audience } ». Sa réponse : { $title } { $detail }
corrections-pick = *Dans « { $audience } », ces adresses semblent mal saisies.* Cochez celles des personnes qui ont donné leur accord. Rien ne change tant que vous ne les ajoutez pas.
corrections-pick-singly = *Dans « { $audience } », ces adresses semblent mal saisies.* Corrigez, une à une, celles des personnes qui ont donné leur accord.
corrections-no-typos = *{ $audience } :* aucune adresse nettoyée ne semble mal saisie. Revenez après la prochaine campagne, ou cherchez-en une.
corrections-tick-all = Cocher la page
corrections-one-by-one = Une par une
corrections-in-form = { $reason } À corriger dans son propre formulaire, pour les détails.
corrections-fix-name = Corriger { $address }
corrections-choose-name = Choisir { $address }
corrections-menu-edit = Modifier : { $address }
corrections-menu-not-typo = Adresse juste : { $address }
corrections-permission-of = { $n ->
    [one] Cette personne m’a donné son accord pour recevoir nos e-mails
   *[other] Ces { $n } personnes m’ont donné leur accord pour recevoir nos e-mails
}
corrections-these-stay = { $source ->
    [local] Les contacts nettoyés restent tels quels. Les adresses corrigées sont ajoutées comme nouveaux contacts abonnés.
   *[other] Les contacts nettoyés restent tels quels. Les adresses corrigées sont ajoutées dans Mailchimp, avec tags, groupes, langue et marque VIP. Si l’audience demande une confirmation, elles restent en attente jusque-là.
}
corrections-add-these = { $n ->
    [one] Ajouter { $n } contact
   *[other] Ajouter { $n } contacts
}
corrections-adding-these = { $state ->
    [trying] Mailchimp ne répond pas. Le bot réessaie ; vous pouvez fermer cette fenêtre. Déjà ajoutées dans « { $audience } » : { $done } sur { $n }.
   *[first] Ajout des adresses corrigées dans « { $audience } » : { $done } sur { $n }
}
corrections-added-these = { $n ->
    [0] Aucune adresse corrigée n’a été ajoutée dans « { $audience } »
    [one] { $n } adresse corrigée a été ajoutée dans « { $audience } »
   *[other] { $n } adresses corrigées ont été ajoutées dans « { $audience } »
}
corrections-change = { $address } → *{ $suggestion }*
corrections-not-added = *Non ajoutée :* { $address } → { $suggestion }
corrections-pending-these = { $n ->
    [one] { $n } d’entre elles est en attente tant que la personne n’a pas cliqué sur le lien de l’e-mail de confirmation envoyé par Mailchimp.
   *[other] { $n } d’entre elles sont en attente tant que la personne n’a pas cliqué sur le lien de l’e-mail de confirmation envoyé par Mailchimp.
}
corrections-old-stay = { $n ->
    [one] L’adresse mal saisie reste nettoyée.
   *[other] Les adresses mal saisies restent nettoyées.
}
corrections-fix-more = Corriger d’autres adresses
error-corrections-nothing-ticked = Aucune adresse n’est cochée. Cochez celles à ajouter.
error-corrections-other-number = { $n ->
    [one] { $n } adresse est cochée. Relisez l’autorisation et cochez-la pour cette personne.
   *[other] { $n } adresses sont cochées. Relisez l’autorisation et cochez-la pour ces { $n } personnes.
}
corrections-earlier = { $n } plus tôt, puis :
corrections-before = *Corrigés auparavant :*
corrections-number = { $counted ->
    [more] Plus de { $n } fautes de frappe probables
   *[exact] { $n ->
        [one] { $n } faute de frappe probable
       *[other] { $n } fautes de frappe probables
    }
}
