"""Phrases that say that the sender or the message was refused, not the address."""

from bot.bounces.wordings.phrases import Phrases

SENDER = Phrases("""
    sender address/domain/email/mailbox/hostname/verify/verification/callout/callback/not/unknown/denied/reject/invalid
    sender reject/blocked/failed/unauthenticated
    unknown/invalid/unresolvable/forged/bad/unauthenticated/unverified sender
    domain of sender
    envelope sender/from
    sending domain/host/server/ip/mta
    mail from not/domain/address/rejected/denied/blocked/unknown/command
    mailfrom
    after mail from
    return path
    from address/domain/field
    batv
    送信者の
    送信元の
    送信元メール
    发件人地址
    发件人被
    адрес отправителя
    адреса отправителя
    вашего адреса
    отправитель
    client host reject
    can not find hostname/reverse
    can not resolve sender/address/ip/client/helo/name/hostname
    helo/ehlo reject/command/name
    unverified address
    address unverified
    sender no/ip/header/domain/does/must/can/could/may
    valid/outbound/spoofed/fake/invalid sender
    sender mail_address/e_mail
    reverse dns/lookup/hostname
    no/missing reverse
    ptr
    rdns
    bad dns
    sending mta
    invalid from
    backscatter
    confirm mail server
    requires confirmation
    mismatches client
    open proxy
    use smtp server
    bogus mail from
    emetteur
    third party dsns
    unsigned dsn
    email address not verified
    address not verified
    empty email address
    registered gateway user
    invalid domain see
    sending to from
    domain sender
    absenderadresse
    absenderdomain
    absender unbekannt/abgelehnt/nicht/ungultig/gesperrt/wurde/domain
    adresse/domaine/domain/dominio/direccion/indirizzo/endereco de_l_expediteur/l_expediteur/expediteur/del_remitente/remitente/del_mittente/mittente/do_remetente/des_absenders
    expediteur inconnu/refuse/rejete/invalide/non/bloque
    remitente desconocido/rechazado/no/bloqueado
    mittente sconosciuto/rifiutato/non/bloccato
""")

HEADERS = Phrases("""
    from/sender/reply_to/message_id/date/cc/subject header/headers
    header/headers malformed/contains/contain/missing/invalid/bad/not/error/syntax
    header from/to/sender/cc address/contains/domain/field/malformed/invalid/not
    malformed/invalid/missing/bad/duplicate/multiple/illegal header/headers/message/mime/from
    message malformed
    mail message malformed
    rfc5322
    5322 from
    date headers
    syntactically invalid
""")

RATE = Phrases("""
    at rate that
    mail/messages/email too quickly/fast/frequently/often
    received/receiving/sent/sending too many/much
    too many recipients/connections/concurrent/errors/sessions/invalid/bad/simultaneous/smtp/unknown/requests/attempts/deferred/emails/mails/e_mails
    too many messages this/per/from/sent/to/for/today
    per hour/day/minute/second/24
    recipients/messages/mails/emails/limit this_hour
    last hour
    in last hour/day
    rate limit/limited/limiting/exceed/exceeded/control/controlled/restricted
    exceeded/exceeds/over/unusual/high rate
    ratelimit
    throttl
    slow down
    numerous attempts
    slower
    frequency limit/limited
    daily/hourly/monthly/sending/sender/relay/smtp/volume limit/quota/sending/message
    daily/hourly/monthly smtp/sending/relay/message/recipient limit/quota/relay
    limit on/for number/recipients/messages
    reached daily/hourly/sending limit/quota
    number of recipients/messages/emails/mails/posts/connections
    allowable/allowed/maximum number
    volume too
    excessive/unexpected volume
    max/maximum emails/defers/messages/recipients per
    traffic not
    captcha
    trop de connexions/messages/destinataires/courriers
    zu viele
    demasiados/demasiadas mensajes/conexiones/destinatarios
    troppi/troppe messaggi/connessioni/destinatari
""")

RELAY = Phrases("""
    no/not/open relay/relaying
    relay access/denied/not/operation/prohibited/restriction/attempt/disabled/refused/limit
    relaying denied/prohibited/not/refused/disabled/disallowed/through
    unable/refuse/refuses/refused/allowed/permitted/authorized to relay
    not relay/relaying
    insecure mail relay
    rcpthosts
    allowed rcpthosts
    non local e_mail/email
    mail relay denied
    does not relay
""")

PERMISSION = Phrases("""
    not have/no/without permission/permissions/authorization
    permission to post/send/deliver/mail/email
    permission denied
    not authorized/authorised/permitted/allowed/approved to send/post/deliver/mail/email/write/contact/connect/submit
    not on/in allowed/approved/permitted senders/list
    resolver rst
    sendernotauthenticated
    not accept/accepting mail/email/messages/e_mail from
    only accept/accepts/accepting/allow/allows/receives/receive mail/email/messages/from/e_mail
    accept/accepts/accepting mail/email/messages/e_mail only
    members only
    members only list
    non members/member
    nonmember
    not member of list/group/mailing/mailing_list
    not subscribed
    user/recipient/person/account/mailbox/address does not accept mail/email/messages/e_mail
    closed mailing/group/list/to
    delivery restriction/restricted/not
    delivery to address restricted
    address/recipient/mailbox/account/group/list restricted
    restricted to/recipient/mailbox/address
    administrative prohibition
    administratively prohibited
    acces/zugriff/acceso/accesso/acesso refuse/verweigert/denegado/negato/negado
""")

BLOCK_LIST = Phrases("""
    spamhaus/spamcop/sorbs/senderscore/cloudmark/trendmicro/invaluement/spamrats/manitu/uceprotect/barracudacentral/abuseat/mailspike/njabl/ivmsip/ivmuri/nerd
    rbl/dnsbl/dnswl/surbl/uribl/rblsmtpd
    sbl/xbl/pbl
    blacklist/blocklist/denylist/blackhole
    black/block/blocked/deny/realtime list/lists/listed/listing
    blocked using/spamhaus
    reputation
    nemesis esmtp
    ip/host/server/network/client/domain/address blacklisted/banned/blocked/listed
    ip address blacklisted/banned/blocked/listed/rejected/denied
    banned sending/ip
    liste noire
    lista negra/nera
    schwarzen/schwarze/sperr liste
    sperrliste
    черн список/списке
    черном списке
    ブラックリスト
    黑名单
    黑名單
""")

SIZE = Phrases("""
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

CONTENT = Phrases("""
    spam
    antispam
    virus
    malware
    phish
    infected
    trojan
    unsolicited/bulk/junk/suspicious/unwanted mail/email/message/content/url/bulk
    message/mail/email/data content/contents/contain/contains/contained/rejected_as/rejected_due/classified/identified/considered/looks/scored/filtered/blocked/body
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

POLICY = Phrases("""
    dmarc/spf/dkim
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
    politica/politicas
    richtlinie
    protocol violation
    organizational settings
    low priority
    multiple addresses
    mass mailer
    requires upgrade
    go away
    dns check
    hop count
    complaint
    reverse dns/lookup/hostname
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
    not permitted/authorized/authorised/allowed/accepted_here/accepting
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
