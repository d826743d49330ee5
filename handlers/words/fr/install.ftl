install-title = Ajouter Cleaned à Slack
install-what = Votre liste n’envoie plus rien aux adresses en bounce. Cleaned montre à votre équipe lesquelles et pourquoi, dans Slack.
install-does =
    .see = Voyez combien d’adresses sont nettoyées et pourquoi, et recevez un récapitulatif hebdomadaire dans le canal de votre choix.
    .act = Exportez-les dans un fichier, archivez-les avec annulation possible, et corrigez les fautes de frappe avec l’accord de la personne.
    .who = Seuls les opérateurs voient les adresses et modifient les contacts : les propriétaires et administrateurs de votre espace de travail, et les personnes désignées dans les réglages du bot.
install-button = Ajouter à Slack
install-next = Slack montre ce que l’application pourra faire et vous demande de confirmer. Dans certains espaces de travail, un administrateur doit d’abord l’approuver.
install-asks = Les droits demandés, et pourquoi
install-scope = { $scope ->
    [app_mentions-read] Pour répondre quand on le mentionne dans un canal
    [channels-history] Pour voir, après une panne, si un récapitulatif ou un reçu est déjà dans un canal public
    [channels-read] Pour dire qui verra un fichier ou un récapitulatif avant de le publier dans un canal public
    [chat-write] Pour publier les reçus, les récapitulatifs et les réponses
    [commands] Pour ses commandes et son raccourci
    [files-read] Pour importer les fichiers que vous lui donnez
    [files-write] Pour envoyer les exports et les lignes refusées
    [groups-history] Pour voir, après une panne, si un récapitulatif ou un reçu est déjà dans un canal privé dont il est membre
    [groups-read] Pour dire qui verra un fichier ou un récapitulatif avant de le publier dans un canal privé dont il est membre
    [im-history] Pour répondre aux messages directs qu’on lui envoie
    [im-write] Pour envoyer les reçus et les exports dans vos messages directs
    [usergroups-read] Pour savoir qui est dans les groupes d’utilisateurs opérateurs
    [users-read] Pour connaître le rôle et la langue des personnes qui s’en servent
   *[other] Pour une partie de ce qu’il fait
}
installed-title = Cleaned est installé
installed-in = Il est maintenant dans { $name }.
installed-next = Tapez /cleaned dans Slack. Un opérateur commence par /cleaned-import.
installed-open = Ouvrir Slack
installed-browser = Ouvrir Slack dans le navigateur
installed-org = Il est maintenant dans l’organisation { $name }. Un administrateur de l’organisation choisit les espaces de travail qui s’en servent.
installed-org-add = Choisir les espaces de travail
install-cancelled = Rien n’a été installé
install-failed = Cleaned n’a pas été installé
install-again = Recommencer
install-why = { $why ->
    [cancelled] Vous avez annulé chez Slack. Rien n’a été modifié.
    [expired] L’installation a commencé il y a plus de dix minutes ou dans un autre navigateur, ou elle est déjà terminée. Recommencez dans ce navigateur, cookies autorisés.
    [workspace] Slack n’admet pas cette application dans cet espace de travail ({ $code }). S’il fait partie d’une organisation, demandez à ses administrateurs ; sinon, demandez à la personne qui gère ce bot d’activer la distribution publique de l’application.
    [settings] Slack refuse les réglages de ce bot ({ $code }). Prévenez la personne qui le gère.
    [unreachable] Slack n’a pas répondu. Recommencez dans une minute.
    [fault] Une erreur s’est produite de notre côté. Recommencez dans une minute. Si cela se reproduit, donnez la référence { $code } à la personne qui gère ce bot.
    [busy] Trop d’installations ont commencé en même temps. Recommencez dans dix minutes.
   *[other] Slack a refusé ({ $code }). Recommencez ; si cela se reproduit, prévenez la personne qui gère ce bot.
}
