// The page's own texts, in English and French. Messages of the bot come from the bot.

const ENGLISH = {
  workspace: "Local workspace",
  skip: "Skip to the message field",
  skipHome: "Skip to the Home tab",
  skipWorkflows: "Skip to the workflow steps",
  workflows: "Workflows",
  workflowsIntro: "Each step of the app for Workflow Builder. Run one as a workflow would.",
  noSteps: "The app has no workflow steps.",
  run: "Run",
  running: "Running. If somebody is asked first, the step ends with their answer…",
  channels: "Channels",
  apps: "Apps",
  workspaces: "Workspaces",
  notInstalled: "app not installed",
  youAre: "You are",
  switchTo: "Switch to {name}",
  sidebar: "Channels and people",
  openSidebar: "Show channels and people",
  unread: "unread",
  home: "Home",
  messages: "Messages",
  members: "{n} members",
  notIn: "Cleaned is not in this channel",
  app: "App",
  onlyYou: "Only visible to you",
  dismiss: "Dismiss",
  edited: "(edited)",
  moreActions: "More actions",
  download: "Download",
  today: "Today",
  yesterday: "Yesterday",
  newMessages: "New messages",
  messageList: "Messages in {name}",
  empty: "No messages here yet. Type / to see the commands.",
  composer: "Message {name}",
  send: "Send",
  commands: "Commands",
  commandsShown: "Commands: arrow keys choose, Tab accepts",
  composerHint: "Enter sends, Shift + Enter starts a new line, / lists the commands",
  lost: "Connection lost. Trying again…",
  botAway: "The bot is not connected. Commands will not be answered until it is.",
  trouble: "We had some trouble connecting. Try again?",
  loading: "Loading…",
  close: "Close",
  back: "Back",
  cancel: "Cancel",
  optional: "(optional)",
  required: "Please complete this required field.",
  badEmail: "Please enter a valid email address.",
  badUrl: "Please enter a valid URL.",
  badNumber: "Please enter a number.",
  tooSmall: "Please enter a number of at least {n}.",
  tooLarge: "Please enter a number of at most {n}.",
  tooShort: "Please enter at least {n} characters.",
  tooLong: "Please enter at most {n} characters.",
  waitUpload: "Wait until the file is uploaded.",
  choose: "Choose an option",
  chooseDate: "Choose a date",
  chooseTime: "Choose a time",
  noResults: "No results",
  typeAny: "Type to search",
  typeMore: "Type at least {n} characters",
  removeName: "Remove {name}",
  addFile: "Choose a file",
  addFiles: "Choose files",
  uploading: "Uploading {name}…",
  uploadFailed: "{name} could not be uploaded. Choose it again.",
  image: "Image: {alt}",
  unsupported: "Unsupported block: {type}",
  figures: "Show the figures",
  chartSays: "{kind} chart: {title}",
  bar: "Bar",
  line: "Line",
  area: "Area",
  pie: "Pie",
  page: "Page {n} of {all}",
  previous: "Previous",
  next: "Next",
  pages: "Pages of {name}",
  sortBy: "Sort by {name}",
  pending: "Not started",
  in_progress: "In progress",
  complete: "Done",
  failed: "Failed",
  failedBecause: "Failed: {why}",
  noHome: "Cleaned has not set up its Home tab yet.",
  yes: "Yes",
};

