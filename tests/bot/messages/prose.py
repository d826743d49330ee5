"""Bounces that are told in words only, in the shapes of many servers."""

from bot.notices import Cause, Kind
from tests.bot.messages.samples import HARD, SOFT, Fact, Sample, mail, multipart, returned

_UNKNOWN = ("unknown", "550 5.1.1 <{to}>: User unknown", HARD, Cause.NO_MAILBOX)
_FULL = ("full", "552 5.2.2 Mailbox is full, quota exceeded", SOFT, Cause.FULL)
_BLOCKED = ("blocked", "554 5.7.1 Your host is listed at zen.spamhaus.org", SOFT, Cause.POLICY)
_SPAM = ("spam", "550 5.7.1 This message looks like spam", SOFT, Cause.CONTENT)
_DOWN = ("down", "connection timed out", SOFT, Cause.SERVER)

# The text of a message; {to} is who failed, {words} the server's reply, {back} the headers that came back.
_TEMPLATES = {
    "qmail": """From: MAILER-DAEMON@mx.example.net
Subject: failure notice

Hi. This is the qmail-send program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.

<{to}>:
192.0.2.99 does not like recipient.
Remote host said: {words}
Giving up on 192.0.2.99.

--- Below this line is a copy of the message.

{back}
""",
    "exim": """From: Mail Delivery System <Mailer-Daemon@mx.example.net>
Subject: Mail delivery failed: returning message to sender
X-Failed-Recipients: {to}
Auto-Submitted: auto-replied

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {to}
    host mx.example.com [192.0.2.99]
    SMTP error from remote mail server after RCPT TO:<{to}>:
    {words}

------ This is a copy of the message, including all the headers. ------

{back}
""",
    "exim-without-header": """From: Mail Delivery System <Mailer-Daemon@mx.example.net>
Subject: Mail delivery failed: returning message to sender

A message that you sent could not be delivered to one or more of its
recipients. The following address(es) failed:

  {to}
    {words}

------ This is a copy of the message, including all the headers. ------

{back}
""",
    "postfix-text": """From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
Return-Path: <>

This is the Postfix program at host mx.example.net.

For further assistance, please send mail to <postmaster>

<{to}>: host mx.example.com[192.0.2.99] said: {words} (in reply to RCPT TO
    command)
""",
    "sendmail-transcript": """From: Mail Delivery Subsystem <MAILER-DAEMON@relay.example.net>
Subject: Returned mail: see transcript for details

The original message was received at Tue, 3 Nov 2026 10:20:01 +0100
from localhost

   ----- The following addresses had permanent fatal errors -----
<{to}>

   ----- Transcript of session follows -----
... while talking to mx.example.com.:
>>> RCPT To:<{to}>
<<< {words}

   ----- Original message follows -----

{back}
""",
    "exchange-5.5": """From: System Administrator <postmaster@example.net>
Subject: Undeliverable: The November letter

Your message

  To:      parish-list@list.example.org
  Subject: The November letter
  Sent:    Tue, 3 Nov 2026 10:20:00 +0100

did not reach the following recipient(s):

{to} on Tue, 3 Nov 2026 10:20:30 +0100
    {words}
    MSEXCH:IMS:EXAMPLE:SITE:MX 0 (000C05A6)
""",
    "exchange-text": """From: Microsoft Exchange <postmaster@example.net>
Subject: Undeliverable: The November letter

Delivery has failed to these recipients or distribution lists:

{to}
The message was refused.

Diagnostic information for administrators:

Generating server: mx.example.net

{to}
#{words} ##
""",
    "domino": """From: Postmaster@example.net
Subject: DELIVERY FAILURE: {words}

Your message

  Subject: The November letter

was not delivered to:

  {to}

because:

  {words}
""",
    "google": """From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
Subject: Delivery Status Notification (Failure)

Delivery to the following recipient failed permanently:

     {to}

Technical details of permanent failure:
Google tried to deliver your message, but it was rejected by the server for the recipient domain example.com.

The error that the other server returned was:
{words}

----- Original message -----

{back}
""",
    "yahoo": """From: MAILER-DAEMON@yahoo.com
Subject: Failure Notice

Sorry, we were unable to deliver your message to the following address.

<{to}>:
Remote host said: {words}

--- Below this line is a copy of the message.

{back}
""",
    "gmx": """From: "GMX Mailer Daemon" <mailer-daemon@gmx.net>
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of
its recipients. The following addresses failed:

"{to}":
SMTP error from remote server after RCPT command:
host: mx.example.com
{words}

--- The header of the original message is following. ---

{back}
""",
    "one-and-one": """From: "Mail Delivery System" <mailer-daemon@kundenserver.example>
Subject: Mail delivery failed: returning message to sender

A message that you sent could not be delivered to one or more of
its recipients. This is a permanent error.

The following address failed:

{to}

For the following reason:

{words}

--- The header of the original message is following. ---

{back}
""",
    "mail.ru": """From: mailer-daemon@corp.mail.ru
Subject: =?utf-8?b?0J3QtSDQtNC+0YHRgtCw0LLQu9C10L3Qvg==?=. Mail failure.
Content-Type: text/plain; charset=utf-8

Ваше письмо не может быть доставлено одному или нескольким получателям:

  {to}
    {words}

------ This is a copy of your message, including all the headers. ------

{back}
""",
    "groupwise": """From: Mailer-Daemon@gw.example.net
Subject: Message status - undeliverable
X-Mailer: Novell GroupWise Internet Agent 7.0

The message that you sent was undeliverable to the following:
\t{to} ({words})
""",
    "imail": """From: "Postmaster" <postmaster@mx.example.net>
Subject: Undeliverable Mail
X-Mailer: <SMTP32 v8.05>

{words}: {to}


Original message follows.

{back}
""",
    "mdaemon": """From: MDaemon@mx.example.net
Subject: Warning: {to} - delivery failed

{to} - {words}
""",
    "communigate": """From: <MAILER-DAEMON@mx.example.net>
Subject: Undeliverable mail: The November letter

Failed to deliver to '{to}'
SMTP module(domain example.com) reports:
 {words}
""",
    "courier": """From: "Courier mail server at mx.example.net" <MAILER-DAEMON@mx.example.net>
Subject: NOTICE: mail delivery status.

This is a delivery status notification from mx.example.net.

UNDELIVERABLE MAIL

Your message to the following recipients cannot be delivered:

<{to}>:
    mx.example.com [192.0.2.99]:
 <<< {words}
""",
    "au": """From: Postmaster@ezweb.ne.jp
Subject: Mail System Error - Returned Mail

Each of the following recipients was rejected by a remote mail server.

    Recipient: <{to}>
    >>> RCPT TO:<{to}>
    <<< {words}
""",
    "m-filter": """From: POSTMASTER <postmaster@example.net>
Subject: failure notice
Content-Type: text/plain; charset=utf-8

以下のメールアドレスへの送信に失敗しました。
{to}

-------server message
{words}

-------original message
{back}
""",
    "interscan": """From: "InterScan MSS" <postmaster@example.net>
Subject: Mail could not be delivered

Sent <<< RCPT TO:<{to}>
Received >>> {words}
""",
    "appliance": """From: <MAILER-DAEMON@gateway.example.net>
Subject: Delivery Status

--- The following addresses had delivery problems ---

<{to}>   ({words})
""",
    "james": """From: post_master@example.net
Subject: Re: The November letter

Error message below:
{words}

Message details:
  Subject: The November letter
  MAIL FROM: bounces@list.example.org
  RCPT TO: {to}
  From: news@list.example.org
""",
    "dragonfly": """From: MAILER-DAEMON <>
Subject: Mail delivery failed

This is the DragonFly Mail Agent v0.13 at mx.example.net.

There was an error delivering your mail to <{to}>.

mx.example.com [192.0.2.99] did not like our RCPT:
{words}

Message headers follow.

{back}
""",
    "opensmtpd": """From: Mailer Daemon <MAILER-DAEMON@mx.example.net>
Subject: Delivery status notification: error

    Hi!

    This is the MAILER-DAEMON, please DO NOT REPLY to this e-mail.

    An error has occurred while attempting to deliver a message for
    the following list of recipients:

{to}: {words}

    Below is a copy of the original message:

{back}
""",
    "french": """From: Postmaster <postmaster@courrier.example>
Subject: =?utf-8?q?Message_non_remis_=C3=A0_son_destinataire?=
Content-Type: text/plain; charset=utf-8

Votre message n’a pas pu être remis à :

{to}

{words}
""",
    "german": """From: Mail-Server <postmaster@post.example>
Subject: Unzustellbar: Der Novemberbrief
Content-Type: text/plain; charset=utf-8

Ihre Nachricht konnte nicht zugestellt werden an:

{to}

{words}
""",
}


