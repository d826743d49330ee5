"""What is no bounce, however much it looks like one."""

from tests.bot.bounces.messages.samples import LIST, Sample, mail, multipart, returned

_ADA = "From: Ada Lovelace <ada@example.com>\nReturn-Path: <ada@example.com>\n"


def _answer(name: str, subject: str, body: str = "I am away until Monday.", more: str = "") -> Sample:
    return Sample(
        "out of office", name, mail(f"{_ADA}Subject: {subject}\n{more}", body + "\n"), (), "auto-reply"
    )


def _plain(name: str, subject: str, body: str, headers: str = _ADA) -> Sample:
    return Sample("ordinary", name, mail(f"{headers}Subject: {subject}", body), (), "not-a-bounce")


def _challenge(name: str, sender: str, body: str) -> Sample:
    raw = mail(f"From: {sender}\nReturn-Path: <>\nSubject: Re: The November letter (action required)", body)
    return Sample("challenge", name, raw, (), "challenge")


_ANSWERS = (
    _answer("english", "Out of office: Re: The November letter"),
    _answer("automatic-reply", "Automatic reply: The November letter"),
    _answer(
        "french",
        "=?utf-8?q?R=C3=A9ponse_automatique_=3A_La_lettre?=",
        "Je suis absente. En cas d’urgence : bob@example.com",
    ),
    _answer("french-absence", "Absence du bureau", "Je suis en congés."),
    _answer(
        "german", "Abwesenheitsnotiz: Der Brief", "Ich bin nicht im Büro. Bitte an bob@example.com schreiben."
    ),
    _answer("spanish", "Respuesta automática: La carta", "Estoy fuera de la oficina."),
    _answer("italian", "Risposta automatica: La lettera", "Sono fuori ufficio."),
    _answer("dutch", "Automatisch antwoord: De brief", "Ik ben afwezig."),
    _answer("portuguese", "Resposta automática: A carta", "Estou de férias."),
    _answer("japanese", "自動返信: お便り", "不在にしております。"),
    _answer("auto-submitted", "Re: The November letter", more="Auto-Submitted: auto-replied\n"),
    _answer("x-autoreply", "Thank you", more="X-Autoreply: yes\n"),
    _answer("precedence", "Thank you for your mail", more="Precedence: auto_reply\n"),
    _answer(
        "null-sender",
        "Auto: The November letter",
        more="Auto-Submitted: auto-replied (vacation)\nX-Autorespond: vacation\n",
    ).__class__(
        "out of office",
        "null-sender",
        mail(
            "From: Ada <ada@example.com>\nReturn-Path: <>\nSubject: Auto: The November letter\nAuto-Submitted: auto-replied (vacation)",
            "Your message could not be answered. Mail to bob@example.com is read.\n",
        ),
        (),
        "auto-reply",
    ),
    _answer(
        "left-the-company",
        "Automatic reply: The November letter",
        "I no longer work here. My address ada@example.com will be closed. Mail could not be delivered after May.",
    ),
    _answer(
        "unable-to-read",
        "Out of office",
        "I am unable to receive your message. Undelivered mail is returned to sender.",
    ),
)

_CHALLENGES = (
    _challenge(
        "boxbe",
        "noreply@boxbe.com",
        "Your message to ada@example.com was not delivered. Please verify that you are a person.",
    ),
    _challenge(
        "spamarrest",
        "ada@example.com via SpamArrest <verify@spamarrest.com>",
        "Click below to verify your email address.",
    ),
    _challenge(
        "uol",
        "AntiSpam UOL <antispam@uol.com.br>",
        "Confirme sua mensagem para ada@uol.com.br: click on the link to confirm your message.",
    ),
    _challenge(
        "mailinblack",
        "MailInBlack <contact@mailinblack.com>",
        "Pour que votre message soit remis, vous devez vous authentifier. Click the link to confirm.",
    ),
    _challenge(
        "bluebottle",
        "ada@bluebottle.com",
        "This account is protected. Click on the following link to have your address added to the allowed list.",
    ),
    Sample(
        "challenge",
        "boxbe-as-report",
        mail(
            'From: noreply@boxbe.com\nSubject: Re: The November letter\nContent-Type: multipart/report; report-type=delivery-status; boundary="=_b1"',
            multipart(
                "Content-Type: text/plain\n\nPlease verify that you are a person, so that your message is delivered.\n",
                "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; ada@example.com\nAction: failed\nStatus: 5.7.1\n",
            ),
        ),
        (),
        "challenge",
    ),
)

_QUOTED = "> From: MAILER-DAEMON@example.net\n> Subject: Undelivered Mail\n>\n> <bob@example.com>: 550 5.1.1 User unknown\n"

