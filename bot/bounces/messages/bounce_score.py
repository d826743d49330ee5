"""Tells bounces from auto-replies, challenges (is the sender human?), receipts and ordinary mail.

No single feature identifies a bounce, so that several are scored: the sender, the subject, the envelope, the text.
"""

import re

from bot.bounces.messages.parts import MimePart, decoded_header
from bot.bounces.messages.recipients import in_headers

BOUNCE = 2  # score from which a message counts as a bounce

_DAEMON = re.compile(
    r"mailer[-_. ]?daemon|postmaster|post[-_ ]master|mail(?:er)?[-_. ]?(?:delivery|system|sub ?system|router|gateway|server)"
    r"|mail[-_. ]?daemon|mail administrator|sys(?:tem)?[-_ ]?admin|administrat(?:or|eur) syst|mdaemon|delivery[-_ ]?(?:sub)?system"
    r"|delivery[-_. ]?(?:report|status|service|notif|fail)|smtp[-_ ]?(?:server|gateway|agent|service|mail|daemon)|_smtp_|microsoft exchange"
    r"|exchange[-_ ]?(?:server|admin)|bounce[-_.]?(?:notif|handler|daemon|message)?@|content-filter|mail filter|virus|qmail|"
    r"symantec|systemadministrator|systemverwalter|email delivery|email system|internet mail|webmaster|mail transport"
    r"|complaints?@|staff@hotmail|amazonses|mailrobot|mail ?agent|autoanswer|maildelivery|smtpd?@|undeliverable@",
    re.IGNORECASE,
)
_BOUNCE_SUBJECT = re.compile(
    r"undeliver|un-deliver|not? ?deliver|non[- ]?deliver|non-receipt|ndr\b|returned (?:e-?)?mail|return(?:ed|ing)? (?:message )?to sender"
    r"|delivery (?:status|has failed|fail|report|error|problem|unsuccessful|attempt|of|to)|delivery[- ]notification|failure notice|failure:"
    r"|(?:mail|message|e-?mail) (?:delivery|system|status|error|fail|could|not|returned|rejected|bounced|undeliv|was|you sent|has)"
    r"|failed (?:mail|delivery|message|to deliver|recipient)|mail failed|could ?n[o']t (?:be )?(?:deliver|send|sent)|rejected|bounced?\b"
    r"|(?:user|recipient|addressee) unknown|unknown user|mailbox full|warning: (?:could not|message|.{0,60}unknown)|delayed|delay "
    r"|unzustellbar|nicht zu(?:ge)?stell|unzustellbare|fehlgeschlagen|zustell|nicht gesendet|nicht zugestellt"
    r"|non[- ]?remis|n.a pas pu|non distribu|non d[ée]livr|[ée]chec|rapport de non|retour.{0,20}exp[ée]diteur|impossible"
    r"|no se pud|no se ha|no entreg|no puede|devuelto|error de entrega|fallo|fallido"
    r"|mancat[ao] |impossibile|non recapit|non consegn|n[ãa]o entreg|falha na|devolvid"
    r"|onbestelbaar|niet (?:bezorgd|afgeleverd)|zwrot|nie dostarcz|niedostarczon|не доставл|недоставл|не может быть|возвра"
    r"|配信|送信|届け|エラー|返送|不達|退信|投递|送达|失败|無法|系统退",
    re.IGNORECASE,
)
_UNMISTAKABLE_SUBJECT = re.compile(
    r"\W*(?:undeliver(?:ed|able)|non-?delivery|delivery fail|mail delivery failed|returned mail|failure notice|delivery status notification"
    r"|unzustellbar|non[- ]remis|notification d.[ée]chec|недоставлен|не доставлен|メールエラー|配信不能|送信エラー|mancato recapito|no se pudo entregar)",
    re.IGNORECASE,
)
_FAILURE = re.compile(
    r"(?:could|can|did|was|were|has|have|is|be|been) ?(?:not|n.t|never)(?: yet)?(?: be| been)? (?:able to (?:be )?)?(?:deliver|sent|send|reach|accept|relay|receive|complet)"
    r"|cannot (?:be )?(?:deliver|sent|reach)|undeliver|not deliverable|unable to (?:be )?(?:deliver|send|relay|complete)|unsuccessful"
    r"|deliver(?:y|ed|ing)[^.\n]{0,80}(?:fail|error|delayed|impossible|problem|temporar|permanent)|delevery to|fail(?:ed|ure)?[^.\n]{0,60}(?:deliver|recipient|address|reason)"
    r"|(?:fatal|permanent|delivery|transient|non-?fatal) (?:delivery |fatal )?(?:error|failure)|(?:user|recipient|addressee|mailbox|host|domain) (?:is |was )?(?:unknown|not found|full)"
    r"|(?:unknown|invalid|no such|nonexistent|non-existent) (?:user|recipient|address|mailbox|final|local|host|domain)"
    r"|(?:was|were|has been|have been|is|been) (?:rejected|refused|blocked|returned|bounced|not relayed|quarantined)|return(?:ed|ing) (?:it |your |the |to )"
    r"|over ?quota|quota (?:exceed|violation)|exceeded (?:its|their|the) (?:mailbox |storage )?quota|mailbox (?:is )?full|mailfolder is full|account is full"
    r"|not listed in|no such|does ?n.t (?:exist|have)|does not exist|sent the following message|error (?:during|while|code|is|in|message)|smtp error|host [^\s]{3,80} said|rcpt to"
    r"|\b[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}\b|failed addresses|failed recipient|problem report|nondelivery|non-delivery|message was not accepted|failure reasons?|retry timeout"
    r"|nicht zugestellt|nicht zustell|unzustellbar|konnte .{0,60}nicht|fehler|wurde abgelehnt|unbekannt"
    r"|n.a(?:vez)? (?:pas )?pu|pas [ée]t[ée] (?:d[ée]livr|distribu|remis|envoy)|impossible de|non remis|[ée]chec|inconnu"
    r"|no (?:se )?(?:pudo|puede|ha podido|ha sido|fue)|desconocid|non [èe] stato|impossibile|sconosciut|n[ãa]o (?:p[ôo]de|foi)|desconhecid"
    r"|не может быть|не удалось|не был|не доставл|配信|送信|届け|できません|失敗|不明|不能|失败|无法|退回|nie mo|kon niet|niet worden",
    re.IGNORECASE,
)
# `Undeliverable: The letter`; what follows is not the server's word. Elsewhere it is: `DELIVERY FAILURE: User unknown`.
_BEFORE_ORIGINAL_SUBJECT = re.compile(
    r"^\W*(undeliver(?:able|ed)(?: mail)?|unzustellbar|non[- ]remis(?:e|ible)?|no se puede entregar|non recapitabile|onbestelbaar"
    r"|n[ãa]o entreg\w+|rejected|bounced?|re(?:turned)?|(?:failed|fehlgeschlagen)|配信不能)\s*:.*$",
    re.IGNORECASE | re.DOTALL,
)
_REPLIED_OR_FORWARDED = re.compile(
    r"^\s*(?:re|fwd?|aw|wg|tr|rv|sv|vs|i|r|antw|doorst|odp|enc|res|ynt|答复|转发|回复)(?:\[\d+\])?\s*:",
    re.IGNORECASE,
)

