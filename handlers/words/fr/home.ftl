home-title = Contacts nettoyés
home-intro = Les adresses auxquelles vos listes n’écrivent plus, et pourquoi.
home-none = Il n’y a pas encore d’audience. Les opérateurs peuvent importer un fichier avec `/cleaned-import`.
home-week = Cette semaine : les 7 jours jusqu’au { $until }.
home-trend = { $n ->
    [one] { $n } nouveau cette semaine, { $before } la semaine précédente
   *[other] { $n } nouveaux cette semaine, { $before } la semaine précédente
}
home-audiences = Audiences
home-more = { $n ->
    [one] Et { $n } autre audience. Choisissez-la ici pour voir ses chiffres :
   *[other] Et { $n } autres audiences. Choisissez-en une ici pour voir ses chiffres :
}
home-figures = Tous les chiffres
home-of = { $what } : { $audience }
home-figures-title = Chiffres
home-refresh = Actualiser
home-wrong = À régler
home-wrong-more = { $n ->
    [one] Et { $n } autre point. Il s’affichera une fois l’un de ceux-ci réglé.
   *[other] Et { $n } autres points. Ils s’afficheront une fois ceux-ci réglés.
}
home-broken-mailbox = *La boîte des bounces n’est plus lue* depuis le { $since } : plus aucun bounce n’en arrive. { $why }
home-broken-mailchimp = *Mailchimp n’est plus lu* depuis le { $since } : ses audiences restent comme elles étaient alors. { $why }
home-held = *Des contacts attendent votre réponse dans { $audiences }.* Un nombre inhabituel de bounces est arrivé : ces contacts sont en suspens jusqu’à ce qu’un opérateur dise s’il faut les nettoyer. La question est dans vos messages.
home-digest-channel = *Le récapitulatif du { $at } n’a pas pu être publié dans { $channel }* : le bot n’est pas dans ce canal, ou le canal n’existe plus. Invitez-y le bot avec /invite, ou choisissez un autre canal. Appuyez ensuite sur « Envoyer maintenant ».
home-digest-archived = *Le récapitulatif du { $at } n’a pas pu être publié* : le canal { $channel } est archivé. Choisissez-en un autre, puis appuyez sur « Envoyer maintenant ».
home-digest-other = *Le récapitulatif du { $at } n’a pas pu être publié dans { $channel }.* Réponse de Slack : « { $error } ». Vérifiez que le bot peut y publier, ou choisissez un autre canal. Appuyez ensuite sur « Envoyer maintenant ».
home-digest-next = Le prochain : le { $at }, dans { $channel }.
home-digest-paused = En pause : rien n’est publié dans { $channel } jusqu’à la reprise.
home-digest-last = Le dernier a été publié le { $at }.
home-digest-settings = Réglages
home-steps = Premiers pas
home-step-done = Fait : { $step }
home-step-open = *À faire :* { $step }
home-step-import = importer des contacts, d’un fichier CSV ou de Mailchimp (`MAILCHIMP_API_KEY`).
home-step-bounces = recevoir vos bounces, par un webhook de votre prestataire d’envoi ou par une boîte aux lettres. La personne qui fait tourner le bot s’en charge (docs/bounces.md).
home-step-digest = choisir un canal et un jour pour le récapitulatif hebdomadaire.
home-step-operators = nommer des opérateurs (`CLEANED_OPERATORS`). Sans eux, seuls les propriétaires et administrateurs de cet espace voient les adresses.
home-work = En cours
home-work-import = Import dans « { $audience } »
home-work-export = Export depuis « { $audience } »
home-work-archive = Archivage dans « { $audience } »
home-work-restore = Annulation d’un archivage dans « { $audience } »
home-work-reversal = Annulation d’un nettoyage dans « { $audience } »
home-work-cleaning = Nettoyage de contacts dans « { $audience } »
home-work-sync = Synchronisation de « { $audience } » avec Mailchimp
home-work-waits = attend son tour
home-work-begun = vient de commencer
home-work-percent = { $percent } % effectués
home-work-by = par { $who }
home-work-more = { $n ->
    [one] Et { $n } autre.
   *[other] Et { $n } autres.
}
home-looks = À regarder
home-look-fix = { $many ->
    [True] *Plus de { $n } fautes de frappe probables* dans « { $audience } »
   *[other] { $n ->
        [one] *{ $n } faute de frappe probable* dans « { $audience } »
       *[other] *{ $n } fautes de frappe probables* dans « { $audience } »
    }
}
home-look-worth-a-look = { $n ->
    [one] *{ $n } contact nettoyé à revoir* dans « { $audience } » : son adresse est peut-être valide
   *[other] *{ $n } contacts nettoyés à revoir* dans « { $audience } » : leurs adresses sont peut-être valides
}
home-exports = Derniers exports
home-export = { $n ->
    [one] *{ $n } contact* depuis « { $audience } », par { $who } · { $at }
   *[other] *{ $n } contacts* depuis « { $audience } », par { $who } · { $at }
}
home-by-terminal = le terminal
home-operators = Opérateurs
home-operators-named = { $who }, ainsi que les propriétaires et administrateurs de cet espace, voient les adresses et font les changements.
home-operators-none = Les propriétaires et administrateurs de cet espace voient les adresses et font les changements.
home-operators-more = { $n ->
    [one] { $n } autre est nommé dans les réglages.
   *[other] { $n } autres sont nommés dans les réglages.
}
home-journal = Activité récente
home-contacts = { $n ->
    [one] { $n } contact
   *[other] { $n } contacts
}
home-did = { $what ->
    [archive] { $who } a archivé { $contacts } dans « { $audience } » · { $at }
    [restore] { $who } a rétabli { $contacts } dans « { $audience } » · { $at }
    [reverse] { $who } a annulé le nettoyage de { $contacts } dans « { $audience } » · { $at }
    [clean] { $who } a nettoyé { $contacts } dans « { $audience } » après un nombre inhabituel de bounces · { $at }
    [export] { $who } a exporté { $contacts } depuis « { $audience } » · { $at }
    [import] { $who } a importé { $contacts } dans « { $audience } » · { $at }
    [not-typo] { $who } a indiqué une adresse comme juste dans « { $audience } » · { $at }
    [maybe-typo] { $who } n’indique plus une adresse comme juste dans « { $audience } » · { $at }
    [review] { $who } a revu { $contacts } dans « { $audience } » · { $at }
    [review-taken-back] { $who } a remis un contact à revoir dans « { $audience } » · { $at }
    [fix] { $who } a ajouté une adresse corrigée à « { $audience } » · { $at }
    [digest] { $who } a réglé le récapitulatif hebdomadaire · { $at }
    [policy] { $who } a modifié les règles de nettoyage dans « { $audience } » · { $at }
    [mend] { $who } a corrigé les chiffres dans « { $audience } » · { $at }
    [forget] { $who } a effacé une personne · { $at }
    [lift] { $who } a laissé revenir une personne oubliée · { $at }
   *[other] { $who } : { $what } ({ $contacts }) · { $at }
}
