incidents-title = E-mails refusés
incidents-headline = { $n ->
    [one] *{ $n } domaine refuse vos e-mails, depuis le { $since }*
   *[other] *{ $n } domaines refusent vos e-mails, depuis le { $since }*
}
incidents-cause-spf = *Cause : SPF.* D’après eux, votre enregistrement SPF n’autorise pas le serveur qui envoie vos e-mails.
incidents-look-spf = Vérifiez l’enregistrement SPF (TXT) du domaine de votre adresse de retour : il doit nommer les serveurs de votre fournisseur d’envoi, et tenir en dix requêtes DNS.
incidents-cause-dkim = *Cause : DKIM.* D’après eux, la signature DKIM de vos e-mails manque ou n’est pas valable.
incidents-look-dkim = Vérifiez la clé DKIM dans votre DNS, et si votre fournisseur d’envoi signe bien avec elle.
incidents-cause-dmarc = *Cause : DMARC.* Ils refusent en application de la politique DMARC de votre propre domaine.
incidents-look-dmarc = Vérifiez que SPF ou DKIM est valable pour le domaine même de l’expéditeur (From), puis votre enregistrement DMARC.
incidents-cause-authentication = *Cause : authentification.* D’après eux, vos e-mails ne passent ni SPF ni DKIM.
incidents-look-authentication = Vérifiez les enregistrements SPF et DKIM de votre domaine d’envoi : quelque chose a-t-il changé dans votre DNS ou chez votre fournisseur d’envoi ?
incidents-cause-block-list = *Cause : une liste de blocage.* L’adresse qui envoie vos e-mails y figure.
incidents-look-block-list = Cherchez votre adresse d’envoi (IP) et votre domaine chez Spamhaus, SpamCop et Barracuda. Demandez le retrait une fois que vous savez pourquoi elle y est.
incidents-look-lists = Cherchez votre adresse d’envoi (IP) et votre domaine chez { $lists }. Demandez le retrait une fois que vous savez pourquoi elle y est.
incidents-cause-reputation = *Cause : réputation.* D’après eux, l’adresse ou le domaine qui envoie vos e-mails a mauvaise réputation.
incidents-look-reputation = Regardez Google Postmaster Tools et Microsoft SNDS, et les signalements comme spam de vos derniers envois. Envoyez moins, et aux seuls contacts actifs, le temps que cela s’améliore.
incidents-cause-reverse-dns = *Cause : DNS inverse.* Ils ne trouvent aucun nom pour l’adresse qui envoie vos e-mails, ou un nom qui n’y ramène pas.
incidents-look-reverse-dns = Vérifiez l’enregistrement PTR de votre adresse d’envoi (IP), ou demandez-le à votre fournisseur d’envoi.
incidents-cause-sender = *Cause : l’adresse de l’expéditeur.* D’après eux, elle n’existe pas, ou son domaine n’existe pas.
incidents-look-sender = Vérifiez les adresses d’expéditeur (From) et de retour : le domaine existe-t-il, reçoit-il des e-mails (MX) ?
incidents-cause-blocked = *Cause : blocage.* Ils refusent le serveur ou le domaine qui envoie vos e-mails, sans dire d’après quelle liste.
incidents-look-blocked = Lisez la réponse du serveur ci-dessous, et demandez à votre fournisseur d’envoi si votre adresse d’envoi est bloquée.
incidents-domain = { $domain } ({ $n })
incidents-domains = { $more ->
    [0] Domaines : { $domains }
    [one] Domaines : { $domains } et { $more } autre
   *[other] Domaines : { $domains } et { $more } autres
}
incidents-audiences = { $n ->
    [one] { $n } adresse, dans { $audiences }
   *[other] { $n } adresses, dans { $audiences }
}
incidents-said = Réponse du serveur, { $domain } : { $text }
incidents-nobody-cleaned = Personne n’est nettoyé pour cette raison. Retenez votre prochain envoi le temps de corriger.
incidents-cleaned-before = { $n ->
    [one] { $n } contact a été nettoyé avant que la cause soit connue. Il est à revoir : *Pourquoi* permet d’annuler le nettoyage.
   *[other] { $n } contacts ont été nettoyés avant que la cause soit connue. Ils sont à revoir : *Pourquoi* permet d’annuler le nettoyage.
}
incidents-is-over = Terminé : plus aucun refus depuis le { $until }.
incidents-over = *Vos e-mails ne sont plus refusés.* Le dernier refus date du { $until }.
incidents-over-facts = { $n ->
    [one] { $n } adresse sur { $domains ->
        [one] { $domains } domaine
       *[other] { $domains } domaines
    }, depuis le { $since }. Aucun refus depuis six heures.
   *[other] { $n } adresses sur { $domains ->
        [one] { $domains } domaine
       *[other] { $domains } domaines
    }, depuis le { $since }. Aucun refus depuis six heures.
}
incidents-now = *Vos e-mails sont refusés* depuis le { $since }, à cause de l’expéditeur. Personne n’est nettoyé pour cette raison. Les opérateurs savent quoi vérifier.
