"""Phrases that say that the address itself is dead."""

from bot.bounces.wordings.phrases import phrases

_WHO = "user/recipient/mailbox/account/address/addressee/mail_box/email/username/e_mail/inbox/login/person/contact/alias"
_WHOM = "user/recipient/mailbox/account/address/addressee/mail_box/email/mailing_list/local/name/username/customer/person/alias"
NO_MAILBOX = phrases(f"""
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
""")

NO_DOMAIN = phrases("""
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
    domaine introuvable/inconnu/inexistant
    domain unbekannt/nicht_gefunden
    domain found
    domain inexistant/inconnu/introuvable/unbekannt/nicht
    dominio/servidor no_existe/inexistente/desconocido/no_encontrado/sconosciuto
    domain in question
    hostname nor servname
    illegal host domain name
    hote inconnu
    ドメインが見つかり/ドメイン名が見つかり/ドメインが存在し
""")

MOVED = phrases("""
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

PERHAPS_NO_MAILBOX = phrases("""
    mailbox/recipient/account/user/address/email unavailable/unavaiable/not_available/invalid/unreachable/unaccepted
    requested action not taken mailbox
    mailbox name/syntax not/incorrect/invalid
    mailbox name
    mailbox not
    invalid address
""")

REFUSED = phrases("""
    recipient/address/rcpt/mailbox rejected
    recipients undeliverable
    undeliverable/not_deliverable to/address/recipient
    recipient not accept/accepted/allowed/valid
    refused recipient/address
    relay recipient
    recipient table
""")
