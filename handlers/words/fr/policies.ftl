open-rules = Règles de nettoyage
policies-title = Règles de nettoyage
policies-intro = *Quand les adresses de { $audience } sont nettoyées.* Un retour définitif ou une plainte nettoie l’adresse aussitôt. Un retour temporaire (boîte pleine, serveur en panne), seulement après plusieurs jours avec retour.
policies-soft-without-activity = Jours avec un retour temporaire, sans activité
    .hint = Pour les adresses qui n’ont jamais ouvert un e-mail ni cliqué.
policies-soft-with-activity = Jours avec un retour temporaire, après une activité
    .hint = Pour les adresses qui ont déjà ouvert un e-mail ou cliqué. Pas moins que ci-dessus.
policies-outage-addresses = Panne : adresses d’un domaine en retour en une heure
    .hint = Autant, et au moins un dixième de celles du domaine : c’est le fournisseur. Alors, seule une boîte inexistante nettoie.
policies-save = Enregistrer
policies-saved = *Les règles de nettoyage de { $audience } sont enregistrées.*
policies-is-soft-without-activity = Jamais active : nettoyée après { $n ->
    [one] { $n } jour
   *[other] { $n } jours
} avec un retour temporaire.
policies-is-soft-with-activity = Déjà active : nettoyée après { $n ->
    [one] { $n } jour
   *[other] { $n } jours
} avec un retour temporaire.
policies-is-outage-addresses = { $n ->
    [one] { $n } adresse
   *[other] { $n } adresses
} d’un domaine en retour dans la même heure font une panne.
policies-from-now = Elles valent pour les retours à venir. Ce qui est nettoyé le reste.
error-bad-threshold = Tapez un nombre entier de { $least } à { $most }.
policies-signup = Formulaire d’inscription
    .hint = Son lien s’affiche à côté des contacts à revoir, pour être copié et envoyé.
error-bad-signup-url = Tapez un lien complet, qui commence par https://.
