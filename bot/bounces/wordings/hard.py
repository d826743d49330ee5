"""Phrases that say that the address itself is dead."""

from bot.bounces.wordings.phrases import Phrases

_WHO = "user/recipient/mailbox/account/address/addressee/mail_box/email/username/e_mail/inbox/login/person/contact/alias"
_WHOM = "user/recipient/mailbox/account/address/addressee/mail_box/email/mailing_list/local/name/username/customer/person/alias"
NO_MAILBOX = Phrases(f"""
    users/recipients/mailboxes/accounts/addresses unknown/nonexistent/invalid/not_found/not_known
    users/recipients/mailboxes/accounts/addresses do/does not_exist
    {_WHO} unknown/unkown/nonexistent/non_existent/undefined/unrecognized/unrecognised/inexistent/nonexistant
    {_WHO} not found/exist/known/valid/recognized/recognised/listed/on/defined/registered/local/in_our/in_directory/there/here
    {_WHO} does/do/did not exist/exists/seem_to_exist/appear/have
    {_WHO} could/can not found/find/located/identified/matched
    {_WHO} not currently/a valid/known/registered
    {_WHO} no longer exist/exists/valid/available/on/here/at/in/used/with/active/registered/accepts/accepting/part
    {_WHO} or domain unknown/not/invalid
    address/mailbox/account/user/recipient entered/specified/requested does/do/could/not not/exist/found
    unknown user/recipient/mailbox/account/addressee/mail_box/email/mailing_list/local/name/username/customer/person/alias/recipients/users/or_illegal/or_invalid/local_part/e_mail/in_local/to_address/rcpt
    unknown virtual
    mailbox unavailable or_access_denied
    mailbox name not
    not present in
    not accept user
    nessun/nessuno utente
    not local
    badrcptto
    envelope recipient denied
    badrecipientto
    no one at/here/by
    name not found
    in name directory
    not active/current address/account/user/mailbox/recipient
    not found in
    no such {_WHOM}/users/recipients/mailboxes/here/email/e_mail/local_part/rcpt/inbox/domain_user/id/mailing/virtual/one
    no {_WHOM}/mailbox/one here/by/with/found/matching/record/under/available/listed/named/exist/of_that/configured
    no valid/matching recipient/recipients/user/mailbox/address
    nonexistent/non_existent {_WHOM}/recipients/final/destination/e_mail/user_name/rcpt/local_part
    not valid/known/registered/existing {_WHOM}/recipients/e_mail/here
    not a/our valid/known/registered/local/existing {_WHOM}
    not valid/known/our {_WHOM}
    no account
    unable to find/locate/identify {_WHOM}
    not find/locate/identify {_WHOM}
    not handle mail for user
    not member of domain
    address lookup in domain
    user of server
    unavailable user/mailbox/mail_user
    no such mail
    no mail_box/mailbox/account by/for/with/available/found
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
    recipient address reject/rejected user/unknown/address_unknown/not/no/does
    recipient not in
    recipient rejected user
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
    recipient unknown
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
    nobody here/by/with/at
    неизвестен
    未找到
    无此用户
    nicht gefunden
    existiert leider
    nicht bekannt
    kein solcher/benutzer/konto/postfach
    usuario/destinatario/cuenta/buzon/direccion desconocido/desconocida/inexistente/invalido/no_valido/no_encontrado/no_existe/no_encontrada
    no existe
    no se encontro
    no se ha encontrado
    no se pudo encontrar
    utente/destinatario/destin/casella/indirizzo/account sconosciuto/sconosciuta/inesistente/non_trovato/non_valido/non_esiste/non_trovata
    non esiste
    destinatario errato
    destin | sconosciuto
    casilla ha expirado
    non e stato trovato
    usuario/destinatario/caixa/endereco/conta desconhecido/nao_existe/nao_encontrado/inexistente
    nao existe
    nao foi encontrado
    onbekende gebruiker/ontvanger
    bestaat niet
    宛先不明
    リストにありません
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
    nie istnieje
    nie ma takiego/takiej
    nie znaleziono
    neexistuje
    nenalezen
    gebruiker/ontvanger/adres/postvak onbekend/niet_gevonden
    finns/findes/finnes inte/ikke
    hittades inte
    okänd/ukendt/ukjent
    adressat/mottagare/mottagaren/modtager/mottaker/användare/bruger/bruker okänd/ukendt/ukjent
    eksisterer ikke
    ei ole olemassa
    ei löydy
    tuntematon
    nem létezik
    ismeretlen
    kullan\u0131c\u0131 bulunamad\u0131/yok
    kullanici bulunamadi/yok
    mevcut değil
    nu exista
    δεν υπάρχει
    no fue encontrado/encontrada
    nao foi encontrada
    não foi encontrada
    n a pas pu etre trouve/trouvee
    konnte nicht gefunden
    kein empfanger/konto/benutzer/nutzer/postfach
    존재하지 않
    찾을 수 없
    找不到
    查无此
    無此
""")

