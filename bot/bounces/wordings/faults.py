"""Phrases that blame the sender, and the codes that do so without words: what `bot.bounces.faults` searches."""

from bot.bounces.events import Fault
from bot.bounces.wordings import refusals
from bot.bounces.wordings.phrases import Phrases, Rules

# The recipient wants mail from few only, or has not seen the sender yet: this is no fault.
RECIPIENTS_WISH = Phrases("""
    sendernotauthenticated
    sender not_authenticated for
    not authenticated for
    only accept/accepts/accepting/from/allow/allows authenticated
    resolver rst
    from authenticated
    authenticated users/senders
    internal/known senders
    greylist/graylist/grey_list/gray_list
    members only
    members only list
    by recipient/user
    recipient/user/users/recipients/personal/safe blacklist/blocklist/block_list/blocked/rules
    blocked senders
    blocked sender list
""")

_DMARC = Phrases("dmarc")
_SPF = Phrases("""
    spf
    sender policy
    not designated
    senderid
""")
_DKIM = Phrases("""
    dkim
    domainkey
    domain keys
""")
_AUTHENTICATION = Phrases("""
    authenticat
    spoof
    anti spoof
    unauthenticated
    sender id
    not pass/passed auth/authentication
    authentifi
    nicht authentifiziert
""")
_BLOCK_LIST = Phrases("""
    spamhaus/spamcop/sorbs/trendmicro/invaluement/spamrats/manitu/uceprotect/barracudacentral/abuseat/mailspike/njabl/ivmsip/ivmuri/abusix/cloudmark/0spam/truncate
    rbl/dnsbl/surbl/uribl/rblsmtpd
    sbl/xbl/pbl/css
    blacklist/blocklist/denylist/blackhole
    black/block/blocked/deny list/lists/listed/listing
    real/realtime time/blackhole/list
    listed by/on/in/at
    liste/listes noire/noires/de_blocage
    lista negra/nera
    schwarzen/schwarze/sperr liste
    sperrliste
    черн список/списке
    ブラックリスト
    黑名单
""")
_REPUTATION = Phrases("""
    reputa
    senderscore
    sender score
    ruf
    spam/spamming source/sources/sender/senders/origin
    source/sender of spam
    known/suspected spammer
    spammer
    user/users complaints
    complaint/complaints rate
    poor/bad/low sender
""")
_REVERSE_DNS = Phrases("""
    reverse dns/lookup/hostname/mapping/record/entry/name/resolution
    bad dns
    ptr
    rdns
    fcrdns
    forward confirmed
    no/missing/invalid reverse
    can/could not find/resolve/verify hostname/reverse/client/helo
    cannot find/resolve hostname/reverse
    not find your hostname
    generic/dynamic ip/hostname/host/address
    ip must_resolve/name_lookup
    helo/ehlo reject/rejected/command/invalid/name/hostname/domain
    dns_inverse/inverse
""")
_SENDER = Phrases("""
    sender address/domain/email/mailbox/hostname/verify/verification/callout/callback
    sender unknown/invalid/not_found/no_mx/not_exist/not_verified/does_not_exist
    unknown/invalid/unresolvable/forged/bad/unverified sender
    domain of sender
    envelope sender/from
    mail from not/domain/address
    mailfrom
    from address/domain
    return path
    can/could not resolve sender
    verify sender
    bogus mail_from/sender
    valid sender
    sender no
    emetteur
    送信者の
    发件人地址
    адрес отправителя
    direccion del_remitente/remitente
    adresse/domaine expediteur/de_l_expediteur
    expediteur inconnu/invalide
    absenderadresse
    absenderdomain
    absender unbekannt/ungultig
    remitente desconocido/no
    mittente sconosciuto
""")
# Clear words, which decide whatever the cause was taken for.
_CLEARLY_BLOCKED = Phrases("""
    ip/ips/ipv4/ipv6/host/server/network/client/subnet/range/netblock/mta/sender/sender_domain/sending_domain blocked/banned/rejected/denied/refused/barred/reject/block/blacklisted/blacklist/blocklisted
    connection/connections blocked/banned/rejected/denied
    ip/sender/host/server/network address/addresses/domain/range/block blocked/banned/rejected/denied/refused/barred
    client host/address reject/rejected/blocked/denied
    blocked/banned/refused/rejected/denied/barred ip/sender/network/sending/sender_ip
    block/blocks/blocking/refuse/refuses/reject/rejects/rejecting mail/email/mails/connections/messages from/originating
    mail/email/mails/connections/messages/connection/traffic from ip/host/server/sender/client/address/network
    not accept/accepting/accepted mail/email/connections/messages/connection/traffic from
    banned sending/ip/sender/host
    sender/senders blocked/banned/rejected/denied/refused
    not allowed/authorized/permitted connect/to_connect
    adresse_ip/serveur/ip bloquee/bloque/refusee/rejetee/bannie
    open proxy
    expediteur bloque/refuse/rejete/banni
    absender gesperrt/blockiert/abgelehnt
    remitente bloqueado/rechazado
    mittente bloccato/rifiutato
""")
_VAGUELY_BLOCKED = Phrases("""
    block
    banned
    blacklist
    bloque
    blockiert
    gesperrt
    bloqueado
    bloccato
""")