_AUTO_REPLY_SUBJECT = re.compile(
    r"out of (?:the )?office|out-of-office|automatic (?:reply|response)|auto(?:matic|mated)?[- ]?(?:reply|response|responder|answer|ack)"
    r"|vacation|on (?:holiday|leave|vacation)|away from|i am away|i'm away|no longer (?:with|works|employed)|currently (?:away|out)|ooo\b"
    r"|r[ée]ponse automatique|absen(?:t|ce) du bureau|message d.absence|absence|cong[ée]s?\b|je suis absent"
    r"|abwesen|automatische antwort|nicht im (?:b[üu]ro|haus)|urlaub|autoantwort|eingangsbest[äa]tigung"
    r"|respuesta autom|fuera de (?:la )?oficina|ausen|vacaciones|resposta autom|f[ée]rias|fora do escrit"
    r"|risposta autom|fuori (?:sede|ufficio)|assen(?:za|te)|automatisch antwoord|afwezig|automatiskt? svar|frånvaro|fravær"
    r"|自動(?:応答|返信)|不在|自动(?:回复|答复)|自動回覆|автоответ|автоматическ|отпуск|odpowied|nieobecn",
    re.IGNORECASE,
)
_CHALLENGE_SERVICE = re.compile(
    r"boxbe|spam ?arrest|bluebottle|tmda|earthlink spamblocker|spamblocker|uol\.com|antispam\.?uol|mailblocks|choicemail|knowspam"
    r"|sendio|digiportal|qurb|zaep|bitbounce|vanquish|0spam|spamlion|ipermitmail|mailinblack|mail in black",
    re.IGNORECASE,
)
_CHALLENGE_WORDS = re.compile(
    r"(?:please |must |need to |to )(?:confirm|verify|prove|authenticate)[^.]{0,60}(?:you|your|human|address|message|sender|e-?mail|delivery)"
    r"|click[^.]{0,80}(?:to (?:have|be|complete|confirm|verify|deliver)|link)[^.]{0,120}(?:allow|white|approved|deliver|verif|confirm|release)"
    r"|(?:allowed|approved|guest|white) ?-?list|challenge|verification (?:required|request)|confirmation (?:required|request)|confirm your"
    r"|anti-?spam|vous (?:devez|identifier)|authentifi|verifica[cç]|confirme ",
    re.IGNORECASE,
)