NULL_MX = Phrases("""
    null mx
    nullmx
    indicated no smtp
    host/domain/server does not accept mail/email/e_mail/any
    not provide/run/have/offer smtp_service/smtp_server/an_smtp_service
    account or domain may not exist
""")

NO_DOMAIN = Phrases("""
    host/domain/hostname/domain_name/server/system unknown/not_found/not_exist/nonexistent/not_known
    domain/hostname/domain_name invalid
    host or domain name not_found
    unknown/invalid/bad/illegal/no_such/nonexistent/unresolvable/unrouteable/unroutable/unreachable domain/host/mail_domain/hostname/host_domain
    host/domain can/could not found/be_found/resolved/be_resolved/locate/find
    recipient/destination/mail/email domain not/does/could/invalid/unknown/has_no
    could/can not find/locate/resolve host/domain/any/mail_exchanger/mx/gateway/the_domain/recipient_domain/ip
    could not find mail
    domain does/can/could not
    domain not reachable/found/exist/known/registered/resolvable/valid
    domain unreachable/nonexistent
    domain of recipient
    host/server/hostname/system not found/known/exist
    host/server/hostname/system does not exist
    no such host
    unable to look_up/lookup/resolve/find/locate host/domain/recipient_domain/hostname/mx
    not able to find recipient_domain/domain/host
    not find/locate/resolve recipient_domain/domain/host/mx/mail_exchanger
    no smtp service
    no mx for
    mail exchanger for can/could
    mail exchanger/mx for/could/not not/found
    tenant or domain
    nxdomain
    enotfound
    kein mailserver
    domain name could/can not
    domain name not_found
    ドメイン が見つかり/が存在し
    does not accept/receive/support/handle mail/email/e_mail/any_mail/messages
    no mx/mail_exchanger/mail_server/mail_host record/records/found/for/or/defined/exists
    no mail server
    no mail exchanger
    domain must exist
    no dns/address/valid_mx record/records/entry
    all relevant mx records
    mx records point to non
    domain expired/parked/suspended
    name or service not known
    no route to domain
    domain name not
    domaine introuvable/inconnu/inexistant/n_existe
    dominio/dominio_de no/nao/non existe/esiste
    domain existiert/gibt nicht/es
    domain existiert nicht
    zielserver wurde nicht
    hote introuvable/est_introuvable
    l hote introuvable/est
    domain unbekannt/nicht_gefunden
    domain inexistant/inconnu/introuvable/unbekannt/nicht
    dominio/servidor no_existe/inexistente/desconocido/no_encontrado/sconosciuto
    domain in question
    hostname nor servname
    illegal host domain name
    hote inconnu
    l hote inconnu
    ドメインが見つかり/ドメイン名が見つかり/ドメインが存在し
""")

MOVED = Phrases("""
    user/recipient/mailbox/account/address/email have moved
    user/recipient/mailbox/account/address/email moved
    has moved to
    moved to new
    moved please use/try
    moved | please
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
    now disabled/closed/deactivated
    disableduser
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
    wurde geschlossen/geloscht/deaktiviert
    lettres fermee/supprimee/desactivee
    no longer with us
    no longer works/employed
    closed please remove
    konto/postfach/mailbox/account deaktiviert/geschlossen/geloscht/gesperrt_oder_geloscht
    cuenta/casilla/casella expirado/scaduta
    cuenta desactivada/cerrada/eliminada/deshabilitada
    casella/account disabilitata/disabilitato/disattivata/disattivato/chiusa/cancellata
""")

PERHAPS_NO_MAILBOX = Phrases(f"""
    invalid/illegal/bad/incorrect/wrong {_WHOM}/recipients/final/destination/e_mail/user_name/rcpt/local_part/to
    {_WHO} invalid
    unknown address/to_address/destination_address
    recipient address rejected undeliverable/invalid
    undeliverable address
    recipient not ok
    recipient denied
    home directory
    rcpt to invalid
    invalid recipients
    address error/syntax
    malformed address
    local address contains control
    marked as invalid
    mailbox/recipient/account/user/address/email unavailable/unavaiable/not_available/invalid/unreachable/unaccepted
    requested action not taken mailbox
    mailbox name/syntax not/incorrect/invalid
    mailbox name
    mailbox not
    invalid address
""")

REFUSED = Phrases("""
    recipient/address/rcpt/mailbox rejected
    undeliverable/not_deliverable address/recipient
    recipient not accept/accepted/allowed/valid
    refused recipient/address
    relay recipient
    recipient table
    server rejected recipients
""")
