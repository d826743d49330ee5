"""What servers say when they refuse mail, and what it means: the tables that bot/diagnosis.py looks through.

A phrase is written as `diagnosis` sees a text: lower case, without accents, punctuation and the words that say nothing
(SAY_NOTHING). It is found where a word of the text begins; what follows its end is free (`block` finds `blocked`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from bot.notices import Cause, Kind

SAY_NOTHING = frozenset(
    "a an the this that these is was are were be been has had s your you our we est ete ist le la der die das".split()
)


@dataclass(frozen=True)
class Phrases:
    """Looked up by their first word, for there are thousands; `loose` ones are of one word, or of no spaced script."""

    loose: tuple[str, ...]
    by_first: Mapping[str, tuple[str, ...]]

    def are_in(self, words: str) -> bool:
        """Whether one is in a text of `diagnosis`, which has one space before each word and after the last."""
        if any(phrase in words for phrase in self.loose):
            return True
        position = 0
        for word in words.split():
            for phrase in self.by_first.get(word, ()):
                if words.startswith(phrase, position):
                    return True
            position += len(word) + 1
        return False


def _phrases(table: str) -> Phrases:
    """One phrase a line; `a/b c/d` stands for all four, and `_` for a space within one of the choices."""
    loose: list[str] = []
    by_first: dict[str, tuple[str, ...]] = {}
    for line in filter(None, map(str.strip, table.splitlines())):
        for parts in product(*(choice.split("/") for choice in line.split())):
            phrase = " ".join(parts).replace("_", " ")
            first, several, _ = phrase.partition(" ")
            if several:
                by_first[first] = (*by_first.get(first, ()), f" {phrase}")
            else:
                loose.append(f" {phrase}" if phrase.isascii() else phrase)
    return Phrases(tuple(loose), by_first)


TRY_AGAIN = _phrases("""
    try/retry again/later
    temporar
    please try/retry
    greylist/graylist/grey_list
    defer
    again later
    unverified
""")

_SENDER = _phrases("""
    sender address/domain/email/mailbox/hostname/verify/verification/callout/callback/not/unknown/denied/reject/invalid
    sender reject/blocked/failed/unauthenticated
    unknown/invalid/unresolvable/forged/bad/unauthenticated/unverified sender
    domain of sender
    envelope sender/from
    sending domain/host/server/ip/mta
    mail from not/domain/address/rejected/denied/blocked/unknown/command
    mailfrom
    return path
    from address/domain
    batv
    client host reject
    can not find hostname/reverse
    can not resolve
    helo/ehlo reject/command/name
    unverified address
    address unverified
    5 1 7
    5 1 8
    absender
    expediteur
    mittente
    remitente
""")

_FULL = _phrases("""
    mailbox/inbox/account/user/recipient/box/maildir/mail_box/storage/disk/folder full
    mailbox/inbox/account/recipient currently/almost/too full
    full mailbox
    over/exceed/exceeds/exceeded/exceeding/out_of/above/beyond quota/storage/disk
    over their/his/its/maximum/allotted/allowed/mailbox/disk/storage quota/limit/space/size
    overquota
    over_quota
    quota exceed/exceeded/full/reached/violation/limit/overdrawn/overrun
    disk/mailbox/mail/storage/message/user/account quota
    exceeded/exceeds its/his/their/mailbox/storage/allowed/maximum quota/storage/mailbox
    exceeded storage/mailbox/disk/quota/space
    insufficient/not_enough/no/lack_of/out_of disk/storage/mailbox/quota/more space/storage/room/allocation
    not enough space/room/storage
    mailbox size limit
    mailbox would/will exceed
    user/recipient/mailbox/account over
    user/mailbox too much mail
    over/exceed/exceeds/exceeded/exceeding its/their/his/users/disk/mailbox/storage/allocated disk/storage/mailbox/quota/space/size/limit/allocated/maximum
    mailbox/account/user/recipient mailbox_exceeds/mailbox_exceeded/exceeds/exceeded/exceeding/over_its/reached
    full mailbox
    disk space/storage/usage
    too many messages in mailbox
    too many messages on
    mailfolder full
    mailbox_full
    mailboxfull
    user disk
    mailbox have exceeded
    out of storage
    ofr 417
    417 boite
    boite pleine
    boite aux_lettres/de_reception/mail pleine/saturee
    quota depasse/atteint/du
    bal pleine
    postfach/mailbox/speicherplatz/posteingang voll/ist_voll/uberfullt/erschopft
    kontingent
    buzon/cuenta lleno/llena/esta_lleno
    casella e_piena/piena
    space used
    users space
    cuota excedida/superada
    caixa cheia
    メールボックスが/受信箱が一杯/いっぱい/満杯
    メールボックスの容量
    容量を超え
    容量オーバー
    переполнен
    почтовый ящик переполнен
    邮箱已满
