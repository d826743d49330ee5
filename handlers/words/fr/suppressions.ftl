# La liste du prestataire, avec les adresses auxquelles il n’écrit plus : cleaned bounces --from.
suppressions-listed = dans la liste
suppressions-in-audience = dans une audience
suppressions-cleaned = nouvellement nettoyés
suppressions-already-cleaned = déjà nettoyés
suppressions-kept = gardés comme indices, non nettoyés
suppressions-not-in-audience = dans aucune audience
suppressions-mirrored = dans une audience Mailchimp, que Mailchimp nettoie lui-même
suppressions-left-out = autres que des bounces (désinscrits, ajoutés à la main)

suppressions-bad-url = CLEANED_PROVIDER_URL doit être https:// suivi de l’hôte du prestataire, et rien d’autre. Sans ce réglage, le bot interroge l’adresse habituelle du prestataire.
suppressions-key-refused = { $provider } refuse la clé. Copiez-la de nouveau, et donnez-lui le droit de lire la liste de suppression ; un compte dans l’UE a besoin de sa propre adresse dans CLEANED_PROVIDER_URL.
suppressions-no-list = { $provider } n’a pas cette liste. Vérifiez les domaines ou la région dans les réglages ; un compte dans l’UE a besoin de sa propre adresse dans CLEANED_PROVIDER_URL.
suppressions-refused = { $provider } refuse la demande (statut { $status }). Ce qui a été pris en compte reste. Vérifiez les réglages, puis relancez la même commande.
suppressions-unreachable = { $provider } ne répond pas, ou a coupé la connexion. Ce qui a été pris en compte reste. Vérifiez le réseau, puis relancez la même commande.
suppressions-busy = { $provider } n’accepte plus de demandes pour le moment. Ce qui a été pris en compte reste. Relancez la même commande plus tard : rien ne compte deux fois.
suppressions-bad-answer = La réponse vient de { $provider } mais est illisible. Ce qui a été pris en compte reste. Vérifiez CLEANED_PROVIDER_URL si ce réglage existe ; si cela se répète, signalez-le.
error-list-not-set-up = { $name } n’est pas défini : la liste ne peut pas être lue. docs/bounces.md dit où le trouver.
