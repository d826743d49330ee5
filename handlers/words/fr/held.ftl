held-headline = { $n ->
    [one] *Nettoyer { $n } contact dans « { $audience } » ?*
   *[other] *Nettoyer { $n } contacts dans « { $audience } » ?*
}
held-why = Un nombre inhabituel de bounces est arrivé en une heure : ces contacts sont en suspens. Plus rien n’est nettoyé d’après cette source avant la réponse d’un opérateur. Si vous venez d’écrire à une ancienne liste, nettoyez-les. Si vous ignorez d’où viennent ces bounces, vérifiez d’abord chez votre prestataire d’envoi.
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
held-about = Au sujet d’un nombre inhabituel de bounces en une heure dans « { $audience } ».
held-progress = Nettoyage en cours dans « { $audience } » : { $done } sur { $n }
held-done = { $n ->
    [0] Aucun contact nettoyé dans « { $audience } »
    [one] { $n } contact nettoyé dans « { $audience } »
   *[other] { $n } contacts nettoyés dans « { $audience } »
}
held-changed = { $n ->
    [one] { $n } a changé entre-temps et reste tel quel.
   *[other] { $n } ont changé entre-temps et restent tels quels.
}
held-failed = Tous les contacts n’ont pas été nettoyés dans « { $audience } »
error-held-answered = La réponse a déjà été donnée : ces contacts ne sont plus en suspens.
