home-title = Contacts nettoyés
home-intro = Les adresses auxquelles vos listes n’écrivent plus, et pourquoi.
home-none = Il n’y a pas encore d’audience. Les opérateurs peuvent importer un fichier avec `/cleaned-import`.
home-more = { $n ->
    [one] Et { $n } autre audience : `/cleaned` suivi de son nom la montre.
   *[other] Et { $n } autres audiences : `/cleaned` suivi d’un nom en montre une.
}
home-refresh = Actualiser
home-journal = *Dernièrement*
home-contacts = { $n ->
    [one] { $n } contact
   *[other] { $n } contacts
}
home-did = { $what ->
    [archive] { $who } a archivé { $contacts } de { $audience } · { $at }
    [restore] { $who } a rétabli { $contacts } de { $audience } · { $at }
    [reverse] { $who } a rendu leur statut à { $contacts } de { $audience }, nettoyés à tort · { $at }
    [clean] { $who } a fait nettoyer { $contacts } de { $audience } après de nombreux retours à la fois · { $at }
    [export] { $who } a exporté { $contacts } de { $audience } · { $at }
    [import] { $who } a importé { $contacts } dans { $audience } · { $at }
    [not-typo] { $who } a indiqué qu’une adresse de { $audience } est juste · { $at }
    [maybe-typo] { $who } est revenu sur une adresse juste de { $audience } · { $at }
    [review] { $who } a revu { $contacts } dans « { $audience } » · { $at }
    [review-taken-back] { $who } a annulé une revue dans « { $audience } » · { $at }
    [fix] { $who } a ajouté une adresse corrigée à { $audience } · { $at }
    [digest] { $who } a réglé le récapitulatif de la semaine · { $at }
    [policy] { $who } a modifié les règles de nettoyage de { $audience } · { $at }
    [mend] { $who } a fait rétablir les chiffres de { $audience } · { $at }
    [forget] { $who } a effacé une personne · { $at }
    [lift] { $who } a laissé revenir une personne oubliée · { $at }
   *[other] { $who } : { $what } ({ $contacts }) · { $at }
}