LIST_HEADERS = ("list-id", "list-unsubscribe", "x-beenthere", "x-github-reason")
MAIL_PROGRAM_HEADERS = ("user-agent", "x-mimeole", "thread-index")
AUTO_REPLY_HEADERS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-autoreply-from", "x-vacation")
CHALLENGE_HEADERS = ("x-tmda", "x-bluebottle", "x-boxbe", "x-spamarrest")  # beginnings of names
LONGEST_TEXT = 20_000  # characters searched


def subject(part: MimePart) -> str:
    return decoded_header(part.header("subject"))[:1000]


def own_subject(title: str, returned: MimePart | None) -> str:
    """Returns what the server itself says in a bounce's subject: without the subject of the message that came back."""
    original = subject(returned) if returned is not None else ""
    if original:
        title = title.replace(original, " ")
    return _BEFORE_ORIGINAL_SUBJECT.sub(r"\1", title)


def is_from_daemon(part: MimePart) -> bool:
    """Whether the name or address of the sender is that of a mail system."""
    return any(_DAEMON.search(decoded_header(part.header(name)[:1000])) for name in ("from", "sender"))


def score(part: MimePart) -> int:
    """Scores the headers alone: from BOUNCE on the message is a bounce, if the text agrees."""
    title = subject(part)
    daemon = is_from_daemon(part)
    total = 2 * daemon
    total += 2 * ("x-failed-recipients" in part.headers)
    total += 2 * (part.kind == "multipart/report")
    total += _has_null_sender(part)
    total += _BOUNCE_SUBJECT.search(title) is not None
    total += _UNMISTAKABLE_SUBJECT.match(title) is not None and not _has_return_address(part)
    if not daemon:
        total -= 2 * (_REPLIED_OR_FORWARDED.match(title) is not None)
        total -= 2 * _has_any(part, LIST_HEADERS)
        total -= _has_any(part, MAIL_PROGRAM_HEADERS)
    return total


def is_returned_to_sender(part: MimePart, returned: MimePart) -> bool:
    """Whether a message without an envelope sender goes to the sender of the message inside."""
    return _has_null_sender(part) and not _senders(returned).isdisjoint(
        in_headers(part, ("to", "delivered-to"))
    )


def mentions_failure(text: str) -> bool:
    """Whether the text speaks of a failed delivery."""
    return _FAILURE.search(text[:LONGEST_TEXT]) is not None


def is_receipt(part: MimePart, text: str) -> bool:
    """Whether it is a disposition notification (RFC 8098) and not a refusal, which Dovecot sends in the same form."""
    if "automatically rejected" in text and is_from_daemon(part):
        return False
    report = part.kind == "multipart/report" and "disposition" in part.parameters.get("report-type", "")
    return report or any(leaf.kind == "message/disposition-notification" for leaf in part.leaves())


def is_challenge(part: MimePart, text: str) -> bool:
    """Whether a service asks the sender to prove that a person wrote."""
    senders = " ".join(part.header(name)[:500] for name in ("from", "sender", "return-path", "x-mailer"))
    from_service = _CHALLENGE_SERVICE.search(senders) is not None or any(
        name.startswith(CHALLENGE_HEADERS) for name in part.headers
    )
    return from_service and (
        _CHALLENGE_WORDS.search(text[:LONGEST_TEXT]) is not None or not mentions_failure(text)
    )


def is_auto_reply(part: MimePart) -> bool:
    """Whether a program answers for a person: out of office, message received, on holiday."""
    if _has_any(part, AUTO_REPLY_HEADERS):
        return True
    if "auto_reply" in part.header("precedence") or "auto_reply" in part.header("x-precedence"):
        return True
    if is_from_daemon(part):
        return False
    if _AUTO_REPLY_SUBJECT.search(subject(part)):
        return True
    return part.header("auto-submitted").lower().startswith(("auto-replied", "auto-notified"))


def _has_any(part: MimePart, names: tuple[str, ...]) -> bool:
    return any(name in part.headers for name in names)


def _has_null_sender(part: MimePart) -> bool:
    """Whether the return path is empty, as that of a bounce has to be (RFC 5321)."""
    paths = [value.strip().lower() for value in part.headers.get("return-path", ())]
    if part.header("from").strip() == "<>":
        return True
    return any(path in {"<>", "", "<#@[]>"} or "mailer-daemon" in path for path in paths)


def _has_return_address(part: MimePart) -> bool:
    return any(
        "@" in value and "mailer-daemon" not in value.lower() for value in part.headers.get("return-path", ())
    )


def _senders(part: MimePart) -> set[str]:
    return set(in_headers(part, ("from", "return-path", "sender")))
