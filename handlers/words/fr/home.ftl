home-title = Contacts nettoyés
home-intro = Les adresses auxquelles vos listes n’écrivent plus, et pourquoi.
home-none = Il n’y a pas encore d’audience. Les opérateurs peuvent importer un fichier avec `/cleaned-import`.
home-more = { $n ->
    [one] Et { $n } autre audience : `/cleaned` suivi de son nom la montre.
   *[other] Et { $n } autres audiences : `/cleaned` suivi d’un nom en montre une.
}
home-refresh = Actualiser
home-journal = *Activité récente*
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
