held-headline = { $n ->
    [one] *Faut-il nettoyer { $n } contact de { $audience } ?*
   *[other] *Faut-il nettoyer { $n } contacts de { $audience } ?*
}
held-why = Plus de retours que d’habitude sont arrivés en une heure, alors ces contacts attendent. Rien n’est nettoyé sur la foi de cette source avant qu’un opérateur ne réponde. Si vous venez d’écrire à une ancienne liste, nettoyez-les. Si vous ignorez d’où viennent ces retours, regardez d’abord chez votre fournisseur d’envoi.
held-cleaned-before = { $n ->
    [one] { $n } a été nettoyé avant cela.
   *[other] { $n } ont été nettoyés avant cela.
}
held-clean = Les nettoyer
held-mistake = C’est une erreur
held-confirm-title = Nettoyer ces contacts ?
held-confirm-text = { $n ->
    [one] { $n } contact ne recevra plus d’e-mails.
   *[other] { $n } contacts ne recevront plus d’e-mails.
}
held-answered-clean = { $who } a répondu : il faut les nettoyer.
held-answered-mistake = { $who } a répondu : c’est une erreur, ils ne sont pas nettoyés.
held-about = Au sujet de retours de { $audience }, plus nombreux que d’habitude en une heure.
held-progress = Nettoyage de contacts de { $audience } : { $done } sur { $n }
held-done = { $n ->
    [0] Aucun contact de { $audience } n’a été nettoyé
    [one] { $n } contact de { $audience } nettoyé
   *[other] { $n } contacts de { $audience } nettoyés
}
held-changed = { $n ->
    [one] { $n } avait changé entre-temps et reste tel quel.
   *[other] { $n } avaient changé entre-temps et restent tels quels.
}
held-failed = Les contacts de { $audience } n’ont pas tous été nettoyés
error-held-answered = C’est déjà répondu : ces contacts n’attendent plus.