""")

_WHO = "user/recipient/mailbox/account/address/addressee/mail_box/email/username/e_mail/inbox/login/person/contact/alias"
_WHOM = "user/recipient/mailbox/account/address/addressee/mail_box/email/mailing_list/local/name/username/customer/person/alias"

_NO_MAILBOX = _phrases(f"""
    {_WHO} unknown/unkown/nonexistent/non_existent/undefined/unrecognized/unrecognised/invalid/inexistent/nonexistant
    {_WHO} not found/exist/known/valid/recognized/recognised/listed/on/defined/registered/local/in_our/in_directory/there/here
    {_WHO} does/do/did not exist/exists/seem_to_exist/appear/have
    {_WHO} could/can not found/find/located/identified/matched
    {_WHO} not currently/a valid/known/registered
    {_WHO} no longer exist/exists/valid/available/on/here/at/in/used/with/active/registered/accepts/accepting/part
    {_WHO} or domain unknown/not/invalid
    address/mailbox/account/user/recipient entered/specified/requested does/do/could/not not/exist/found
    unknown {_WHOM}/recipients/users/or_illegal/or_invalid/local_part/e_mail/in_local/to_address/rcpt/destination_address
    unknown virtual
    mailbox unavailable or_access_denied
    not present in
    not accept user
    nessun/nessuno utente
    not local
    recipient not ok
    badrcptto
    badrecipientto
    no one at/here/by
    name not found
    home directory
    in name directory
    recipient denied
    envelope recipient denied
    not active/current address/account/user/mailbox/recipient
    not found in
    no such {_WHOM}/users/recipients/mailboxes/here/email/e_mail/local_part/rcpt/inbox/domain_user/id/mailing/virtual/one
    no {_WHOM}/mailbox/one here/by/with/found/matching/record/under/available/listed/named/exist/of_that/configured
    no valid/matching recipient/recipients/user/mailbox/address
    invalid/illegal/bad/incorrect/wrong/nonexistent/non_existent {_WHOM}/recipients/final/destination/e_mail/user_name/rcpt/local_part/to
    not valid/known/registered/existing {_WHOM}/recipients/e_mail/here
    not a/our valid/known/registered/local/existing {_WHOM}
    not valid/known/our {_WHOM}
    no account
    email account tried to reach does not exist
    account tried to reach does not
    address tried to reach
    address could not found
    address not found
    could not found/be_found
    does not exist
    does not have yahoo/aol/account/mailbox/email/valid/any/gmail
    not have account
    have no account/mailbox
    recipient address rejected access denied
    recipient address reject/rejected user/invalid/unknown/undeliverable/address_unknown/not/no/does
    recipient not in
    recipient rejected user
    undeliverable address
    addressee unknown
    unrouteable/unroutable/unrouteable_mail/unreachable address
    can not route to address
    recipnotfound/recipientnotfound/recip_not_found
    adr notfound/bad/ambiguous
    resolver adr
    bad destination mailbox
    destination mailbox/addresses/address/user invalid/unknown/were/does/not
    not listed in
    isnt listed in
    not in domino/directory/address_book/public
    wasn_t found
    not found at
    not found in domain/directory/database/system/ldap/local/recipient
    user lookup success but no user record
    no user record
    not known here/at/to
    not here/local user
    nosuchuser
    no such person
    not exist
    unknownuser
    userunknown
    no one by that
    does not work here
    no longer works/employed/working/an_employee/with_the
    left company/organization/the_company
    deactivated mailbox
    local delivery failed user
    rcpt to invalid
    invalid recipients
    recipient unknown
    address error
    address syntax
    malformed address
    local address contains control
    lp not/unknown
    ofr 416
    416 adresse
    utilisateur/destinataire/compte/boite/adresse/usager inconnu/inconnue/inexistant/inexistante/introuvable/invalide/non_trouve/absent
    adresse email/mail/electronique inconnue/inexistante/invalide/introuvable/erronee
    adresse d_au_moins_un destinataire
    adresse d_au_moins
    boite aux lettres/lettre inexistante/inconnue/introuvable
    n existe pas
    existe pas
    n existe plus
    n a pas ete trouve
    n est pas connu/reconnu/valide
    benutzer/empfanger/empfangeradresse/nutzer/mailbox/adresse/postfach/emailadresse/account unbekannt/ungultig/nicht_gefunden/nicht_bekannt/nicht_vorhanden
    unbekannter/ungultiger benutzer/empfanger/nutzer
    unbekannte/ungultige adresse/mailadresse/empfangeradresse/email
    existiert nicht
    nicht existent
    nicht gefunden
    existiert leider
    nicht bekannt
    kein solcher/benutzer/konto/postfach
    usuario/destinatario/cuenta/buzon/direccion desconocido/desconocida/inexistente/invalido/no_valido/no_encontrado/no_existe/no_encontrada
    no existe
    no se encontro
    no se ha encontrado
    no se pudo encontrar
    utente/destinatario/casella/indirizzo/account sconosciuto/sconosciuta/inesistente/non_trovato/non_valido/non_esiste/non_trovata
    non esiste
    non e stato trovato
    usuario/destinatario/caixa/endereco/conta desconhecido/nao_existe/nao_encontrado/inexistente
    nao existe
    nao foi encontrado
    onbekende gebruiker/ontvanger
    bestaat niet
    宛先不明
    存在しません
    見つかりません
    見つかりませんでした
    該当するアドレス
    ユーザーが存在
    ユーザ不明
    不明なユーザ
    用户不存在
    收件人不存在
    不存在
    не существует
    не найден
    нет такого
    пользователь не
