exports-title = Exporter des contacts
exports-headline = { $n ->
    [one] *Exporter { $n } contact* de { $audience }
   *[other] *Exporter { $n } contacts* de { $audience }
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
exports-plain = CSV avec virgules, en UTF-8 sans marque d’ordre (BOM).
exports-to-you = Il arrive dans vos messages directs, pour vous seul. Pour le partager, choisissez un canal.
exports-where = Canal
exports-where-hint = Les adresses sont des données personnelles : choisissez un canal dont les membres peuvent les voir.
exports-seen-by = { $n ->
    [one] { $n } personne dans { $channel } verra le fichier.
   *[other] { $n } personnes dans { $channel } verront le fichier.
}
exports-seen-unknown = Toutes les personnes de { $channel } verront le fichier.
exports-shared-with-company = { $channel } est partagé avec une autre entreprise : aucun fichier avec des adresses n’y est envoyé. Il arrive dans vos messages directs, sauf si vous choisissez un autre canal.
exports-to-me = Plutôt dans mes messages
exports-past = Exports précédents
exports-submit = Exporter
exports-nothing = Aucun contact nettoyé dans { $audience } : il n’y a rien à exporter. Revenez après la prochaine campagne.
exports-nothing-matches = Plus aucun contact nettoyé de { $audience } ne correspond. Changez les filtres.
exports-waiting = { $n ->
    [one] Export de { $n } contact de { $audience }…
   *[other] Export de { $n } contacts de { $audience }…
}
exports-progress = Export de contacts de { $audience } : { $done } sur { $n }
exports-done = { $n ->
    [one] { $n } contact de { $audience } exporté
   *[other] { $n } contacts de { $audience } exportés
}
exports-is-in = { $files ->
    [one] Le fichier est dans { $channel }.
   *[other] Les { $files } fichiers sont dans { $channel }.
}
exports-split = Slack n’accepte pas de fichier plus gros : les contacts sont répartis entre eux. Chaque fichier a l’en-tête.
exports-left-out = { $n ->
    [one] { $n } de ceux que vous avez vus avait changé entre-temps et n’y est pas.
   *[other] { $n } de ceux que vous avez vus avaient changé entre-temps et n’y sont pas.
}
exports-newer = { $n ->
    [one] { $n } contact, nettoyé ou modifié après l’aperçu, n’est pas dans le fichier.
   *[other] { $n } contacts, nettoyés ou modifiés après l’aperçu, ne sont pas dans le fichier.
}
exports-open = Ouvrir le fichier
exports-open-part = Ouvrir le fichier { $n }
exports-again = L’obtenir à nouveau
exports-failed = Les contacts de { $audience } n’ont pas été exportés
exports-comment = Contacts nettoyés de l’audience { $audience }, exportés par { $who }
exports-past-title = Exports précédents
exports-past-none = Rien n’a encore été exporté de { $audience }.
exports-past-row = { $n ->
    [one] *{ $n } contact*
   *[other] *{ $n } contacts*
}
exports-past-by = { $date }, par { $who }
exports-past-terminal = { $date }, depuis le terminal
error-export-not-in-channel = Je ne suis pas dans ce canal et ne peux pas y mettre le fichier. Invitez-moi avec /invite, ou choisissez-en un autre.
error-export-shared-with-company = Ce canal est partagé avec une autre entreprise : aucun fichier avec des adresses n’y est envoyé. Choisissez-en un autre, ou vos propres messages.
