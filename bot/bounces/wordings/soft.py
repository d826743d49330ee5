"""Phrases that say that the failure is temporary, or that the sender or the message was refused, not the address."""

from bot.bounces.wordings.phrases import phrases

TRY_AGAIN = phrases("""
    try/retry again/later
    temporar
    please try/retry
    greylist/graylist/grey_list
    defer
    again later
    unverified
""")

SENDER = phrases("""
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

FULL = phrases("""
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

SUSPENDED = phrases("""
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

SIZE = phrases("""
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

CONTENT = phrases("""
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

REPUTATION = phrases("""
    spamhaus/spamcop/sorbs/senderscore/cloudmark/trendmicro/invaluement/spamrats/manitu/uceprotect
    rbl/dnsbl/dnswl/sbl/xbl/pbl
    blacklist/blocklist/black_list/block_list/blocked_list/denylist
    blocked using
    reputation
    dmarc/spf/dkim
    relay access/denied/not/operation
    relaying denied/prohibited/not
""")

TROUBLE = phrases("""
    malformed name/or
    unexpected name
    connection timed/refused/reset/lost
    timed out
    loops back
    too many hops
    no route to
""")

POLICY = phrases("""
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

SERVER = phrases("""
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