def _of(name: str, template: str, refusal: tuple[str, str, Kind, Cause]) -> Sample:
    what, words, kind, cause = refusal
    to = f"{what}.reader@example.com"
    text = template.format(to=to, words=words.format(to=to), back=returned(to))
    headers, _, body = text.partition("\n\n")
    return Sample("words", f"{name}-{what}", mail(headers, body), (Fact(to, kind, cause),))


def _usual() -> tuple[Sample, ...]:
    found = []
    for number, (name, template) in enumerate(_TEMPLATES.items()):
        second = (_FULL, _BLOCKED, _SPAM, _DOWN)[number % 4]
        found += [_of(name, template, _UNKNOWN), _of(name, template, second)]
    return tuple(found)


def _told(name: str, headers: str, body: str, *facts: Fact, reason: str | None = None) -> Sample:
    return Sample("words, odd", name, mail(headers, body), facts, reason)


_DAEMON = "From: Mail Delivery System <mailer-daemon@example.net>\n"
_FAILED = _DAEMON + "Subject: Mail delivery failed"
_ADA = Fact("ada@example.com", HARD, Cause.NO_MAILBOX)
_BOB = Fact("bob@example.com", HARD, Cause.NO_MAILBOX)
_HTML = "<html><body><p>Your message could not be delivered to</p><p><b>ada@example.com</b></p><p>because there is no such user &lt;here&gt;.</p></body></html>"

