# Effacer une personne, et ce qui est gardé d’elle.
forget-title = Oublier une personne
forget-what = Efface une personne de toutes les audiences et de tout ce qui est gardé ici : le contact, les bounces, les archivages et corrections, et l’adresse partout où elle figure. *C’est irréversible.*
forget-rest = Il ne reste qu’un code calculé à partir de l’adresse, d’où personne ne peut la tirer. Grâce à lui, un import ou une synchronisation où la personne revient la laisse de côté, et le dit.
forget-address = Adresse
forget-address-hint = L’adresse e-mail de la personne. Si elle en a plusieurs, effacez-les une à une.
forget-word = OUBLIER
forget-submit = Oublier
forget-waiting = Effacement de la personne…
forget-progress = { $n ->
    [0] Effacement de la personne…
    [one] Effacement de la personne : { $n } donnée jusqu’ici
   *[other] Effacement de la personne : { $n } données jusqu’ici
}
forget-done = { $n ->
    [0] Rien n’était gardé de cette personne
    [one] La personne est effacée : { $n } donnée
   *[other] La personne est effacée : { $n } données
}
forget-failed = La personne n’est pas entièrement effacée
forget-stopped = { $n ->
    [one] L’import { $names } a été arrêté, car le fichier contient cette personne. Importez-le à nouveau : elle sera laissée de côté.
   *[other] Les imports { $names } ont été arrêtés, car les fichiers contiennent cette personne. Importez-les à nouveau : elle sera laissée de côté.
}
forget-at-mailchimp = La personne est encore dans { $audience } chez Mailchimp, où le bot ne supprime personne. Supprimez-la là-bas définitivement : { $link }
forget-elsewhere = Restent, car ils ne sont pas ici : les fichiers et messages dans Slack, les fichiers exportés, la boîte des bounces, les listes de votre prestataire, les sauvegardes.
forget-in-use = La base était utilisée : son fichier peut encore contenir des traces de ce qui est effacé. Relancez cleaned forget avec l’adresse quand personne d’autre ne s’en sert.
forget-left-out = { $n ->
    [one] { $n } ligne concerne une personne oubliée ici et a été laissée de côté.
   *[other] { $n } lignes concernent des personnes oubliées ici et ont été laissées de côté.
}
forget-still-at-mailchimp = { $n ->
    [one] { $n } personne oubliée ici est encore chez Mailchimp et a été laissée de côté. Supprimez-la là-bas définitivement.
   *[other] { $n } personnes oubliées ici sont encore chez Mailchimp et ont été laissées de côté. Supprimez-les là-bas définitivement.
}
forget-contacts = { $n ->
    [0] { $address } n’est pas un contact. Les lignes et les textes qui contiennent cette adresse seront effacés.
    [one] { $address } est un contact dans { $n } audience : { $audiences }.
   *[other] { $address } est un contact dans { $n } audiences : { $audiences }.
}
forget-prompt = Tapez { $word } pour effacer cette personne partout. C’est irréversible :
forget-lifted = { $address } peut revenir : rien de ce qui a été effacé ne revient de soi-même.
forget-not-lifted = { $address } n’a pas été oublié ici : il n’y a rien à lever.
person-none = Rien n’est gardé au sujet de { $address }.
person-forgotten = { $address } a été oublié. Seul un code calculé à partir de l’adresse est gardé, pour laisser cette personne de côté.
error-forget-no-address = Ce n’est pas une adresse e-mail. Tapez-la en entier, par exemple nom@example.com.
error-forgotten-address = Cette personne a demandé à être oubliée : l’adresse ne peut pas être ajoutée. Si elle veut revenir, un administrateur lance d’abord cleaned forget --lift.
error-import-forgotten = { $name } contient une personne oubliée : ce qui en était stocké est supprimé. Importez le fichier à nouveau : elle sera laissée de côté.
