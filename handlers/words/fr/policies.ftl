open-rules = Règles de nettoyage
policies-title = Règles de nettoyage
policies-intro = *Quand les adresses sont nettoyées dans « { $audience } ».* Après un hard bounce ou un signalement comme spam, aussitôt. Après des soft bounces (boîte pleine, serveur en panne), seulement s’il y en a eu sur plusieurs jours.
policies-soft-without-activity = Jours avec soft bounce, sans activité
    .hint = Pour les adresses qui n’ont jamais ouvert un e-mail ni cliqué.
policies-soft-with-activity = Jours avec soft bounce, après une activité
    .hint = Pour les adresses qui ont déjà ouvert un e-mail ou cliqué. Au moins autant que ci-dessus.
policies-outage-addresses = Panne : adresses d’un même domaine en une heure
    .hint = Au-delà, et dès 10 % du domaine, nous supposons une panne : seule une boîte inexistante est alors nettoyée.
policies-save = Enregistrer
policies-saved = *Les règles de nettoyage sont enregistrées pour « { $audience } ».*
policies-is-soft-without-activity = Jamais active : nettoyée après { $n ->
    [one] { $n } jour
   *[other] { $n } jours
} avec un soft bounce.
policies-is-soft-with-activity = Déjà active : nettoyée après { $n ->
    [one] { $n } jour
   *[other] { $n } jours
} avec un soft bounce.
policies-is-outage-addresses = { $n ->
    [one] { $n } adresse
   *[other] { $n } adresses
} d’un même domaine avec un bounce dans l’heure : c’est une panne.
policies-from-now = Ces règles s’appliquent aux bounces à venir. Les contacts déjà nettoyés le restent.
error-bad-threshold = Tapez un nombre entier de { $least } à { $most }.
policies-signup = Formulaire d’inscription
    .hint = Son lien s’affiche à côté des contacts à revoir, pour être copié et envoyé.
error-bad-signup-url = Tapez un lien complet, qui commence par https://.