""")

_NO_DOMAIN = _phrases("""
    host/domain/hostname/domain_name/server/system unknown/not_found/not_exist/nonexistent/not_known
    domain/hostname/domain_name invalid
    host or domain name not_found
    unknown/invalid/bad/illegal/no_such/nonexistent/unresolvable/unrouteable/unroutable/unreachable domain/host/mail_domain/hostname/host_domain
    host/domain can/could not found/be_found/resolved/be_resolved/locate/find
    recipient/destination/mail/email domain not/does/could/invalid/unknown/has_no
    could/can not find/locate/resolve host/domain/any/mail_exchanger/mx/gateway/the_domain/recipient_domain/ip
    could not find mail
    domain does not
    nxdomain
    null mx/mx_record
    nullmx
    domain have/has null
    does not accept/receive/support/handle mail/email/e_mail/any_mail/messages
    no mx/mail_exchanger/mail_server/mail_host record/records/found/for/or/defined/exists
    no mail server
    no mail exchanger
    domain must exist
    no dns/address/a/valid_mx record/records/entry/mx
    all relevant mx records
    mx records point to non
    domain expired/parked/suspended
    name or service not known
    no route to domain
    domain name not
    domain found
    domain inexistant/inconnu/introuvable/unbekannt/nicht
    dominio/servidor no_existe/inexistente/desconocido/no_encontrado/sconosciuto
    domain in question
    hostname nor servname
    illegal host domain name
    hote inconnu
    ドメインが/ドメイン名が見つかり/存在し
""")

_MOVED = _phrases("""
    user/recipient/mailbox/account/address/email have moved
    user/recipient/mailbox/account/address/email moved
    has moved to
    moved to new
    moved please use/try
    address changed
    address have changed
    replaced by
    user/mailbox/account/address/recipient/email/customer/mail_account disabled/deactivated/closed/discontinued/deleted/terminated/cancelled/canceled/removed/retired/expired/obsolete/decommissioned/disused
    user/mailbox/account/address/recipient/email currently/administratively/permanently/also disabled/deactivated/closed
    user/mailbox/account/address/recipient have/not been_disabled/been_closed/enabled/been_deleted
    user/mailbox/account/address/recipient no_longer active/in_use/used/accept/accepts/accepting/monitored/receive/receives/receiving/receipt
    email account tried to reach disabled
    account tried to reach disabled
    account tried to reach inactive
    disabled or discontinued
    disabled/deleted/closed/deactivated/terminated/discontinued/invalid_or_disabled account/mailbox/user/recipient/address
    address no longer
    mailbox no longer
    no longer accepts/accepting/accept mail/email/messages
    no longer in use/service/used/active
    no longer active/available/valid/exists/monitored
    not longer active/available/valid/exists
    account got/has disabled
    user have left
    compte/boite/adresse/messagerie desactive/desactivee/ferme/fermee/supprime/supprimee/cloture/resilie
    n est plus utilise/utilisee/valide/active/en_service
    konto/postfach/mailbox/account deaktiviert/geschlossen/geloscht/gesperrt_oder_geloscht
    cuenta desactivada/cerrada/eliminada/deshabilitada
    casella/account disabilitata/disabilitato/disattivata/disattivato/chiusa/cancellata