_ORDER = (
    (None, RECIPIENTS_WISH),
    (Fault.DMARC, _DMARC),
    (Fault.SPF, _SPF),
    (Fault.DKIM, _DKIM),
    (Fault.AUTHENTICATION, _AUTHENTICATION),
    (Fault.BLOCK_LIST, _BLOCK_LIST),
    (Fault.REPUTATION, _REPUTATION),
    (Fault.REVERSE_DNS, _REVERSE_DNS),
    (None, refusals.RATE | refusals.RELAY),
    (Fault.BLOCKED, _CLEARLY_BLOCKED),
    (Fault.SENDER, _SENDER),
    (Fault.BLOCKED, _VAGUELY_BLOCKED),
)
FAULTS = [fault for fault, _ in _ORDER]
RULES = Rules([phrases for _, phrases in _ORDER])
VAGUE = len(_ORDER) - 1  # the number of the rule that needs Cause.POLICY
SPF, DKIM = Rules([_SPF]), Rules([_DKIM])

# By the last two numbers of a status code. RFC 7372, IANA's registry, and Microsoft's and Google's own.
BY_CODE = {
    "1.7": Fault.SENDER,
    "1.8": Fault.SENDER,
    "7.8": Fault.AUTHENTICATION,
    "7.9": Fault.AUTHENTICATION,
    "7.20": Fault.DKIM,
    "7.21": Fault.DKIM,
    "7.22": Fault.DKIM,
    "7.23": Fault.SPF,
    "7.24": Fault.SPF,
    "7.25": Fault.REVERSE_DNS,
    "7.26": Fault.AUTHENTICATION,
    "7.27": Fault.SENDER,
    "7.30": Fault.DKIM,
    "7.40": Fault.DMARC,
    "7.509": Fault.DMARC,
    "7.511": Fault.BLOCKED,
    "7.515": Fault.AUTHENTICATION,
    "7.708": Fault.BLOCKED,
    **{f"7.{detail}": Fault.BLOCKED for detail in range(606, 650)},
}

# Names of block lists, as they are told to people: how a word in a server's reply begins -> name.
LISTS = {
    "spamhaus": "Spamhaus",
    "sbl": "Spamhaus",
    "xbl": "Spamhaus",
    "pbl": "Spamhaus",
    "spamcop": "SpamCop",
    "barracuda": "Barracuda",
    "sorbs": "SORBS",
    "uceprotect": "UCEPROTECT",
    "cloudmark": "Cloudmark",
    "csi": "Cloudmark",
    "proofpoint": "Proofpoint",
    "trendmicro": "Trend Micro",
    "invaluement": "invaluement",
    "ivmsip": "invaluement",
    "spamrats": "SpamRATS",
    "manitu": "NiX Spam",
    "mailspike": "Mailspike",
    "abusix": "Abusix",
    "abuseat": "Abuseat CBL",
    "senderscore": "Sender Score",
    "surbl": "SURBL",
    "uribl": "URIBL",
    "symantec": "Symantec",
    "messagelabs": "Symantec",
    "talos": "Cisco Talos",
    "senderbase": "Cisco Talos",
}