_ODD = (
    _told(
        "two-recipients",
        _FAILED,
        "The following addresses failed:\n\n<ada@example.com>:\nuser unknown\n\n<bob@example.com>:\nno such user\n",
        _ADA,
        _BOB,
    ),
    _told(
        "each-with-its-own-reason",
        _FAILED,
        "These failed:\n\n<ada@example.com>:\n550 user unknown\n\n<bob@example.com>:\n552 mailbox full\n",
        _ADA,
        Fact("bob@example.com", SOFT, Cause.FULL),
    ),
    _told(
        "x-failed-recipients",
        _FAILED + "\nX-Failed-Recipients: ada@example.com, bob@example.com",
        "Failed: user unknown\n",
        _ADA,
        _BOB,
    ),
    _told(
        "delay",
        _DAEMON + "Subject: Warning: message delayed 24 hours",
        "Your message has not been delivered yet:\n\n  ada@example.com\n\nNo action is required on your part. Delivery attempts will continue.\n",
        Fact("ada@example.com", SOFT),
    ),
    _told(
        "delay-gave-up",
        _FAILED,
        "Your message was delayed and we are giving up:\n\n  ada@example.com\n    host not found\n",
        Fact("ada@example.com", HARD, Cause.NO_DOMAIN),
    ),
    _told(
        "known-by-another-name",
        _FAILED,
        "The following address(es) failed:\n\n  ada@inner.example.net\n    (generated from ada@example.com)\n    user unknown\n",
        _ADA,
    ),
    _told("html-only", _FAILED + "\nContent-Type: text/html", _HTML, _ADA),
    _told(
        "name-only",
        "From: MAILER-DAEMON@aol.com\nSubject: Mail Delivery Problem",
        "Your mail to the following recipients could not be delivered because they are unknown users:\n\tadalace\n",
        Fact("adalace@aol.com", HARD),
    ),
    _told(
        "by-what-came-back",
        _DAEMON + "Subject: Returned mail: user unknown",
        f"   ----- Transcript of session follows -----\n550 user unknown\n\n   ----- Unsent message follows -----\n{returned('ada@example.com')}",
        _ADA,
    ),
    _told(
        "by-return-address",
        _FAILED + "\nTo: bounces+ada=example.com@list.example.org",
        "It could not be delivered: no such user\n",
        _ADA,
    ),
    _told("nobody", _FAILED, "It could not be delivered: no such user\n", reason="no-recipient"),
    _told(
        "sorry-sender",
        _FAILED,
        "Sorry bounces@list.example.org. Your mail could not be delivered to:\n\nada@example.com\n\nuser unknown\n",
        _ADA,
    ),
    _told(
        "help-desk-is-no-recipient",
        _FAILED,
        "<ada@example.com>: user unknown\n\nQuestions? Please contact helpdesk@provider.example\n",
        _ADA,
    ),
    _told(
        "dovecot",
        'From: Mail Delivery Subsystem <postmaster@example.net>\nSubject: Rejected: The November letter\nContent-Type: multipart/report; report-type=disposition-notification; boundary="=_b1"',
        multipart(
            "Content-Type: text/plain\n\nYour message to <ada@example.com> was automatically rejected:\nQuota exceeded (mailbox for user is full)\n",
            "Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; ada@example.com\nDisposition: automatic-action/MDN-sent-automatically; deleted\n",
        ),
        Fact("ada@example.com", SOFT, Cause.FULL),
    ),
)

SAMPLES = (*_usual(), *_ODD)
