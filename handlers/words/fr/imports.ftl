import-title = Importer
import-what = Un fichier CSV, ou l’archive d’export (.zip) d’une audience. Les contacts déjà présents sont mis à jour, jamais doublés.
import-file = Fichier
import-file-hint = CSV avec virgules, points-virgules ou tabulations ; une ligne d’en-tête ; une colonne d’adresses.
import-audience = Audience
import-name = Ou une nouvelle audience
import-name-hint = Un nom écrit ici remplace le choix ci-dessus.
import-first-name = Nom de l’audience
import-status = Statut, si le fichier ne le donne pas
import-status-hint = Pour les nouveaux contacts seulement. Un contact non abonné ne reçoit pas d’e-mails marketing. Dans une archive d’export, le nom des fichiers donne le statut.
import-submit = Importer
import-again = Choisir un autre fichier

import-waiting = Récupération du fichier { $name } pour « { $audience } »…
import-progress = Import du fichier { $name } dans « { $audience } » : { $percent } %
import-done = { $n ->
    [0] Rien de nouveau pour « { $audience } »
    [one] { $n } contact importé dans « { $audience } »
   *[other] { $n } contacts importés dans « { $audience } »
}
import-from = Depuis { $name }
import-added = *Ajoutés :* { $n }
import-changed = *Mis à jour :* { $n }
import-unchanged = *Inchangés :* { $n }
import-refused = *Lignes refusées :* { $n }
import-refused-comment = { $n ->
    [one] La ligne refusée du fichier { $name }, avec le motif. Corrigez-la et importez ce fichier.
   *[other] Les { $n } lignes refusées du fichier { $name }, avec le motif de chacune. Corrigez-les et importez ce fichier.
}
import-refused-sent = { $n ->
    [one] La ligne refusée est dans un fichier, dans vos messages avec ce bot, avec le motif.
   *[other] Les lignes refusées sont dans un fichier, dans vos messages avec ce bot, avec le motif de chacune.
}
import-refused-lost = Le fichier des lignes refusées n’a pas pu être envoyé. Importez à nouveau le fichier pour l’avoir.
import-failed = { $name } n’a pas été importé dans « { $audience } »
import-partly = { $n ->
    [one] { $n } contact situé avant cet endroit a été importé et reste.
   *[other] { $n } contacts situés avant cet endroit ont été importés et restent.
}

# Known to storage/files/formulas.py, so that the file can be imported.
import-refused-reason = Motif du refus
import-refused-at = Ligne { $line } : { $why }
import-refused-in = { $file }, ligne { $line } : { $why }

import-reason-empty = Il n’y a pas d’adresse.
import-reason-too-long = L’adresse dépasse 254 caractères.
import-reason-no-at = L’adresse n’a pas de @.
import-reason-spaces = Il y a une espace dans l’adresse.
import-reason-no-local = Il n’y a rien avant le @.
import-reason-no-domain = Il n’y a rien après le @.
import-reason-special-use = Ce qui suit le @ n’est pas un vrai domaine.
import-reason-bad-domain = Ce qui suit le @ n’est pas un domaine.
import-reason-bad-local = Ce qui précède le @ contient des caractères impossibles dans une adresse.
import-reason-bad-status = Le statut n’est ni abonné, ni désabonné, ni non abonné, ni en attente, ni nettoyé. Si cette colonne a un autre sens, renommez-la.
import-reason-bad-time = CLEAN_TIME n’est pas une date avec une heure.
import-reason-row-quotes = Un guillemet manque dans cette ligne.
import-reason-row-too-long = La ligne est trop longue.
import-reason-row-too-many-cells = La ligne a plus de cellules que l’en-tête.
import-reason-row-characters = La ligne contient des caractères illisibles.

error-import-no-file = Choisissez d’abord un fichier.
error-import-no-audience = Choisissez une audience, ou nommez-en une nouvelle.
error-import-too-large = { $name } est trop gros : { $size } Mo. On peut importer ici jusqu’à { $most } Mo ; au-delà, utilisez cleaned import sur le serveur.
error-import-not-fetched = { $name } n’a pas pu être récupéré depuis Slack. Envoyez-le à nouveau.
error-no-address-column = { $name } n’a pas de colonne d’adresses. Nommez « Email » l’une de ses colonnes. Ses colonnes : { $columns }.

spreadsheet = { $name } est illisible.
empty-file = { $name } est vide.
not-a-spreadsheet = { $name } n’est pas un fichier CSV. Enregistrez-le au format CSV et réessayez.
excel-workbook = { $name } est un classeur Excel. Dans Excel, choisissez Fichier, Enregistrer sous, puis le type « CSV UTF-8 » ; importez ensuite ce fichier.
no-header = { $name } n’a pas de ligne d’en-tête : sa première ligne contient une adresse. Ajoutez une première ligne avec le nom des colonnes, dont « Email ».
too-many-columns = { $name } a { $columns } colonnes ; la limite est de { $limit }. Retirez celles qui sont inutiles.
too-broken = Presque aucune ligne du fichier { $name } n’est utilisable, jusqu’à la ligne { $line }. Vérifiez que c’est le bon fichier, avec des guillemets par paires et une adresse par ligne, puis importez-le à nouveau.
broken-archive = L’archive { $name } est abîmée ou incomplète. Téléchargez-la ou exportez-la à nouveau.
no-spreadsheet-inside = Il n’y a pas de fichier CSV dans { $name }.
unsafe-archive = { $danger ->
    [path] { $name } a été refusé : un de ses fichiers serait écrit hors de son dossier. Refaites l’archive.
    [link] { $name } a été refusé : il contient un lien à la place d’un fichier. Mettez-y les fichiers eux-mêmes.
    [encrypted] { $name } est protégé par un mot de passe. Décompressez-le et importez les fichiers CSV.
    [nested] { $name } a été refusé : il contient une autre archive. Décompressez d’abord celle-ci.
    [members] { $name } a été refusé : il contient trop de fichiers. N’y mettez que les fichiers CSV.
    [size] { $name } a été refusé : une fois décompressé, il est trop gros. Importez ses fichiers un par un.
   *[ratio] { $name } a été refusé : une fois décompressé, il est bien plus gros que prévu. Refaites l’archive.
}
