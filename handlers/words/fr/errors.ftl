error-title = Cela n’a pas marché
error-unexpected = Une erreur s’est produite de notre côté. Réessayez dans une minute. Si cela recommence, donnez la référence { $reference } à la personne qui gère ce bot.
error-gave-up = Ce travail a échoué plusieurs fois et a été arrêté. Relancez-le ; s’il échoue encore, donnez la référence { $reference } à la personne qui gère ce bot.
error-unknown-audience = Aucune audience ne s’appelle « { $name } ». Il y a : { $known }.
error-no-audience = Il n’y a pas encore d’audience. Importez d’abord un fichier avec /cleaned-import.
    .terminal = Il n’y a pas encore d’audience. Importez d’abord un fichier : cleaned import FILE --audience NAME
error-not-an-operator = { $n ->
    [0] Seuls les opérateurs peuvent faire cela. Demandez à un propriétaire ou administrateur de cet espace de travail.
   *[other] Seuls les opérateurs peuvent faire cela. Demandez à { $helpers }, ou à un propriétaire ou administrateur de cet espace de travail.
}
error-role-unknown = Slack n’a pas dit si vous êtes opérateur. Rien n’a été modifié. Réessayez dans une minute.
error-too-many-requests = Trop de demandes sont arrivées en même temps : celle-ci n’a pas été traitée. Patientez quelques secondes, puis réessayez.
error-nothing-there = Aucun contact ne correspond. Modifiez les filtres.
error-wrong-word = Tapez { $word } pour confirmer. Rien n’a été modifié.
error-already-done = Cette action a déjà été confirmée. Le reçu est dans vos messages.
error-plan-gone = Cette fenêtre a expiré. Fermez-la et recommencez.
error-bad-setting = { $name ->
    [CLEANED_PORT] CLEANED_PORT n’est pas un port. Écrivez un nombre de 0 à 65535 ; 0 en prend un libre.
    [CLEANED_TIMEZONE] CLEANED_TIMEZONE n’est pas un fuseau horaire. Écrivez son nom IANA, comme Europe/Paris.
    [CLEANED_LOG] CLEANED_LOG n’est ni « text » ni « json ». Écrivez l’un des deux, ou retirez-le.
    [CLEANED_PROXIES] CLEANED_PROXIES n’est pas une liste d’adresses ou de réseaux. Écrivez-les comme 127.0.0.1 ou 10.0.0.0/8, séparés par des virgules.
    [CLEANED_OPERATORS] CLEANED_OPERATORS n’accepte que des identifiants : d’utilisateurs (U…) et de groupes d’utilisateurs (S…), séparés par des virgules. Dans Slack, le menu d’un profil propose « Copier l’identifiant du membre ».
    [CLEANED_MAILCHIMP_CONNECTIONS] CLEANED_MAILCHIMP_CONNECTIONS n’est pas un nombre de 1 à 10. Retirez-le pour 8.
    [CLEANED_SES_TOPICS] CLEANED_SES_TOPICS n’est pas une liste de rubriques SNS. Copiez chaque ARN (arn:aws:sns:…) de la console SNS, séparés par des virgules.
    [CLEANED_SES_REGION] CLEANED_SES_REGION n’est pas une région. Écrivez-la comme eu-west-3.
    [CLEANED_SES_KEY] CLEANED_SES_KEY n’est pas une clé. Écrivez ID:SECRET ou ID:SECRET:TOKEN, comme IAM les montre.
    [CLEANED_IMAP_URL] CLEANED_IMAP_URL n’est pas une boîte aux lettres. Écrivez imaps://utilisateur:motdepasse@serveur/DOSSIER, les caractères spéciaux en codage URL (@ devient %40), ou « off ».
    [CLEANED_SENDGRID_KEY] CLEANED_SENDGRID_KEY n’est pas une clé de vérification. Copiez-la de nouveau du webhook d’événements de SendGrid.
    [CLEANED_POSTAL_KEY] CLEANED_POSTAL_KEY n’est pas une clé publique. Copiez de nouveau ce qui suit p= dans « postal default-dkim-record ».
    [CLEANED_RESEND_SECRET] CLEANED_RESEND_SECRET n’est pas un secret de signature. Copiez-le (whsec_…) de nouveau du webhook de Resend.
    [CLEANED_TOKEN_KEY] CLEANED_TOKEN_KEY n’est pas une clé de 32 octets aléatoires. Créez-en une avec « openssl rand -base64 32 ». S’il y en a plusieurs, séparées par des virgules, la première chiffre.
    [SLACK_CLIENT_ID] SLACK_CLIENT_ID n’est pas un identifiant client. Copiez-le de nouveau depuis la page « Basic Information » de votre application.
    [SLACK_API_URL] SLACK_API_URL n’est pas une adresse. Écrivez https://…, ou retirez-le pour Slack lui-même.
    [CLEANED_PUBLIC_URL] CLEANED_PUBLIC_URL n’est pas une adresse. Écrivez-la comme https://bot.example.com.
    [CLEANED_PROVIDER_URL] CLEANED_PROVIDER_URL n’est pas une adresse. Écrivez-la comme https://api.eu.mailgun.net, ou retirez-la.
    [OTEL_EXPORTER_OTLP_ENDPOINT] OTEL_EXPORTER_OTLP_ENDPOINT n’est pas une adresse. Écrivez-la comme http://127.0.0.1:4318.
    [OTEL_EXPORTER_OTLP_TRACES_ENDPOINT] OTEL_EXPORTER_OTLP_TRACES_ENDPOINT n’est pas une adresse. Écrivez-la comme http://127.0.0.1:4318/v1/traces.
    [OTEL_EXPORTER_OTLP_PROTOCOL] OTEL_EXPORTER_OTLP_PROTOCOL ne peut être ici que http/protobuf. Écrivez cette valeur, avec le port de votre collecteur qui l’accepte (4318), ou retirez-la.
    [OTEL_EXPORTER_OTLP_TRACES_PROTOCOL] OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ne peut être ici que http/protobuf. Écrivez cette valeur, avec le port de votre collecteur qui l’accepte (4318), ou retirez-la.
   *[other] { $name } contient des caractères impossibles. Copiez cette valeur de nouveau, entière et sans espaces.
}
error-oauth-incomplete = { $name } n’est pas défini. { $name ->
    [CLEANED_TOKEN_KEY] Les jetons de Slack sont chiffrés avec cette clé : créez-en une avec « openssl rand -base64 32 ».
    [CLEANED_PUBLIC_URL] Slack y renvoie les personnes après une installation : écrivez-le comme https://bot.example.com.
   *[other] Copiez-le depuis la page « Basic Information » de votre application.
} Sans OAuth, retirez SLACK_CLIENT_ID, SLACK_CLIENT_SECRET et CLEANED_TOKEN_KEY.
error-oauth-needs-https = CLEANED_PUBLIC_URL doit commencer par https://. Sinon, ni Slack ni les navigateurs ne permettent l’installation.
error-wrong-token-key = CLEANED_TOKEN_KEY n’ouvre pas les jetons de la base de données. Ajoutez, après une virgule, la clé qui les a chiffrés. Si elle est perdue, faites réinstaller l’application dans chaque espace de travail.
error-tracing-packages = { $name } demande des traces, mais les paquets qui les envoient manquent. Installez-les avec « pip install "cleaned[tracing]" », ou donnez à OTEL_SDK_DISABLED la valeur true.
error-secret-file = Le fichier que désigne { $name } est illisible ou vide. Vérifiez son chemin, et que l’utilisateur du bot peut le lire.
error-secret-twice = { $name } et { $name }_FILE sont définis tous les deux. Retirez l’un des deux.
error-short-secret = { $name ->
    [CLEANED_POSTMARK_PASSWORD] CLEANED_POSTMARK_PASSWORD doit être utilisateur:motdepasse, avec un mot de passe d’au moins { $n } caractères. Créez-en un avec « openssl rand -hex 16 », et indiquez le même chez Postmark.
    [SLACK_SIGNING_SECRET] SLACK_SIGNING_SECRET a moins de { $n } caractères : il en manque une partie. Copiez-le de nouveau depuis la page « Basic Information » de votre application.
    [CLEANED_MAILGUN_KEY] CLEANED_MAILGUN_KEY a moins de { $n } caractères : il en manque une partie. Copiez de nouveau la clé « HTTP webhook signing key » de Mailgun.
    [CLEANED_RESEND_SECRET] CLEANED_RESEND_SECRET a moins de { $n } caractères : il en manque une partie. Copiez de nouveau le secret de signature du webhook de Resend.
    [CLEANED_MAILTRAP_SECRET] CLEANED_MAILTRAP_SECRET a moins de { $n } caractères : il en manque une partie. Copiez de nouveau la clé de signature du webhook de Mailtrap.
   *[other] { $name } a moins de { $n } caractères : on pourrait le deviner. Créez-en un plus long avec « openssl rand -hex 16 », et indiquez le même là d’où viennent les requêtes au bot.
}
error-not-installed = Le bot n’est pas encore prêt pour cet espace de travail, ou il en a été retiré. Réessayez dans une minute ; sinon, demandez à un propriétaire de l’installer.
error-unknown-workspace = Il n’y a pas d’espace de travail { $workspace }. Le bot est dans : { $known }
error-workspace-in-use = Le bot est encore dans { $workspace }. Retirez-en d’abord l’application, dans Slack.
error-choose-workspace = Plusieurs espaces de travail utilisent ce bot. Indiquez lequel avec --workspace : { $known }
