# Ce que Mailchimp refuse, ou pourquoi on ne peut pas l’interroger : les clés de storage/mailchimp/errors.py.
mailchimp = Mailchimp n’a pas pu être utilisé. Réessayez dans quelques minutes.
mailchimp-bad-key = MAILCHIMP_API_KEY n’est pas une clé Mailchimp : elle doit finir par un centre de données, comme -us3. Copiez-la entière, depuis la page « Clés d’API » de Mailchimp.
mailchimp-bad-base = MAILCHIMP_API_URL n’est pas une adresse de l’API. Elle commence par https:// (http:// ne vaut que pour cet ordinateur), finit par /3.0 et ne contient aucun mot de passe ; sans elle, la clé dit où demander.
mailchimp-refused = Mailchimp a refusé ({ $status } « { $title } »). Réessayez ; si cela recommence, signalez-le avec ce qui est entre parenthèses.
mailchimp-key-refused = Mailchimp refuse MAILCHIMP_API_KEY : elle est mal recopiée ou a été révoquée, ou sa fin nomme un autre centre de données que le sien. Copiez-la entière depuis la page « Clés d’API » de Mailchimp, avec sa fin (comme -us3), ou créez-en une nouvelle.
mailchimp-forbidden = L’utilisateur de la clé Mailchimp n’a pas ce droit (« { $title } »). Prenez la clé d’un propriétaire, d’un administrateur ou d’un gestionnaire du compte.
mailchimp-account-suspended = Mailchimp a suspendu ou fermé le compte de la clé (« { $title } »). Rien n’y peut être lu ni changé : connectez-vous à Mailchimp, qui dit ce qu’il demande.
mailchimp-not-found = Mailchimp n’a plus rien de tel. Cela y a peut-être été supprimé : regardez dans Mailchimp.
mailchimp-method-refused = Mailchimp ne fait pas cela à ce contact de cette façon. Faites-le sur la page de Mailchimp.
mailchimp-member-exists = L’adresse est déjà dans cette audience chez Mailchimp. Rien n’a été ajouté ; cherchez-la là-bas.
mailchimp-in-compliance-state = Ce contact s’est désabonné, est revenu en erreur ou est en cours d’examen : Mailchimp ne laisse que la personne se réabonner. Envoyez-lui votre formulaire d’inscription.
mailchimp-forgotten = Cette adresse a été supprimée pour de bon chez Mailchimp : personne d’autre ne peut l’ajouter. Envoyez à la personne votre formulaire d’inscription.
mailchimp-invalid = Mailchimp juge l’envoi non valide (« { $title } »). Vérifiez l’adresse et les champs, puis réessayez.
mailchimp-too-many-connections = Mailchimp ne prend plus de demandes pour l’instant. Réessayez dans quelques minutes ; les autres programmes qui ont la même clé comptent aussi.
mailchimp-unavailable = Mailchimp est injoignable ou en panne ({ $reason }). Vérifiez le réseau, et MAILCHIMP_API_URL si ce réglage existe ; réessayez dans quelques minutes.
mailchimp-wrong-data-centre = Mailchimp n’a pas de centre de données { $centre }, ou la clé relève d’un autre. Copiez MAILCHIMP_API_KEY entière depuis la page « Clés d’API » de Mailchimp : sa fin nomme le centre de données. Si MAILCHIMP_API_URL est définie, retirez-la.
mailchimp-bad-answer = Ce qui a répondu n’est pas Mailchimp, ou pas comme il faut ({ $reason }). Vérifiez MAILCHIMP_API_URL, et si un proxy se trouve entre les deux.
