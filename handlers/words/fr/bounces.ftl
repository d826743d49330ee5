# Les retours qui arrivent : le bilan de `cleaned bounces`, ce qui est mis de côté, et la boîte aux lettres.
bounces-messages = messages lus
bounces-found = retours et plaintes
bounces-hard = définitifs
bounces-soft = temporaires
bounces-complaint = plaintes
bounces-cleaned = contacts nettoyés
bounces-counted = comptés, contact non nettoyé
bounces-repeated = déjà connus
bounces-unknown = adresses inconnues
bounces-none = pas des retours
bounces-auto-reply = réponses automatiques
bounces-challenge = demandes de confirmation
bounces-delivery-receipt = accusés de remise
bounces-not-a-bounce = autres messages
bounces-unused = illisibles, trop chargés, ou sans adresse
bounces-hint = { $n ->
    [one] { $n } élément est mis de côté. Avec --aside FILE, vous l’obtenez avec le motif.
   *[other] { $n } éléments sont mis de côté. Avec --aside FILE, vous les obtenez avec les motifs.
}
bounces-aside-written = { $n ->
    [0] Rien n’a été mis de côté ; { $path } n’a que son en-tête.
    [one] { $n } élément mis de côté, avec le motif : { $path }
   *[other] { $n } éléments mis de côté, avec les motifs : { $path }
}

aside-when = Quand
aside-where = Où
aside-why = Motif
aside-address = Adresse
aside-detail = Détail
aside-unknown-address = Aucune audience n’a cette adresse
aside-mirrored-address = Cette adresse est dans une audience Mailchimp ; Mailchimp traite lui-même ses retours
aside-unknown-audience = Aucune audience ne porte le nom qui est donné
aside-unreadable = Le message ne peut pas être lu
aside-no-recipient = Un retour qui ne dit pas de quelle adresse
aside-too-much = Trop de destinataires, d’en-têtes ou de parties pour un seul message ; regardez-le vous-même
aside-interrupted = Le bot s’est arrêté deux fois en lisant ce message ; regardez-le vous-même

bounces-imap-login = { $host } refuse l’utilisateur ou le mot de passe de CLEANED_IMAP_URL. Écrivez les caractères spéciaux avec % ; certains fournisseurs veulent un mot de passe d’application.
bounces-imap-folder = { $host } n’ouvre pas le dossier { $folder }, ou seulement en lecture. Vérifiez le dossier dans CLEANED_IMAP_URL et les droits de cet utilisateur.
bounces-imap-certificate = { $host } ne prouve pas qui il est, ou n’offre pas de chiffrement. Utilisez imaps:// et le nom de son certificat dans CLEANED_IMAP_URL ; une autorité de certification à vous va dans SSL_CERT_FILE.
bounces-imap-unreachable = { $host } ne répond pas sur le port { $port }, ou a coupé. Vérifiez CLEANED_IMAP_URL et le réseau.
bounces-imap-there = { $n ->
    [0] Boîte aux lettres : { $folder } sur { $host }, rien de non lu
    [one] Boîte aux lettres : { $folder } sur { $host }, { $n } message non lu
   *[other] Boîte aux lettres : { $folder } sur { $host }, { $n } messages non lus
}
