loading = Chargement…
close = Fermer
cancel = Annuler
back = Retour
next = Suivant
previous = Précédent

shared-with = { $who ->
    [company] { $channel } est partagé avec une autre entreprise. Ses membres voient aussi ceci.
    [organization] { $channel } est partagé avec d’autres espaces de travail de votre organisation. Leurs membres voient aussi ceci.
   *[nobody] {""}
}

audience-choose = Choisir une audience
audience-which = Quelle audience ?
audience-unknown = Aucune audience ne s’appelle « { $name } ».
audience-near = Vouliez-vous dire *{ $audience }* ?
audience-take = Oui, celle-ci

reason-hard = hard bounce
reason-soft = soft bounces
reason-abuse = signalement comme spam
reason-unknown = motif inconnu
# Avant un nombre.
reasons-hard = hard bounces
reasons-soft = soft bounces
reasons-abuse = signalements comme spam
reasons-unknown = motif inconnu

# Avant un nombre.
statuses-subscribed = abonnés
statuses-unsubscribed = désabonnés
statuses-nonsubscribed = non abonnés
statuses-pending = en attente
statuses-cleaned = nettoyés
statuses-archived = archivés
status-subscribed = abonné
status-unsubscribed = désabonné
status-nonsubscribed = non abonné
status-pending = en attente
status-cleaned = nettoyé
status-archived = archivé

open-list = Voir les contacts
open-export = Exporter
open-archive = Archiver
open-fix = Corriger une adresse
open-restore = Rétablir
open-import = Importer
open-digest = Récapitulatif
on-date = le { $date }
on-unknown-date = à une date inconnue
moment-form = {"{date_short}"} à {"{time}"}
