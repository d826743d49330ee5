"""Phrases that say that the failure is temporary, or that the sender or the message was refused, not the address."""

from bot.bounces.wordings.phrases import Phrases

TRY_AGAIN = Phrases("""
    try/retry again/later
    temporar
    please try/retry
    greylist/graylist/grey_list
    defer
    again later
    unverified
""")

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

FULL = Phrases("""
    mailboxes/inboxes/accounts/mailbox/inbox/account/user/recipient/box/maildir/mail_box/storage/disk/folder full
    mailbox/inbox/account/recipient currently/almost/too full
    full mailbox
    not have/enough/have_enough/enough_disk enough/space/room/storage/disk
    not have enough/sufficient/any space/room/storage/disk
    no/insufficient space/storage/room left/for/in/available/on
    no storage/space
    space have/been/used used/up
    space used up
    limit of storage
    storage limit/capacity
    at capacity
    blocks/inode/mailbox limit
    receiving limits
    reached disk/quota/mailbox/maximum/its
    used all
    over message limit
    espace/espacio/spazio insuffisant/suficiente/insuficiente/insufficiente/esaurito/disque
    pas assez d_espace
    nicht genugend speicher/speicherplatz/platz
    destinataire pleine
    reception destinataire/du_destinataire/pleine pleine
    pleine
    satur
    quota de/depasse
    superato quota
    superato limite/quota/lo_spazio
    llena
    piena
    cheia
    pełna/pełny/przepełnion
    przekroczył limit/pojemno
    ontvanger/postvak/mailbox vol
    full/over/exceeded mailbox/quota
    over/exceeded/exceeding quota
    over/exceed/exceeds/exceeded/exceeding/out_of/above/beyond quota/storage/disk/space/room
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

SUSPENDED = Phrases("""
    recipient preferences
    user reject
    currently suspended
    suspend service
    refuse/refuses to receive/accept
    account protected by
    user/recipient refuse
    blocked by recipient/user
    only accepting mail
    user/mailbox/account/address/recipient/email/mail_account/domain suspended/inactive/not_active/locked/frozen/blocked/dormant/on_hold/unavailable_temporarily/temporarily/paused/disabled_temporar
    user/mailbox/account/address/recipient/email currently/temporarily/now/not suspended/inactive/locked/active/activated/disabled/unavailable/blocked/limited
    user/mailbox/account/address/recipient have been suspended/blocked/locked/frozen
    user/account not activated
    inactive/suspended/locked/frozen/blocked user/mailbox/account/recipient/address
    temporarily/temporary disabled/suspended/locked/blocked/inactive/limited/unavailable/over/frozen/not/deactivated
    mailbox/account/user/recipient busy
    not currently accepting/accepted
    currently not accepting/accepted
    extended inactivity
    user/mailbox/account suspend
    destinataire archivee
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

TEMPORARY = Phrases("""
    tempora
    vorubergehend
    tymczasow
    временно
    try/retry again_later/later/again_in
    try again after/shortly/soon
    please retry
    again later
    later please
    defer
    unverified
    at moment
    maintenance
    transient
    momentan
    momentanement
    一時的
    暂时
    稍后
""")

TROUBLE = Phrases("""
    malformed name/or
    unexpected name
    connection timed/refused/reset/lost/dropped/broken/closed
    max time without
    timed out
    loops back
    in loop
    mxloopback
    too many hops
    no route to
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

# Of a reply that says nothing clearer, even beside a code such as `5.1.1`. Too common to be looked for in a whole text.
HINTS = Phrases("""
    limit
    quota
    space
    storage
    capacity
    full
    later
    retry
    minutes
    today
    hourly
    daily
    frequen
    permission
    permitted
    authoriz
    authoris
    authentic
    member
    listed
    network
    access
    attachment
    phish
    relay
    resolv
    lookup
    loop
    secur
    violat
    surcharg
    uberlast
    plus tard
    spater
    mas tarde
    mais tarde
    piu tardi
    pozniej
    позже
    позднее
    слишком много
    しばらく
    後で
    稍后
    以后再试
    过多
    频繁
""")

SERVER = Phrases("""
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
