trouble-full = Le disque qui contient les données est plein ou défaillant : rien ne peut plus être enregistré. Ce qui était fait est en sûreté. Libérez de la place, ou demandez-le à la personne qui gère ce bot, puis réessayez.
trouble-busy = Un autre programme occupe la base de données : cela n’a pas pu être fait. Réessayez dans une minute. Si cela dure, demandez à la personne qui gère ce bot de fermer ce programme.
trouble-gone = La connexion à la base de données est coupée : on ne sait pas si cela a été fait. Vérifiez dans une minute, et recommencez si ce n’est pas le cas. Si cela dure, prévenez la personne qui gère ce bot.
trouble-too-late = Cela a pris trop de temps pour que Slack ouvre la fenêtre. Appuyez de nouveau sur le bouton ou retapez la commande.
trouble-slack = Slack ne répond pas à temps, ou a été trop sollicité. Réessayez dans une minute.
trouble-work = { $kind ->
    [full] Le travail attend : le disque qui contient les données est plein ou défaillant. Libérez de la place, ou demandez-le à la personne qui gère ce bot.
    [busy] Le travail attend : un autre programme occupe la base de données.
   *[gone] Le travail attend : la base de données est injoignable.
} Ce qui est fait reste fait, et le travail reprendra de lui-même.