""")

_SUSPENDED = _phrases("""
    recipient preferences
    user reject
    user/recipient refuse
    blocked by recipient/user
    only accepting mail
    user/mailbox/account/address/recipient/email/mail_account/domain suspended/inactive/not_active/locked/frozen/blocked/dormant/on_hold/unavailable_temporarily/temporarily/paused/disabled_temporar
    user/mailbox/account/address/recipient/email currently/temporarily/now/not suspended/inactive/locked/active/activated/disabled/unavailable/blocked/limited
    user/mailbox/account/address/recipient have been suspended/blocked/locked/frozen
    user/account not activated
    inactive/suspended/locked/frozen/blocked user/mailbox/account/recipient/address
    temporarily disabled/suspended/locked/blocked/inactive/limited
    blocked due to inactivity
    due to inactivity
    out of service
    account not paid
    vacation/holiday mode
    compte/boite/adresse suspendu/suspendue/bloque/bloquee/inactif/inactive
    konto/postfach/account gesperrt/inaktiv
    cuenta suspendida/bloqueada/inactiva
    casella sospesa/bloccata
""")

_SIZE = _phrases("""
    message/mail/email/size/file/attachment/body/header/headers too large/big/long
    message size/length
    message exceed/exceeds/exceeded/larger/over/bigger
    size limit/exceed/exceeds/exceeded
    exceeds/exceed/exceeded/over maximum/max/fixed/size/allowed/allowable/message/limit size/message/fixed/length/on_message/limit
    exceeds size
    larger than
    too large
    too big
    maximum message
    taille maximale/du_message/maximum
    trop volumineux
    zu gro
    demasiado grande
    troppo grande
    サイズが
    メッセージサイズ
""")

_CONTENT = _phrases("""
    spam
    antispam
    virus
    malware
    phish
    infected
    trojan
    unsolicited/bulk/junk/suspicious/unwanted mail/email/message/content/url/bulk
    message/mail/email/data content/contents/contain/contains/contained/rejected_as/rejected_due/classified/identified/considered/looks/scored/filtered/blocked/failed/body
    content reject/restrict/filter/denied/not/block/policy/present/violat/scan
    rejected for/due_to/because_of/based_on content
    attachment/attachments
    file type/extension/name
    banned file/content/name
    executable
    header/headers missing/invalid/bad/not/malformed/error
    bad header/message/mime
    multiple from
    invalid mime
    rfc compliant/2822/5322/822
    not rfc
    non rfc
    eight bit
    bare lf/newline
    conversion
    not compliant
    url block/list
    uribl/surbl
    porn
    junk
    mail rejete
    ofr 506
""")

_REPUTATION = _phrases("""
    spamhaus/spamcop/sorbs/senderscore/cloudmark/trendmicro/invaluement/spamrats/manitu/uceprotect
    rbl/dnsbl/dnswl/sbl/xbl/pbl
    blacklist/blocklist/black_list/block_list/blocked_list/denylist
    blocked using
    reputation
    dmarc/spf/dkim
