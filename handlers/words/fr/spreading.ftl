spread-left = { $n ->
    [0] Toutes les tables sont réparties. Il ne reste rien à faire.
    [one] Répartition des tables : il reste une instruction à exécuter. Affichez-la avec cleaned spread --sql
   *[other] Répartition des tables : il reste { $n } instructions à exécuter. Affichez-les avec cleaned spread --sql
}
spread-extension = Sur chaque serveur :
spread-nodes = Exécutez ces lignes avec les noms de vos serveurs, tels que les workers les joignent ; sans elles, tout reste ici. Une ligne par worker :
spread-schema = Les tables d’un autre espace de travail :
spread-keys = Les contacts d’une audience peuvent être sur un autre serveur que sa ligne :
spread-undo = Une version antérieure du document copiait cette table sur chaque serveur, et toutes les audiences s’attendaient :
spread-local = Ces tables restent ici. Citus doit les connaître, pour qu’une transaction soit validée partout ou nulle part :
spread-spread = Par audience, les lignes d’une même audience ensemble :
spread-old-rows = Sinon, ce qui était ici reste sur le disque de ce serveur :
error-spread-sqlite = Un fichier SQLite ne peut pas être réparti sur plusieurs serveurs. Mettez dans DATABASE_URL une base PostgreSQL, puis recommencez.
