evidence-because = { $why } ({ $code })
evidence-soft = { $days ->
    [one] soft bounces sur { $days } jour
   *[other] soft bounces sur { $days } jours
}
evidence-look = À revoir : { $why }
evidence-weak-active = cette personne a ouvert un e-mail ou cliqué peu avant, ou depuis
evidence-weak-delivered = un e-mail est arrivé depuis
evidence-weak-outage = beaucoup d’adresses du même domaine ont eu un bounce dans la même heure
evidence-weak-incident = beaucoup de serveurs ont refusé vos e-mails à ce moment, à cause de l’expéditeur
evidence-weak-provider = votre prestataire bloque cette adresse, débloquez-la chez lui
evidence-weak-full = la boîte était pleine, et a peut-être de nouveau de la place
evidence-weak-blocked = le serveur a refusé l’expéditeur ou le contenu, pas l’adresse
evidence-weak-help = Peut-être nettoyés à tort. *Pourquoi* montre les indices. Si un bounce était faux, appuyez-y sur *Nettoyé à tort*.

evidence-open = Pourquoi

evidence-title = Pourquoi ce nettoyage
evidence-contact = Contact
evidence-address = *{ $address }* dans « { $audience } »
evidence-status = Statut : *{ $status ->
    [subscribed] abonné
    [unsubscribed] désabonné
    [nonsubscribed] non abonné
    [pending] en attente
    [archived] archivé
   *[cleaned] nettoyé
}*
evidence-was-cleaned = nettoyé : { $reason }
evidence-never-cleaned = Ce contact n’a jamais été nettoyé : il n’y a rien à faire ici.
evidence-not-found = *{ $address }* n’est dans aucune audience. Vérifiez l’orthographe.
evidence-searched = Audiences parcourues : { $audiences }
evidence-searched-more = { $n } autres
evidence-restore = Rétablir
evidence-by-hard = Nettoyé { $date } après un hard bounce.
evidence-by-soft = Nettoyé { $date } : soft bounces sur { $days } jours. La limite est de { $needed }.
evidence-by-abuse = Nettoyé { $date } : cette personne a signalé l’e-mail comme spam.
evidence-by-import = { $source ->
    [local] Contact importé comme nettoyé. Le bot lui-même n’a vu aucun bounce.
   *[other] C’est Mailchimp qui a nettoyé ce contact. Le bot lui-même n’a vu aucun bounce.
}
evidence-by-import-since = { $source ->
    [local] Contact importé comme nettoyé. Ce que le bot a vu depuis est ci-dessous.
   *[other] C’est Mailchimp qui a nettoyé ce contact. Ce que le bot a vu est ci-dessous.
}
evidence-in-words = Motif : { $why }
evidence-imported = { $source ->
    [local] Nettoyé { $date } d’après l’import : { $why }
   *[other] Nettoyé { $date } d’après Mailchimp : { $why }
}
evidence-said = Réponse du serveur : { $diagnostic }
evidence-campaign = Campagne : { $campaign }
evidence-for = *Signes que l’adresse fonctionne peut-être encore*
evidence-nothing-for = Aucune ouverture, aucun clic ni aucune remise n’est connu.
evidence-active = Dernière ouverture ou dernier clic le { $date }.
evidence-delivered = Dernier e-mail remis le { $date }.
evidence-outage = { $n ->
    [one] { $n } adresse du domaine { $domain } a eu un bounce, du { $since } au { $until }.
   *[other] { $n } adresses du domaine { $domain } ont eu un bounce, du { $since } au { $until }.
}
evidence-incident = { $n ->
    [one] { $n } adresse sur { $domains ->
        [one] { $domains } domaine
       *[other] { $domains } domaines
    } a été refusée du { $since } au { $until }, à cause de l’expéditeur.
   *[other] { $n } adresses sur { $domains ->
        [one] { $domains } domaine
       *[other] { $domains } domaines
    } ont été refusées du { $since } au { $until }, à cause de l’expéditeur.
}
evidence-pieces = *Indices ({ $n }), le plus récent d’abord*
evidence-kind-hard = hard bounce
evidence-kind-soft = soft bounce
evidence-kind-complaint = signalement comme spam
evidence-after = après « { $campaign } »
evidence-from = { $source ->
    [message] d’après un message de bounce
    [ses] d’après Amazon SES
    [sendgrid] d’après SendGrid
    [postmark] d’après Postmark
    [mailgun] d’après Mailgun
    [brevo] d’après Brevo
    [resend] d’après Resend
    [mailtrap] d’après Mailtrap
    [postal] d’après Postal
    [ses-list] dans la liste de suppression d’Amazon SES
    [sendgrid-list] dans la liste de suppression SendGrid
    [postmark-list] dans la liste de suppression Postmark
    [mailgun-list] dans la liste de suppression Mailgun
    [brevo-list] dans la liste de blocage Brevo
    [json] d’après votre programme
   *[other] d’après { $source }
}
evidence-more = { $n ->
    [one] Et { $n } plus ancien.
   *[other] Et { $n } plus anciens.
}
evidence-fix = Corriger l’adresse
open-worth-a-look = À revoir
evidence-reviewed = Marquer comme revu
evidence-not-reviewed = À revoir de nouveau
evidence-reviewed-by = Revu par { $who } le { $date } : ce contact reste nettoyé et ne compte plus parmi ceux à revoir.
evidence-to-do = *Ce que vous pouvez faire*
evidence-signup = • Si vous savez que l’adresse fonctionne, envoyez à cette personne le formulaire d’inscription. Lien à copier : { $url }
evidence-no-signup = { $source ->
    [local] • Si vous savez que l’adresse fonctionne, envoyez à cette personne votre formulaire d’inscription. Pour copier son lien ici, indiquez-le dans les *Règles de nettoyage*.
   *[other] • Si vous savez que l’adresse fonctionne, envoyez à cette personne votre formulaire d’inscription. Mailchimp n’en donne pas le lien.
}
evidence-or-fix = • Si elle est mal saisie, corrigez-la.
evidence-or-leave = • Si elle doit rester nettoyée, marquez-la comme revue.
evidence-fixed = Corrigé en *{ $address }* par { $who }, le { $date }.
evidence-no-undo = { $source ->
    [local] Une correction ne s’annule pas : rien ici ne modifie un contact abonné. Si elle est fausse, importez la nouvelle adresse comme désabonnée.
   *[other] Une correction ne s’annule pas : rien ici ne modifie un contact abonné. Si elle est fausse, désabonnez la nouvelle adresse dans Mailchimp.
}
