evidence-because = { $why } ({ $code })
evidence-soft = { $days ->
    [one] retours temporaires sur { $days } jour
   *[other] retours temporaires sur { $days } jours
}
evidence-look = À revoir : { $why }
evidence-weak-active = cette personne a ouvert un e-mail ou cliqué peu avant, ou depuis
evidence-weak-delivered = un e-mail est arrivé depuis
evidence-weak-outage = beaucoup d’adresses du domaine ont eu un retour dans la même heure
evidence-weak-incident = beaucoup de serveurs ont refusé vos e-mails à ce moment, pour une raison qui tient à l’expéditeur
evidence-weak-provider = votre fournisseur bloque cette adresse, levez le blocage chez lui
evidence-weak-full = la boîte était pleine, et ne l’est peut-être plus
evidence-weak-blocked = c’est l’expéditeur ou le contenu qui a été refusé, pas l’adresse
evidence-weak-help = Peut-être nettoyés à tort. *Pourquoi* montre ce qui a été vu. Si un retour était faux, appuyez-y sur *Nettoyé à tort*.

evidence-open = Pourquoi

evidence-title = Pourquoi ce nettoyage
evidence-address = *{ $address }* dans { $audience }
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
evidence-by-hard = Nettoyé { $date } après un retour définitif.
evidence-by-soft = Nettoyé { $date } : des retours sur { $days } jours, et { $needed } suffisent.
evidence-by-abuse = Nettoyé { $date } : cette personne a signalé l’e-mail comme abusif.
evidence-by-import = Ce contact vient d’un import ; aucun retour n’a été vu ici.
evidence-by-import-since = Ce contact vient d’un import. Ce qui a été vu ici est ci-dessous.
evidence-in-words = Motif : { $why }
evidence-imported = Dans l’import, nettoyé { $date } : { $why }
evidence-said = Réponse du serveur : { $diagnostic }
evidence-campaign = Campagne : { $campaign }
evidence-for = *En faveur de l’adresse*
evidence-nothing-for = Aucun e-mail ouvert ou cliqué n’est connu, ni aucun qui soit arrivé.
evidence-active = Dernier e-mail ouvert ou cliqué le { $date }.
evidence-delivered = Dernier e-mail arrivé le { $date }.
evidence-outage = { $n ->
    [one] { $n } adresse de { $domain } a eu un retour, du { $since } au { $until }.
   *[other] { $n } adresses de { $domain } ont eu un retour, du { $since } au { $until }.
}
evidence-incident = { $n ->
    [one] { $n } adresse sur { $domains ->
        [one] { $domains } domaine
       *[other] { $domains } domaines
    } a été refusée du { $since } au { $until }, pour une raison qui tient à l’expéditeur.
   *[other] { $n } adresses sur { $domains ->
        [one] { $domains } domaine
       *[other] { $domains } domaines
    } ont été refusées du { $since } au { $until }, pour une raison qui tient à l’expéditeur.
}
evidence-pieces = *Ce qui a été vu ({ $n }), le plus récent d’abord*
evidence-kind-hard = retour définitif
evidence-kind-soft = retour temporaire
evidence-kind-complaint = plainte pour abus
evidence-after = après « { $campaign } »
evidence-from = { $source ->
    [message] d’après un message de retour
    [ses] d’après Amazon SES
    [sendgrid] d’après SendGrid
    [postmark] d’après Postmark
    [mailgun] d’après Mailgun
    [brevo] d’après Brevo
    [resend] d’après Resend
    [mailtrap] d’après Mailtrap
    [postal] d’après Postal
    [ses-list] dans la liste d’Amazon SES
    [sendgrid-list] dans la liste de SendGrid
    [postmark-list] dans la liste de Postmark
    [mailgun-list] dans la liste de Mailgun
    [brevo-list] dans la liste de Brevo
    [json] d’après votre programme
   *[other] d’après { $source }
}
evidence-more = { $n ->
    [one] Et { $n } plus ancien.
   *[other] Et { $n } plus anciens.
}
evidence-fix = Corriger l’adresse
open-worth-a-look = À revoir
evidence-reviewed = Revu
evidence-not-reviewed = À revoir de nouveau
evidence-reviewed-by = Revu par { $who } le { $date } : ce contact reste nettoyé et ne compte plus parmi ceux à revoir.
evidence-to-do = *Ce que vous pouvez faire*
evidence-signup = • Si vous savez que l’adresse fonctionne, envoyez à cette personne le formulaire d’inscription. Lien à copier : { $url }
evidence-no-signup = { $source ->
    [local] • Si vous savez que l’adresse fonctionne, envoyez à cette personne votre formulaire d’inscription. Indiquez son lien dans les *Règles de nettoyage* pour pouvoir le copier ici.
   *[other] • Si vous savez que l’adresse fonctionne, envoyez à cette personne votre formulaire d’inscription. Mailchimp n’en donne pas le lien.
}
evidence-or-fix = • Si elle est mal saisie, corrigez-la.
evidence-or-leave = • Si tout est en ordre, marquez le contact comme revu.
