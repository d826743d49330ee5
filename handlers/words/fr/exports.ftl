exports-title = Exporter des contacts
exports-headline = { $n ->
    [one] *Exporter { $n } contact* depuis « { $audience } »
   *[other] *Exporter { $n } contacts* depuis « { $audience } »
}
exports-columns = { $n ->
    [one] *{ $n } colonne :* { $names }
   *[other] *{ $n } colonnes :* { $names }
}
exports-columns-more = { $n } de plus
exports-format = Fichier
exports-for-excel = Pour Excel
exports-excel = S’ouvre d’un double-clic, accents compris.
exports-excel-semicolons = Points-virgules : s’ouvre d’un double-clic.
exports-for-programs = Pour d’autres logiciels
exports-plain = CSV avec virgules, en UTF-8.
exports-to-you = Le fichier arrive dans vos messages directs, pour vous seul. Pour le partager, choisissez un canal.
exports-where = Canal
exports-where-hint = Les adresses sont des données personnelles : choisissez un canal dont les membres peuvent les voir.
exports-seen-by = { $n ->
    [one] { $n } personne dans { $channel } verra le fichier.
   *[other] { $n } personnes dans { $channel } verront le fichier.
}
exports-seen-unknown = Tous les membres du canal { $channel } verront le fichier.
exports-shared-with-company = { $channel } est partagé avec une autre entreprise : aucun fichier avec des adresses ne peut y être envoyé. Le fichier arrive dans vos messages directs, sauf si vous choisissez un autre canal.
exports-to-me = Plutôt dans mes messages
exports-past = Exports précédents
exports-submit = Exporter
exports-nothing = Aucun contact nettoyé dans « { $audience } » : il n’y a rien à exporter. Revenez après la prochaine campagne.
exports-nothing-matches = Plus aucun contact nettoyé ne correspond dans « { $audience } ». Modifiez les filtres.
exports-waiting = { $n ->
    [one] Export en cours : { $n } contact, audience « { $audience } »…
   *[other] Export en cours : { $n } contacts, audience « { $audience } »…
}
exports-progress = Export en cours, audience « { $audience } » : { $done } sur { $n }
exports-done = { $n ->
    [one] { $n } contact exporté depuis « { $audience } »
   *[other] { $n } contacts exportés depuis « { $audience } »
}
exports-is-in = { $files ->
    [one] Le fichier est dans { $channel }.
   *[other] Les { $files } fichiers sont dans { $channel }.
}
exports-split = Les contacts sont répartis entre ces fichiers, car Slack n’en accepte pas de plus gros. Chaque fichier a l’en-tête.
exports-left-out = { $n ->
    [one] { $n } des contacts affichés a changé entre-temps et n’est pas dans le fichier.
   *[other] { $n } des contacts affichés ont changé entre-temps et ne sont pas dans le fichier.
}
exports-newer = { $n ->
    [one] { $n } contact a été nettoyé ou modifié après l’aperçu. Il n’est pas dans le fichier.
   *[other] { $n } contacts ont été nettoyés ou modifiés après l’aperçu. Ils ne sont pas dans le fichier.
}
exports-open = Ouvrir le fichier
exports-open-part = Ouvrir le fichier { $n }
exports-again = Renvoyer le fichier
exports-failed = Les contacts n’ont pas été exportés depuis « { $audience } »
exports-comment = { $n ->
    [one] { $n } contact nettoyé, audience « { $audience } », exporté par { $who }
   *[other] { $n } contacts nettoyés, audience « { $audience } », exportés par { $who }
}
exports-past-title = Exports précédents
exports-past-none = Rien n’a encore été exporté depuis « { $audience } ».
exports-past-row = { $n ->
    [one] *{ $n } contact* de l’audience « { $audience } »
   *[other] *{ $n } contacts* de l’audience « { $audience } »
}
exports-past-by = { $date }, par { $who }
exports-past-terminal = { $date }, depuis le terminal
error-export-not-in-channel = Je ne suis pas dans ce canal et ne peux pas y mettre le fichier. Invitez-moi avec /invite, ou choisissez-en un autre.
error-export-shared-with-company = Ce canal est partagé avec une autre entreprise : aucun fichier avec des adresses ne peut y être envoyé. Choisissez-en un autre, ou vos propres messages.