""")

_POLICY = _phrases("""
    barracuda/proofpoint
    authentication
    unauthenticated
    authenticate
    not authenticated
    rate limit/limited/exceed/controlled
    ratelimit
    throttl
    greylist/graylist/grey_list
    too many/much/fast/quickly
    receiving mail at/too
    receiving email at/too
    quickly
    limit exceeded/reached
    exceeded limit/rate
    sending limit/rate/quota/too
    daily/hourly limit/quota/sending
    relay
    relaying
    policy/policies
    politique
    complaint
    reverse dns/lookup/hostname
    ptr
    rdns
    no reverse
    dynamic ip
    ip address/addresses/block
    ip blocked/listed/rejected/denied/banned
    banned
    abuse
    tls/starttls/ssl/certificate required/error/fail/negotiation/not/handshake/verif/session
    requires tls/encrypt
    encrypt
    administrative prohibition
    administratively prohibited
    prohibited
    not permitted/authorized/authorised/allowed/accepted_here
    unauthorized/unauthorised
    not have permission
    permission
    only accept/accepts/members/from
    restricted/restriction
    sendernotauthenticated
    transport rules
    moderat
    access denied
    denied
    forbidden
    blocked
    refused by
    verboten
    service refuse
    challenge
    whitelist/white_list
    connection refused by
    ofr
    lpn
    mailing list
    delivery not authorized
    rejetted/rejete
    abgelehnt
""")

_SERVER = _phrases("""
    timed/time out
    timeout
    connection/connect/connexion refused/reset/lost/closed/dropped/failed/timed/error/attempt/terminated/aborted/broken
    can/could/unable not connect/contact/reach/establish
    unable to connect/contact/reach/establish/resolve/read/write/relay/open/lock
    not connect
    not reachable
    unreachable
    network
    no route to host
    loop/loops
    hop/hops count/exceed
    too many hops
    insufficient system/resource/disk
    system storage/resource/resources/full/error/not/config
    disk full
    no space
    local/internal/server/configuration/temporary/system/database/protocol/io/i_o/read/write/lookup/dns/routing error/failure/problem/busy/fault
    server busy/unavailable/not/down/configuration/misconfig/too/overload
    retry time/timeout/limit
    delivery time/expired/attempts/delayed
    message/delivery/queue/retry/lifetime expired
    could not delivered within/for
    expired
    defer
    temporar
    try/retry again/later
    service not/unavailable/temporarily
    service currently
    resources
    overload
    misconfigur
    command not/unrecognized/unknown/rejected/failed/out
    syntax error
    bad sequence
    pipe/procmail/program/mailer/command died/failed/error/exit
    unable to deliver
    can not open/create/write/lock/lookup
    dns
    mail loop
    name service/server
    all hosts have/failing
    host/hosts failing
    unavailable
    queue
    busy
    timeout
    nicht erreichbar
    erreichbar
    delai
    接続
    タイムアウト
""")

# What is said of an address that may also be refused for other reasons; tried before the codes, hard unless `4xx`.
_PERHAPS_NO_MAILBOX = _phrases("""
    mailbox/recipient/account/user/address/email unavailable/unavaiable/not_available/invalid/unreachable/unaccepted
    requested action not taken mailbox
    mailbox name/syntax not/incorrect/invalid
    mailbox name
    mailbox not
    invalid address
""")

_REFUSED = _phrases("""
    recipient/address/rcpt/mailbox rejected
    recipients undeliverable
    undeliverable/not_deliverable to/address/recipient
    recipient not accept/accepted/allowed/valid
    refused recipient/address
    relay recipient
    recipient table
""")

RULES: tuple[tuple[Kind, Cause, Phrases], ...] = (
    (Kind.SOFT, Cause.POLICY, _SENDER),
    (Kind.SOFT, Cause.FULL, _FULL),
    (Kind.SOFT, Cause.DISABLED, _SUSPENDED),
    (Kind.HARD, Cause.NO_DOMAIN, _NO_DOMAIN),
    (Kind.HARD, Cause.DISABLED, _MOVED),
    (Kind.HARD, Cause.NO_MAILBOX, _NO_MAILBOX),
    (Kind.SOFT, Cause.SIZE, _SIZE),
    (Kind.SOFT, Cause.POLICY, _REPUTATION),
    (Kind.SOFT, Cause.CONTENT, _CONTENT),
)

# Looked at after the codes, and the hard ones only where the server does not call the failure temporary.
WEAK_RULES: tuple[tuple[Kind, Cause, Phrases], ...] = (
    (Kind.HARD, Cause.NO_MAILBOX, _PERHAPS_NO_MAILBOX),
    (Kind.SOFT, Cause.POLICY, _POLICY),
    (Kind.SOFT, Cause.SERVER, _SERVER),
    (Kind.HARD, Cause.NO_MAILBOX, _REFUSED),
    (Kind.SOFT, Cause.NO_MAILBOX, _PERHAPS_NO_MAILBOX),  # `450 mailbox unavailable`
)