const FRENCH = {
  workspace: "Espace de travail local",
  skip: "Aller au champ de message",
  skipHome: "Aller à l’onglet Accueil",
  skipWorkflows: "Aller aux étapes de workflow",
  workflows: "Workflows",
  workflowsIntro: "Les étapes de l’application pour le générateur de workflows. Exécutez-en une comme le ferait un workflow.",
  noSteps: "L’application n’a pas d’étape de workflow.",
  run: "Exécuter",
  running: "En cours. Si une personne doit d’abord répondre, l’étape se termine avec sa réponse…",
  channels: "Canaux",
  apps: "Applications",
  workspaces: "Espaces de travail",
  notInstalled: "application non installée",
  youAre: "Vous êtes",
  switchTo: "Passer à {name}",
  sidebar: "Canaux et personnes",
  openSidebar: "Afficher les canaux et les personnes",
  unread: "non lu",
  home: "Accueil",
  messages: "Messages",
  members: "{n} membres",
  notIn: "Cleaned n’est pas dans ce canal",
  app: "Appli",
  onlyYou: "Visible par vous seulement",
  dismiss: "Masquer",
  edited: "(modifié)",
  moreActions: "Plus d’actions",
  download: "Télécharger",
  today: "Aujourd’hui",
  yesterday: "Hier",
  newMessages: "Nouveaux messages",
  messageList: "Messages de {name}",
  empty: "Aucun message pour l’instant. Tapez / pour voir les commandes.",
  composer: "Écrire à {name}",
  send: "Envoyer",
  commands: "Commandes",
  commandsShown: "Commandes : les flèches choisissent, Tab accepte",
  composerHint: "Entrée envoie, Maj + Entrée va à la ligne, / montre les commandes",
  lost: "Connexion perdue. Nouvel essai en cours…",
  botAway: "Le bot n’est pas connecté. Les commandes resteront sans réponse jusqu’à son retour.",
  trouble: "Nous avons eu un problème de connexion. Réessayer ?",
  loading: "Chargement…",
  close: "Fermer",
  back: "Retour",
  cancel: "Annuler",
  optional: "(facultatif)",
  required: "Veuillez remplir ce champ obligatoire.",
  badEmail: "Veuillez saisir une adresse e-mail valide.",
  badUrl: "Veuillez saisir une URL valide.",
  badNumber: "Veuillez saisir un nombre.",
  tooSmall: "Veuillez saisir un nombre d’au moins {n}.",
  tooLarge: "Veuillez saisir un nombre d’au plus {n}.",
  tooShort: "Veuillez saisir au moins {n} caractères.",
  tooLong: "Veuillez saisir au plus {n} caractères.",
  waitUpload: "Attendez la fin de l’envoi du fichier.",
  choose: "Choisissez une option",
  chooseDate: "Choisissez une date",
  chooseTime: "Choisissez une heure",
  noResults: "Aucun résultat",
  typeAny: "Tapez pour chercher",
  typeMore: "Tapez au moins {n} caractères",
  removeName: "Retirer {name}",
  addFile: "Choisir un fichier",
  addFiles: "Choisir des fichiers",
  uploading: "Envoi de {name}…",
  uploadFailed: "{name} n’a pas pu être envoyé. Choisissez-le de nouveau.",
  image: "Image : {alt}",
  unsupported: "Bloc non pris en charge : {type}",
  figures: "Afficher les chiffres",
  chartSays: "{kind} : {title}",
  bar: "Graphique en barres",
  line: "Graphique en courbes",
  area: "Graphique en aires",
  pie: "Graphique en secteurs",
  page: "Page {n} sur {all}",
  previous: "Précédente",
  next: "Suivante",
  pages: "Pages de {name}",
  sortBy: "Trier par {name}",
  pending: "Pas commencé",
  in_progress: "En cours",
  complete: "Terminé",
  failed: "Échec",
  failedBecause: "Échec : {why}",
  noHome: "Cleaned n’a pas encore préparé son onglet Accueil.",
  yes: "Oui",
};

let words = ENGLISH;
let reader = { locale: "en-US", tz: "UTC" };

/** Sets the language and time zone of the page. */
export function setReader({ locale, tz }) {
  reader = { locale: locale || "en-US", tz: tz || "UTC" };
  words = reader.locale.startsWith("fr") ? FRENCH : ENGLISH;
  document.documentElement.lang = reader.locale;
}

export function getReader() {
  return reader;
}

export function t(key, values = {}) {
  return words[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export function number(value) {
  return new Intl.NumberFormat(reader.locale).format(value);
}

/** A size in readable units; 1 kB is 1,000 bytes. */
export function fileSize(bytes) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  let value = bytes || 0;
  let step = 0;
  while (value >= 1000 && step < units.length - 1) {
    value /= 1000;
    step += 1;
  }
  const style = { style: "unit", unit: units[step], unitDisplay: step ? "short" : "long", maximumFractionDigits: value < 10 && step ? 1 : 0 };
  return new Intl.NumberFormat(reader.locale, style).format(value);
}

/** The name of a locale's language, in the reader's language. */
export function languageName(locale) {
  return new Intl.DisplayNames([reader.locale], { type: "language" }).of(locale.split("-")[0]);
}