_ORDINARY = (
    _plain("hello", "Hello", "How are you? Yours, Ada\n"),
    _plain(
        "mentions-failure", "Failure of the pump", "The delivery of the pump failed. Ask bob@example.com.\n"
    ),
    _plain("quotes-a-bounce", "Re: bounce", f"Do you know why I get this?\n\n{_QUOTED}"),
    _plain(
        "forwards-a-bounce",
        "Fwd: Undelivered Mail Returned to Sender",
        f"See below.\n\n{_QUOTED.replace('> ', '')}",
    ),
    _plain(
        "answers-a-bounce",
        "Re: Mail delivery failed: returning message to sender",
        f"Whom is this for?\n\n{_QUOTED}",
    ),
    _plain(
        "asks-about-delivery",
        "My mail could not be delivered",
        "I wrote to bob@example.com and it came back: user unknown.\n",
    ),
    _plain(
        "delivery-note",
        "Delivery notification for your parcel",
        "Your parcel to 12 Mill Lane could not be delivered. Contact depot@parcels.example\n",
        "From: Parcels <info@parcels.example>\nReturn-Path: <info@parcels.example>\n",
    ),
    _plain(
        "order-status",
        "Order status: failed",
        "Payment failed for order 550. Write to help@shop.example\n",
        "From: Shop <orders@shop.example>\n",
    ),
    _plain(
        "newsletter",
        "Returned mail and how to avoid it",
        "Ten hints about bounces: 550 5.1.1 means user unknown, as in <ada@example.com>: no such user.\n",
        "From: Mail Hints <news@hints.example>\nList-Id: <hints.example>\nList-Unsubscribe: <https://hints.example/u>\n",
    ),
    _plain(
        "digest",
        "postfix-users Digest, Vol 3, Issue 4",
        "Message: 1\nFrom: ada@example.com\nSubject: Undelivered Mail\n\n<bob@example.com>: host said: 550 User unknown\n",
        "From: postfix-users-request@lists.example\nList-Id: <postfix-users.lists.example>\nPrecedence: list\n",
    ),
    _plain(
        "github",
        "Re: [acme/mailer] Delivery Status Notification (Failure) is not parsed (#12)",
        "The bounce for ada@example.com says 550 5.1.1 user unknown.\n",
        "From: bob <notifications@github.com>\nX-GitHub-Reason: mention\nList-ID: acme/mailer <mailer.acme.github.com>\n",
    ),
    _plain(
        "unsubscribe", "unsubscribe", "Please take ada@example.com off the list, my account is disabled.\n"
    ),
    _plain(
        "new-address",
        "My address has changed",
        "I moved from ada@example.com to ada@example.net; the old mailbox does not exist.\n",
    ),
    _plain(
        "system-mail",
        "Cron <root@host> backup",
        "backup failed: error 550\n",
        "From: root@host.example.com (Cron Daemon)\nAuto-Submitted: auto-generated\n",
    ),
    _plain(
        "ticket",
        "[#550] We have received your request",
        "Your request was received. Reply to help@desk.example.\n",
        "From: Help Desk <help@desk.example>\nAuto-Submitted: auto-generated\n",
    ),
    _plain(
        "postmaster-writes",
        "Maintenance on Sunday",
        "The mail server will be down on Sunday. Write to help@example.net for questions.\n",
        "From: Postmaster <postmaster@example.net>\nReturn-Path: <postmaster@example.net>\n",
    ),
    _plain("empty-body", "Hi", ""),
    _plain(
        "quarantine",
        "Quarantine summary",
        "These messages were blocked for you:\n\n  spammer@spam.example   You won\n",
        "From: Postmaster <postmaster@example.net>\n",
    ),
    _plain(
        "fetchmail",
        "fetchmail authentication trouble",
        "Fetchmail could not get mail from ada@mail.example. It will try again.\n",
        "From: FETCHMAIL-DAEMON@host.example\n",
    ),
    _plain(
        "dmarc",
        "Report domain: list.example.org Submitter: provider.example",
        "This is an aggregate report for 192.0.2.7, from noreply@provider.example.\n",
        "From: noreply-dmarc@provider.example\n",
    ),
    _plain(
        "mailman-owner",
        "Bounce action notification",
        "The member ada@example.com was disabled: bounces were excessive.\n",
        "From: mailman-bounces@lists.example\nList-Id: <mailman.lists.example>\n",
    ),
    _plain(
        "log-summary",
        "Postfix log summary for host",
        "message bounce detail\n  ada@example.com (total: 3): user unknown\n",
        "From: root <root@host.example>\n",
    ),
    _plain(
        "queue-warning",
        "Mail queue has 300 messages",
        "The queue of mx.example.net is long; ask ops@example.net\n",
        "From: Monitor <monitor@example.net>\nAuto-Submitted: auto-generated\n",
    ),
    _plain(
        "password",
        "Failed sign-in attempt",
        "Sign-in for ada@example.com failed. If this was not you, write to safe@bank.example\n",
        "From: Bank <alerts@bank.example>\n",
    ),
    _plain("calendar", "Accepted: Meeting", "Ada accepted.\n"),
    _plain(
        "french-complaint",
        "Problème de livraison",
        "Votre colis n’a pas été livré à ada@example.com, adresse inconnue.\n",
        "From: Livreur <info@livreur.example>\nReturn-Path: <info@livreur.example>\n",
    ),
    _plain(
        "spam",
        "You won",
        "Click http://spam.example/?u=ada@example.com\n",
        "From: Prize <win@spam.example>\nReturn-Path: <win@spam.example>\n",
    ),
    Sample(
        "ordinary",
        "forwarded-as-attachment",
        mail(
            f'{_ADA}Subject: Fwd: bounce\nContent-Type: multipart/mixed; boundary="=_b1"',
            multipart(
                "Content-Type: text/plain\n\nWhat is this?\n",
                "Content-Type: message/rfc822\n\nFrom: MAILER-DAEMON@example.net\nSubject: failure notice\n\n<bob@example.com>: user unknown\n",
            ),
        ),
        (),
        "not-a-bounce",
    ),
    Sample(
        "ordinary",
        "forwarded-report-inline",
        mail(
            f'{_ADA}Subject: Fwd: Undelivered Mail Returned to Sender\nUser-Agent: Mailer/1\nContent-Type: multipart/mixed; boundary="=_b1"',
            multipart(
                "Content-Type: text/plain\n\nWhat is this?\n",
                "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; bob@example.com\nAction: failed\nStatus: 5.1.1\n",
            ),
        ),
        (),
        "not-a-bounce",
    ),
    Sample(
        "ordinary",
        "bounce-in-a-digest",
        mail(
            'From: list-request@lists.example\nList-Id: <list.lists.example>\nSubject: list Digest, Vol 1\nContent-Type: multipart/digest; boundary="=_b1"',
            multipart(
                "\nFrom: MAILER-DAEMON@example.net\nSubject: failure notice\n\n<bob@example.com>: user unknown\n"
            ),
        ),
        (),
        "not-a-bounce",
    ),
)

