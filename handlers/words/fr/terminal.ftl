# Le terminal, lu seul là où il faut être rapide. Il ne renvoie à aucun autre fichier.
terminal-about = Cleaned : un bot Slack pour les adresses nettoyées d’une liste de diffusion.
terminal-usage = utilisation :
terminal-arguments = arguments
terminal-options = options
terminal-help = montrer cette aide et s’arrêter
terminal-version = montrer la version et s’arrêter
terminal-commands = commandes
terminal-about-demo = essayer tout le bot dans le navigateur, sans compte Slack
terminal-about-run = faire tourner le bot pour un espace de travail Slack
terminal-about-import = importer des fichiers CSV ou des archives d’export (.zip)
terminal-about-counts = montrer combien d’adresses sont nettoyées, et pourquoi
terminal-about-export = écrire les contacts nettoyés au format CSV
terminal-about-bounces = prendre en compte les bounces d’un Maildir, d’un mbox ou de fichiers, ou la liste de votre prestataire
terminal-about-sync = synchroniser les audiences de votre compte Mailchimp
terminal-about-person = montrer tout ce qui est gardé d’une personne
terminal-about-forget = effacer une personne de tout ce qui est gardé
terminal-about-check = dire ce qui manque ou ne va pas, et comment y remédier
terminal-about-migrate = mettre la base de données à cette version
terminal-about-spread = montrer comment répartir les tables sur plusieurs serveurs PostgreSQL
terminal-about-manifest = afficher ce à partir de quoi Slack crée l’application
terminal-port = le port de la page (par défaut : un port libre)
terminal-own = importer ces fichiers à la place des audiences d’exemple
terminal-own-audience = l’audience de vos fichiers (par défaut : le nom du premier)
terminal-demo-mailchimp = avec aussi un compte Mailchimp, simulé sur cette machine
terminal-no-browser = afficher seulement l’adresse de la page
terminal-files = un fichier CSV ou une archive d’export (.zip)
terminal-into = l’audience qui reçoit les contacts ; créée si aucune ne porte ce nom
terminal-status = le statut des nouveaux contacts si un fichier n’en dit rien (par défaut : nonsubscribed)
terminal-refused-path = où vont les lignes refusées (par défaut : FILE.refused.csv)
terminal-of = le nom de l’audience
terminal-address = l’adresse e-mail de la personne
terminal-forget-lift = laisser revenir une personne oubliée
terminal-person-json = tout, en JSON ; sans cela, combien dans quelle table
terminal-check-webhooks = faire signaler aussitôt par Mailchimp ce qui change, pendant que le bot tourne
terminal-check-deep = tout recompter, et comparer archives, journal et travaux
terminal-check-mend = et corriger les chiffres enregistrés qui sont faux
terminal-json = les chiffres en JSON, pour les programmes
terminal-spread-sql = afficher le SQL qui reste à exécuter
terminal-manifest-json = en JSON plutôt qu’en YAML
terminal-excel = pour Excel : points-virgules et marque d’ordre des octets (BOM)
terminal-completion = afficher la complétion pour un shell ({ $shells }) et terminer
terminal-output = le fichier à écrire (par défaut : la sortie standard)
terminal-sync-of = la seule audience à synchroniser (par défaut : toutes celles du compte)
terminal-bounces-paths = un Maildir, un mbox, un message (.eml), un dossier de ceux-ci, ou - pour l’entrée standard
terminal-bounces-of = la seule audience que les bounces concernent (par défaut : toutes celles qui ont l’adresse)
terminal-bounces-aside = écrire en CSV ce qui a été mis de côté, avec le motif ; sans PATH, tout ce qui l’est
terminal-bounces-from = prendre en compte la liste de suppression du prestataire, au lieu de PATH

