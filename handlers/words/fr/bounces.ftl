# Les retours qui arrivent : le bilan de `cleaned bounces`, ce qui est mis de côté, et la boîte aux lettres.
bounces-messages = messages lus
bounces-found = bounces et signalements
bounces-hard = hard bounces
bounces-soft = soft bounces
bounces-complaint = signalements comme spam
bounces-cleaned = contacts nettoyés
bounces-counted = comptés, contact non nettoyé
bounces-repeated = déjà connus
bounces-unknown = adresses inconnues
bounces-none = autres que des bounces
bounces-auto-reply = réponses automatiques
bounces-challenge = demandes de confirmation
bounces-delivery-receipt = accusés de remise
bounces-not-a-bounce = autres messages
bounces-unused = illisibles, trop volumineux, ou sans adresse
bounces-hint = { $n ->
    [one] { $n } élément est mis de côté. Utilisez --aside FILE pour l’obtenir avec le motif.
   *[other] { $n } éléments sont mis de côté. Utilisez --aside FILE pour les obtenir avec les motifs.
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
aside-mirrored-address = Cette adresse est dans une audience Mailchimp ; Mailchimp traite lui-même ses bounces
aside-unknown-audience = Aucune audience ne porte le nom indiqué
aside-unreadable = Le message est illisible
aside-no-recipient = Le bounce ne dit pas de quelle adresse il s’agit
aside-too-much = Trop de destinataires, d’en-têtes ou de parties pour un seul message ; à vérifier vous-même
aside-interrupted = Le bot s’est arrêté deux fois en lisant ce message ; à vérifier vous-même

bounces-imap-login = { $host } refuse l’utilisateur ou le mot de passe de CLEANED_IMAP_URL. Encodez les caractères spéciaux avec % ; certains fournisseurs demandent un mot de passe d’application.
bounces-imap-folder = { $host } n’ouvre pas le dossier { $folder }, ou l’ouvre en lecture seule. Vérifiez le dossier dans CLEANED_IMAP_URL et les droits de cet utilisateur.
bounces-imap-certificate = { $host } n’a pas de certificat valable, ou n’offre pas de chiffrement. Utilisez imaps:// et le nom de son certificat dans CLEANED_IMAP_URL ; pour votre propre autorité de certification, définissez SSL_CERT_FILE.
bounces-imap-unreachable = { $host } ne répond pas sur le port { $port }, ou a coupé la connexion. Vérifiez CLEANED_IMAP_URL et le réseau.
bounces-imap-there = { $n ->
    [0] Boîte aux lettres : { $folder } sur { $host }, aucun message non lu
    [one] Boîte aux lettres : { $folder } sur { $host }, { $n } message non lu
   *[other] Boîte aux lettres : { $folder } sur { $host }, { $n } messages non lus
}
