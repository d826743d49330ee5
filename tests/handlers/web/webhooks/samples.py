"""What the providers post, in the shapes that they document; every address and name is made up."""

from typing import Any

Event = dict[str, Any]
ANN = "ann@example.com"
STAMP = 1795510800  # 2026-11-24 09:00 UTC
UNKNOWN_USER = "smtp; 550 5.1.1 <ann@example.com>: Recipient address rejected: User unknown"


def ses_mail(**more: Any) -> Event:
    return {
        "timestamp": "2026-11-24T08:59:00.000Z",
        "source": "news@example.org",
        "sourceArn": "arn:aws:ses:eu-west-3:123456789012:identity/example.org",
        "sendingAccountId": "123456789012",
        "messageId": "0102018f-aaaa-bbbb-cccc-0123456789ab-000000",
        "destination": [ANN],
        "headersTruncated": False,
        "headers": [{"name": "From", "value": "news@example.org"}],
        "commonHeaders": {"from": ["news@example.org"], "to": [ANN], "subject": "Autumn"},
        "tags": {"ses:configuration-set": ["lists"], "campaign": ["Autumn"]},
    } | more


def ses_bounce(
    kind: str = "Permanent", subtype: str = "General", form: str = "eventType", **recipient: Any
) -> Event:
    told = {"emailAddress": ANN, "action": "failed", "status": "5.1.1", "diagnosticCode": UNKNOWN_USER}
    return {
        form: "Bounce",
        "mail": ses_mail(),
        "bounce": {
            "bounceType": kind,
            "bounceSubType": subtype,
            "bouncedRecipients": [told | recipient],
            "timestamp": "2026-11-24T09:00:00.000Z",
            "feedbackId": "0102018f-bounce-000000",
            "reportingMTA": "dsn; a8-70.smtp-out.eu-west-3.amazonses.com",
        },
    }


def ses_complaint(feedback: str | None = "abuse", recipients: tuple[str, ...] = (ANN,)) -> Event:
    return {
        "notificationType": "Complaint",
        "mail": ses_mail(),
        "complaint": {
            "userAgent": "Feedback/1.0",
            "complainedRecipients": [{"emailAddress": each} for each in recipients],
            "complaintFeedbackType": feedback,
            "arrivalDate": "2026-11-24T08:30:00.000Z",
            "timestamp": "2026-11-24T09:00:00.000Z",
            "feedbackId": "0102018f-complaint-000000",
        },
    }


def ses_delivery() -> Event:
    return {
        "notificationType": "Delivery",
        "mail": ses_mail(),
        "delivery": {
            "timestamp": "2026-11-24T09:00:00.000Z",
            "recipients": [ANN],
            "processingTimeMillis": 546,
            "reportingMTA": "a8-70.smtp-out.eu-west-3.amazonses.com",
            "smtpResponse": "250 ok",
        },
    }


def ses_delay(delay_type: str = "TransientCommunicationFailure", **recipient: Any) -> Event:
    told = {"emailAddress": ANN, "status": "4.4.1", "diagnosticCode": "smtp; 421 4.4.1 Unable to connect"}
    return {
        "eventType": "DeliveryDelay",
        "mail": ses_mail(),
        "deliveryDelay": {
            "timestamp": "2026-11-24T09:00:00.000Z",
            "delayType": delay_type,
            "expirationTime": "2026-11-24T21:00:00.000Z",
            "delayedRecipients": [told | recipient],
        },
    }


def ses_open(name: str = "Open") -> Event:
    done = {"ipAddress": "192.0.2.1", "timestamp": "2026-11-24T09:00:00.000Z", "userAgent": "Mozilla/5.0"}
    return {"eventType": name, "mail": ses_mail(), name.lower(): done}


def sendgrid(event: str, **more: Any) -> Event:
    return {
        "email": ANN,
        "timestamp": STAMP,
        "smtp-id": "<14c5d75ce93.dfd.64b469@ismtpd-555>",
        "event": event,
        "category": ["Autumn"],
        "sg_event_id": f"{event}-Zm9vYmFyYmF6cXV4",
        "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
    } | more


def sendgrid_bounce(
    classification: str | None = "Invalid Address", kind: str = "bounce", **more: Any
) -> Event:
    said = {"reason": UNKNOWN_USER.removeprefix("smtp; "), "status": "5.1.1", "type": kind}
    classified = {"bounce_classification": classification} if classification else {}
    return sendgrid("bounce", **said | classified | more)


def postmark_bounce(kind: str = "HardBounce", **more: Any) -> Event:
    return {
        "RecordType": "Bounce",
        "ID": 4323372036854775807,
        "Type": kind,
        "TypeCode": 1,
        "Name": "Hard bounce",
        "Tag": "Autumn",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Metadata": {"a_key": "a_value"},
        "ServerID": 23,
        "MessageStream": "broadcast",
        "Description": "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
        "Details": UNKNOWN_USER,
        "Email": ANN,
        "From": "news@example.org",
        "BouncedAt": "2026-11-24T09:00:00.1234567Z",
        "DumpAvailable": True,
        "Inactive": True,
        "CanActivate": True,
        "Subject": "Autumn",
        "Content": "…",
    } | more


def postmark_suppression(reason: str | None, **more: Any) -> Event:
    return {
        "RecordType": "SubscriptionChange",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "ServerID": 23,
        "MessageStream": "broadcast",
        "ChangedAt": "2026-11-24T09:00:00Z",
        "Recipient": ANN,
        "Origin": "Recipient",
        "SuppressSending": True,
        "SuppressionReason": reason,
        "Tag": "Autumn",
        "Metadata": {},
    } | more


