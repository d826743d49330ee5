"""Phrases that say that the failure is temporary: the mailbox or its server can't take mail at the moment."""

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