terminal-see-help = { $fault } Voyez { $command } --help.
terminal-missing = Il manque : { $names }.
terminal-unknown = Inconnu : { $names }.
terminal-bad-value = { $name } ne prend pas de valeur.
terminal-bad-choice = { $name } ne peut pas être « { $value } ». Choisissez parmi : { $choices }.
terminal-bad-number = { $name } doit être un nombre entier de { $least } à { $most }.
terminal-needs-value = Il manque la valeur de { $name }.
terminal-needs-choice = Il manque la valeur de { $name }. Choisissez parmi : { $choices }.
terminal-interrupted = Interrompu.
terminal-import-interrupted = Interrompu. Ce qui a été importé reste ; la même commande continue avec le reste, ou le bot dès qu’il tourne.
terminal-bounces-interrupted = Interrompu. Ce qui a été pris en compte reste ; la même commande recommence et ne compte rien deux fois.
terminal-sync-interrupted = Interrompu. Ce qui a été copié reste ; la même commande continue avec le reste, ou le bot dès qu’il tourne.
terminal-unexpected = Une erreur imprévue s’est produite ({ $fault }, { $place }). Réessayez ; si cela recommence, signalez-la avec ce qui est entre parenthèses.
terminal-file = { $kind ->
    [missing] Il n’y a pas de fichier { $name }. Vérifiez son nom.
    [forbidden] { $name } ne peut pas être ouvert : cet utilisateur n’en a pas le droit. Modifiez ses permissions.
    [folder] { $name } est un dossier. Indiquez un fichier.
    [full] Le disque est plein. Faites de la place et réessayez.
    [port] Le port est déjà pris. Choisissez-en un autre.
   *[other] { $name } ne peut pas être lu ou écrit.
}
terminal-slack-refused = Slack a refusé ({ $error }). Lancez cleaned check pour voir quoi corriger.
terminal-slack-unreachable = Slack est injoignable. Vérifiez le réseau, et SLACK_API_URL si elle est définie.

terminal-imported = { $name } : { $added ->
    [one] { $added } ajouté
   *[other] { $added } ajoutés
}, { $changed ->
    [one] { $changed } modifié
   *[other] { $changed } modifiés
}, { $unchanged ->
    [one] { $unchanged } inchangé
   *[other] { $unchanged } inchangés
}, { $refused ->
    [one] { $refused } ligne refusée
   *[other] { $refused } lignes refusées
}
terminal-in-all = Total
terminal-refused = Lignes refusées, avec le motif de chacune : { $path }
terminal-carries-on = { $name } : reprise là où un import précédent s’est arrêté
terminal-synced = { $name } : { $added ->
    [one] { $added } ajouté
   *[other] { $added } ajoutés
}, { $changed ->
    [one] { $changed } modifié
   *[other] { $changed } modifiés
}, { $unchanged ->
    [one] { $unchanged } inchangé
   *[other] { $unchanged } inchangés
}, { $refused ->
    [one] { $refused } laissé de côté
   *[other] { $refused } laissés de côté
}
terminal-sync-carries-on = { $name } : la synchronisation reprend là où une autre s’est arrêtée
terminal-sync-none = Le compte Mailchimp n’a pas encore d’audience. Créez-en une là-bas, puis relancez cette commande.
terminal-worth-a-look = à revoir
terminal-this-week = nouveaux en 7 jours, au { $until }
terminal-week-before = les 7 jours d’avant
terminal-today = nouveaux aujourd’hui
terminal-date-unknown = date de nettoyage inconnue
terminal-counted = comptent dans la limite de contacts
terminal-not-counted = ne comptent pas
terminal-exported = { $n ->
    [one] { $n } contact écrit dans { $path }
   *[other] { $n } contacts écrits dans { $path }
}
terminal-migrated = La base de données est maintenant à cette version.
terminal-up-to-date = La base de données était déjà à cette version.

terminal-demo-making = Création des audiences d’exemple…
terminal-demo-account = Création d’un compte Mailchimp sur cette machine, et copie de ses audiences…
terminal-demo-ready = L’espace de travail est à l’adresse { $url } (Ctrl-C l’arrête). Essayez /cleaned dans un message.
demo-token-missing = Ouvrez l’adresse entière que le terminal affiche : son jeton manque ici.
demo-install-title = { $app } demande à être installé
demo-install-where = En tant que qui, et où ?
demo-install-as = { $person }, dans l’espace de travail { $place }
demo-install-as-all = { $person }, dans toute l’organisation { $place }
demo-install-scopes = Autorisations demandées
demo-install-allow = Autoriser
demo-install-cancel = Annuler
demo-install-trouble = L’application n’a pas été installée
demo-install-again = Cette page a déjà servi. Recommencez depuis la page d’installation de l’application.
demo-install-refused = Cette personne ne peut pas installer d’application à cet endroit. Choisissez un propriétaire ou un admin.
terminal-demo-crashed = Le bot s’est arrêté de lui-même (code { $status }). Ses messages sont plus haut.
terminal-demo-late = Le bot ne s’est pas connecté en { $seconds } secondes. Ses messages sont plus haut.
terminal-demo-stopped = Arrêté. Rien n’a été conservé.