def postmark(record: str, **more: Any) -> Event:
    return {
        "RecordType": record,
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Recipient": ANN,
        "Tag": "Autumn",
        "DeliveredAt": "2026-11-24T04:00:00-05:00",
        "ReceivedAt": "2026-11-24T09:00:00Z",
        "Details": "Test delivery webhook details",
        "Metadata": {},
        "ServerID": 23,
        "MessageStream": "broadcast",
    } | more


def mailgun(event: str, **more: Any) -> Event:
    return {
        "event": event,
        "id": "G9Bn5sl1TC6nu79C8C0bwg",
        "timestamp": STAMP + 0.25,
        "log-level": "info",
        "recipient": ANN,
        "recipient-domain": "example.com",
        "message": {"headers": {"to": ANN, "message-id": "20261124@example.org", "from": "news@example.org"}},
        "flags": {
            "is-routed": False,
            "is-authenticated": True,
            "is-system-test": False,
            "is-test-mode": False,
        },
        "tags": ["Autumn"],
        "campaigns": [],
        "user-variables": {},
    } | more


def mailgun_failed(severity: str = "permanent", reason: str = "bounce", **status: Any) -> Event:
    told = {
        "attempt-no": 1,
        "code": 550,
        "enhanced-code": "5.1.1",
        "message": "5.1.1 The email account that you tried to reach does not exist",
        "description": "",
        "mx-host": "mx.example.com",
        "session-seconds": 0.43,
    }
    return mailgun("failed", severity=severity, reason=reason) | {"delivery-status": told | status}


def brevo(event: str, **more: Any) -> Event:
    return {
        "event": event,
        "email": ANN,
        "id": 26224,
        "date": "2026-11-24 10:00:00",
        "ts": STAMP,
        "message-id": "<202611240900.12345678901@smtp-relay.example.org>",
        "ts_event": STAMP,
        "subject": "Autumn",
        "tag": "Autumn",
        "sending_ip": "192.0.2.1",
        "ts_epoch": STAMP * 1000,
        "tags": ["Autumn"],
        "reason": "550 5.1.1 user unknown" if "bounce" in event.lower() else "",
    } | more


def brevo_marketing(event: str, **more: Any) -> Event:
    return {
        "id": 26225,
        "camp_id": 17,
        "email": ANN,
        "campaign name": "Autumn",
        "date_sent": "2026-11-24 09:30:00",
        "date_event": "2026-11-24 10:00:00",
        "event": event,
        "reason": "550 5.1.1 user unknown" if "bounce" in event else "",
        "tag": "",
        "ts_sent": STAMP - 1800,
        "ts_event": STAMP,
        "ts": STAMP,
    } | more


def own(event: str = "hard", **more: Any) -> Event:
    return {
        "id": f"mta-1-{event}",
        "email": ANN,
        "event": event,
        "at": "2026-11-24T09:00:00Z",
        "code": "5.1.1",
        "diagnostic": "550 5.1.1 user unknown",
        "campaign": "Autumn",
        "audience": "News",
    } | more


def resend(name: str = "email.bounced", **data: Any) -> Event:
    sent = {
        "created_at": "2026-11-24T08:59:00.241Z",
        "email_id": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
        "from": "News <news@example.org>",
        "subject": "Autumn",
        "to": [f"Ann <{ANN}>"],
    }
    return {"created_at": "2026-11-24T09:00:00.000Z", "type": name, "data": sent | data}


def resend_bounce(kind: str | None = "Permanent", message: str = "", **bounce: Any) -> Event:
    message = message or (
        "The recipient's email provider sent a hard bounce message, but didn't specify the reason for the hard bounce. "
        "We recommend removing the recipient's email address from your mailing list."
    )
    classified = {"type": kind, "subType": "General"} if kind else {}
    return resend(bounce={"message": message} | classified | bounce)


def mailtrap(event: str = "bounce", **more: Any) -> Event:
    said = {
        "response": "bounced (550 5.1.1 The email account that you tried to reach does not exist. a67bc12345def - gsmtp)",
        "response_code": 550,
        "bounce_category": "hard",
    }
    return {
        "event": event,
        "timestamp": STAMP,
        "sending_stream": "bulk",
        "category": "Autumn",
        "custom_variables": {"variable_a": "value"},
        "message_id": "1df37d17-0286-4d8b-8edf-bc4ec5be86e6",
        "email": ANN,
        "event_id": f"bede7236-{event}",
        **(said if "bounce" in event else {}),
    } | more


def postal(event: str = "MessageDeliveryFailed", status: str = "HardFail", **payload: Any) -> Event:
    message = {
        "id": 1571,
        "token": "MzWWQPubXXWz",
        "direction": "outgoing",
        "message_id": "cfb29da8ed1e4ed5a6c8a0f24d7a9ef3@rp.postal.example.org",
        "to": ANN,
        "from": "news@example.org",
        "subject": "Autumn",
        "timestamp": STAMP - 60.5,
        "spam_status": "NotChecked",
        "tag": "Autumn",
    }
    told = {
        "message": message,
        "status": status,
        "details": "Permanent SMTP delivery error when sending to mx.example.com:25",
        "output": UNKNOWN_USER.removeprefix("smtp; "),
        "sent_with_ssl": None,
        "timestamp": STAMP + 0.0,
        "time": None,
    }
    return {"event": event, "timestamp": STAMP + 0.0, "payload": told | payload, "uuid": f"5fec5077-{event}"}


HARD = {
    "ses": ses_bounce(),
    "sendgrid": [sendgrid_bounce()],
    "postmark": postmark_bounce(),
    "mailgun": mailgun_failed(),
    "brevo": brevo("hard_bounce"),
    "resend": resend_bounce(),
    "mailtrap": [mailtrap()],
    "postal": postal(),
    "json": [own()],
}
"""One hard bounce of ann@example.com for each provider."""
