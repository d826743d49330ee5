open-rules = Règles de nettoyage
policies-title = Règles de nettoyage
policies-intro = *Quand les adresses de { $audience } sont nettoyées.* Un retour définitif ou une plainte pour abus nettoie tout de suite. Les retours temporaires, ceux d’e-mails qui peuvent encore arriver, nettoient quand ils sont assez nombreux ; il en compte un par jour.
policies-soft-without-activity = Jours avec un retour temporaire, sans activité
    .hint = Pour les adresses qui n’ont jamais ouvert un e-mail ni cliqué.
policies-soft-with-activity = Jours avec un retour temporaire, après une activité
    .hint = Pour les adresses qui ont déjà ouvert un e-mail ou cliqué. Pas moins que ci-dessus.
policies-outage-addresses = Adresses d’un domaine qui font une panne
    .hint = Autant en une heure, et au moins un dixième de celles du domaine, passent pour une panne du fournisseur.
policies-save = Enregistrer
policies-saved = *Les règles de nettoyage de { $audience } sont enregistrées.*
policies-is-soft-without-activity = Une adresse jamais active est nettoyée après { $n ->
    [one] { $n } jour
   *[other] { $n } jours
} de retours temporaires.
policies-is-soft-with-activity = Une adresse déjà active est nettoyée après { $n ->
    [one] { $n } jour
   *[other] { $n } jours
} de retours temporaires.
policies-is-outage-addresses = { $n ->
    [one] { $n } adresse
   *[other] { $n } adresses
} d’un domaine en retour dans la même heure font une panne.
policies-from-now = Elles valent pour les retours à venir. Ce qui est nettoyé le reste.
error-bad-threshold = Tapez un nombre entier de { $least } à { $most }.
