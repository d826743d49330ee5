error-title = Cela n’a pas marché
error-unexpected = Une erreur s’est produite de notre côté. Réessayez dans une minute. Si cela recommence, donnez la référence { $reference } à la personne qui gère ce bot.
error-gave-up = Ce travail a échoué plusieurs fois et a été arrêté. Relancez-le ; s’il échoue encore, donnez la référence { $reference } à la personne qui gère ce bot.
error-unknown-audience = Aucune audience ne s’appelle « { $name } ». Il y a : { $known }.
error-no-audience = Il n’y a pas encore d’audience. Importez d’abord un fichier avec /cleaned-import.
error-not-an-operator = { $n ->
    [0] Seuls les opérateurs peuvent faire cela. Demandez à un propriétaire ou administrateur de cet espace de travail.
   *[other] Seuls les opérateurs peuvent faire cela. Demandez à { $helpers }, ou à un propriétaire ou administrateur de cet espace de travail.
}
error-role-unknown = Slack n’a pas dit si vous êtes opérateur. Rien n’a été modifié. Réessayez dans une minute.
error-nothing-there = Aucun contact ne correspond. Modifiez les filtres.
error-wrong-word = Tapez { $word } pour confirmer. Rien n’a été modifié.
error-already-done = Cette action a déjà été confirmée. Le reçu est dans vos messages.
error-plan-gone = Cette fenêtre est trop ancienne. Fermez-la et recommencez.
error-bad-setting = Le réglage { $name } est illisible. Le README donne la liste des réglages.