error-no-bot-token = SLACK_BOT_TOKEN n’est pas défini. Copiez le jeton du bot (xoxb-…) de la page « OAuth & Permissions » de votre application, ou lancez cleaned demo pour essayer sans Slack.
error-no-way-in = Ni SLACK_APP_TOKEN (Socket Mode) ni SLACK_SIGNING_SECRET (HTTP) n’est défini. Définissez l’un des deux ; docs/set-up.md dit où le trouver.
error-database-url = DATABASE_URL est illisible. Écrivez sqlite:///chemin ou postgresql://utilisateur:motdepasse@serveur/nom.
error-database-unreachable = La base de données { $url } ne peut pas être ouverte. Vérifiez DATABASE_URL, et que le serveur tourne et accepte cet utilisateur.
error-database-behind = La base de données est plus ancienne que ce programme. Lancez cleaned migrate.
error-database-newer = La base de données vient d’une version plus récente de ce programme. Installez cette version.

check-right = ok
check-fault = DÉFAUT
check-bot-token = Jeton du bot : { $user } dans { $team }
check-bot-token-missing = SLACK_BOT_TOKEN n’est pas défini. Copiez-le (xoxb-…) de la page « OAuth & Permissions » de votre application.
check-bot-token-malformed = SLACK_BOT_TOKEN n’est pas un jeton de bot. Il commence par xoxb- ; copiez-le de la page « OAuth & Permissions » de votre application.
check-bot-token-refused = Slack refuse SLACK_BOT_TOKEN ({ $error }). Réinstallez l’application dans l’espace de travail et copiez le nouveau jeton.
check-slack-unreachable = Slack est injoignable à l’adresse { $url }. Vérifiez le réseau, et SLACK_API_URL si elle est définie.
check-scopes = Droits (scopes) : les { $n } sont accordés
check-scopes-missing = { $n ->
    [one] Il manque un droit (scope) : { $scopes }.
   *[other] Il manque des droits (scopes) : { $scopes }.
} Collez manifest.yml dans la page « App Manifest » de votre application et réinstallez-la.
check-scope-without = Sans { $scope } : { $what ->
    [app_mentions-read] les mentions du bot dans les canaux restent sans réponse.
    [channels-history] après une panne, un récapitulatif ou un reçu peut paraître deux fois dans un canal public.
    [channels-read] personne n’apprend qui verra un fichier ou un récapitulatif dans un canal public, et rien ne peut y être publié.
    [chat-write] rien ne peut être publié : ni reçu, ni récapitulatif, ni réponse à un message.
    [commands] aucune commande ni aucun raccourci ne fonctionne.
    [files-read] aucun fichier ne peut être importé, et un export peut partir deux fois après une panne.
    [files-write] ni les exports ni les lignes refusées ne peuvent être envoyés.
    [groups-history] après une panne, un récapitulatif ou un reçu peut paraître deux fois dans un canal privé.
    [groups-read] personne n’apprend qui verra un fichier ou un récapitulatif dans un canal privé, et rien ne peut y être publié.
    [im-history] les messages directs au bot restent sans réponse, et un reçu peut arriver deux fois après une panne.
    [im-write] les reçus et les exports n’arrivent dans les messages directs de personne.
    [usergroups-read] les groupes d’utilisateurs de CLEANED_OPERATORS ne donnent aucun rôle.
    [users-read] le rôle et la langue de chacun sont inconnus : personne n’est opérateur.
   *[other] une partie du bot ne fonctionne pas.
}
check-workspace = Installé dans { $team } par { $who }, avec les { $n } droits
check-workspace-none = Pas encore installé dans un espace de travail. Installez-le à l’adresse { $url }
check-workspace-scopes = { $team } : il manque des droits : { $scopes }. Réinstallez-y l’application, à l’adresse { $url }
check-workspace-expired = { $team } : Slack ne renouvelle plus le jeton. Réinstallez-y l’application, à l’adresse { $url }
check-app-token = Jeton d’application : le Socket Mode peut se connecter
check-app-token-malformed = SLACK_APP_TOKEN n’est pas un jeton d’application. Il commence par xapp- ; créez-en un avec le droit connections:write dans la page « Basic Information » de votre application.
check-app-token-refused = Slack refuse SLACK_APP_TOKEN ({ $error }). Créez-en un autre avec le droit connections:write dans la page « Basic Information » de votre application.
check-http = HTTP : Slack doit atteindre http://{ $host }:{ $port }/slack/events à travers votre serveur web
check-webhooks = Bounces par webhook : les prestataires doivent atteindre { $paths } sur http://{ $host }:{ $port } à travers votre serveur web
check-database = Base de données : { $url }, à cette version
check-database-new = Base de données : SQLite, créée au premier démarrage
check-file-open = D’autres utilisateurs de cet ordinateur peuvent lire ou modifier { $path }, qui contient des secrets ou des adresses. Refusez-leur l’accès : { $command }
check-mailchimp = Mailchimp : clé du compte { $name }, rôle de l’utilisateur : { $role }
check-mailchimp-by-list = Mailchimp a archivé des contacts nettoyés par son appel habituel, la dernière fois le { $at }
check-mailchimp-by-contact = Mailchimp a archivé des contacts nettoyés par son appel plus récent (API Audiences), la dernière fois le { $at }
check-mailchimp-no-contact-api = Le compte n’a pas l’API Audiences, qui pourrait archiver les contacts que l’appel habituel refuse ; dernière demande le { $at }
check-mailchimp-webhook = Mailchimp signale aussitôt au bot les changements dans « { $audience } »
check-mailchimp-webhook-missing = { $audience } : les changements se voient en cinq minutes. Pour les voir aussitôt, démarrez le bot, puis lancez : cleaned check --webhooks
check-mailchimp-webhook-failed = Mailchimp n’a pas pu être réglé pour appeler le bot au sujet de l’audience « { $audience } » : { $why } Le bot doit tourner, et CLEANED_PUBLIC_URL doit mener à lui.
check-mailchimp-webhook-secret-missing = CLEANED_PUBLIC_URL est définie, mais pas CLEANED_MAILCHIMP_WEBHOOK_SECRET : Mailchimp ne peut pas signaler les changements au bot. Donnez-lui au moins 16 lettres et chiffres impossibles à deviner.
check-mailchimp-webhook-settings = Les webhooks de Mailchimp ont besoin de MAILCHIMP_API_KEY, CLEANED_PUBLIC_URL et CLEANED_MAILCHIMP_WEBHOOK_SECRET.
check-mailchimp-reader = L’utilisateur de la clé Mailchimp ({ $role }) ne peut que lire : les audiences sont copiées, mais les archivages et les corrections seront refusés. Prenez la clé d’un propriétaire, d’un administrateur ou d’un gestionnaire.
check-tracing = Traces : envoyées à { $host }
check-retention = Conservation : retours { $bounces }, journal { $journal }, traces des exports { $exports }, éléments mis de côté { $set_aside }.
check-kept-always = sans limite
check-kept-days = { $n ->
    [one] { $n } jour
   *[other] { $n } jours
}
check-time-zones = Fuseaux horaires : présents
check-time-zones-missing = Les données de fuseaux horaires manquent. Installez-les : pip install tzdata.
terminal-about-workspaces = lister les espaces de travail où l’application est installée par OAuth
terminal-workspace-of = l’identifiant de l’espace de travail (T…), s’il y en a plusieurs
terminal-workspace-erase = supprimer tout d’un espace de travail dont l’application a été retirée
terminal-renew-keys = chiffrer à nouveau les jetons, avec la première clé de CLEANED_TOKEN_KEY
terminal-workspace = installée le { $at }
terminal-workspace-removed = retirée le { $at } ; ses données restent jusqu’à --erase
terminal-workspace-none = L’application n’est installée par OAuth nulle part.
terminal-workspace-erased = Tout ce qui concernait { $workspace } a été supprimé.
terminal-keys-renewed = { $n ->
    [one] Les jetons d’une installation sont chiffrés à nouveau.
   *[other] Les jetons de { $n } installations sont chiffrés à nouveau.
}
terminal-keys-unreadable = CLEANED_TOKEN_KEY n’ouvre pas les jetons de { $workspaces } ; ils restent comme ils sont. Ajoutez, après une virgule, la clé qui les a chiffrés. Si elle est perdue, faites réinstaller l’application dans ces espaces de travail.
