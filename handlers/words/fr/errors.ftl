error-title = Échec
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
error-nothing-there = Aucun contact ne correspond. Modifiez les filtres.
error-wrong-word = Tapez { $word } pour confirmer. Rien n’a été modifié.
error-already-done = Cette action a déjà été confirmée. Le reçu est dans vos messages.
error-plan-gone = Cette fenêtre a expiré. Fermez-la et recommencez.
error-bad-setting = Le réglage { $name } est illisible. Le README donne la liste des réglages.
error-short-secret = { $name ->
    [CLEANED_POSTMARK_PASSWORD] CLEANED_POSTMARK_PASSWORD doit être utilisateur:motdepasse, avec un mot de passe d’au moins { $n } caractères. Créez-en un avec « openssl rand -hex 16 », et indiquez le même chez Postmark.
    [SLACK_SIGNING_SECRET] SLACK_SIGNING_SECRET a moins de { $n } caractères : il en manque une partie. Copiez-le de nouveau depuis la page « Basic Information » de votre application.
    [CLEANED_MAILGUN_KEY] CLEANED_MAILGUN_KEY a moins de { $n } caractères : il en manque une partie. Copiez de nouveau la clé « HTTP webhook signing key » de Mailgun.
    [CLEANED_RESEND_SECRET] CLEANED_RESEND_SECRET a moins de { $n } caractères : il en manque une partie. Copiez de nouveau le secret de signature du webhook de Resend.
    [CLEANED_MAILTRAP_SECRET] CLEANED_MAILTRAP_SECRET a moins de { $n } caractères : il en manque une partie. Copiez de nouveau la clé de signature du webhook de Mailtrap.
   *[other] { $name } a moins de { $n } caractères : on pourrait le deviner. Créez-en un plus long avec « openssl rand -hex 16 », et indiquez le même là d’où viennent les requêtes au bot.
}