_RECEIPT = "Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; ada@example.com\nDisposition: manual-action/MDN-sent-manually; {}\n"


def _receipt(name: str, subject: str, disposition: str) -> Sample:
    headers = f'{_ADA}Subject: {subject}\nContent-Type: multipart/report; report-type=disposition-notification; boundary="=_b1"'
    body = multipart(
        "Content-Type: text/plain\n\nThis is about your mail.\n",
        _RECEIPT.format(disposition),
        f"Content-Type: text/rfc822-headers\n\n{returned('ada@example.com')}",
    )
    return Sample("receipt", name, mail(headers, body), (), "delivery-receipt")


_RECEIPTS = (
    _receipt("displayed", "Read: The November letter", "displayed"),
    _receipt("deleted", "Not read: The November letter", "deleted"),
    _receipt("french", "Lu : La lettre", "displayed"),
)

_UNREADABLE = (
    Sample("unreadable", "empty", b"", (), "unreadable"),
    Sample("unreadable", "white-space", b"\r\n \n", (), "unreadable"),
    Sample("unreadable", "no-headers", b"\x00\x01\x02 nothing here", (), "unreadable"),
    Sample("unreadable", "to-oneself", f"just a line for {LIST}\n".encode(), (), "unreadable"),
)

_MAIL_TEAM = "From: Mail Administrator <team@phish.example>\nReturn-Path: <team@phish.example>\nTo: undisclosed-recipients:;\n"
# Mail in the manner of a mail system, to an address of ours.
_FEIGNED = (
    _plain(
        "feigned-quota",
        "Your mailbox is almost full",
        "Dear user,\n\nYour mailbox box@list.example.org is over quota. Messages could not be delivered:\n\nbox@list.example.org\n",
        f"{_MAIL_TEAM}Delivered-To: box@list.example.org\n",
    ),
    _plain(
        "feigned-recipients",
        "Action required",
        "Messages to these recipients were not delivered: ada@example.com, bob@example.com\n",
        "From: Ada <ada@example.com>\nReturn-Path: <ada@example.com>\n",
    ),
    _plain(
        "a-quoted-bounce",
        "Re: Undelivered mail",
        "Can you look?\n\n> <ada@example.com>: 550 5.1.1 user unknown\n> o'brien@example.com: mailbox full\n",
    ),
)

SAMPLES = (*_ANSWERS, *_CHALLENGES, *_ORDINARY, *_FEIGNED, *_RECEIPTS, *_UNREADABLE)
