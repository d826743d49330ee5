"""Texts in the shapes that mail servers write: {to} is who failed, {words} the server's reply, {back} what came back."""

TEMPLATES = {
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
    "google-of-today": """From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
Subject: Delivery Status Notification (Failure)
X-Failed-Recipients: {to}
Auto-Submitted: auto-replied

** Message not delivered **

There was a problem delivering your message to {to}. See the technical details below.

The response was:

{words}
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
