"""Errors of Mailchimp. The docstring of each is its message, for the log.

No message, `values` or repr holds a key, an address or an address's hash. Mailchimp's own words (`detail`, `fields`)
may name an address: they are shown to the person who asked, and never logged.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar

from storage.mailchimp.api.values import Document


class MailchimpError(Exception):
    """Mailchimp could not be used."""

    key: ClassVar[str] = "mailchimp"
    is_retryable: ClassVar[bool] = False

    def __init__(self, detail: str = "", **values: str | int) -> None:
        """`values` fill the placeholders of the message, here and in its translations."""
        super().__init__((type(self).__doc__ or type(self).key).format(**values))
        self.detail = detail
        self.values = values
        self.tries = 1  # how often the request was sent
        self.arrived = True  # False: the request certainly did not reach Mailchimp
        self.retry_after: float | None = None  # seconds, from the Retry-After header


class BadKey(MailchimpError):
    """The Mailchimp key names no data centre: it must end like -us3."""

    key = "mailchimp-bad-key"


class BadBase(MailchimpError):
    """The base URL of Mailchimp's API is not one: https, or http within this machine, and its end is /3.0."""

    key = "mailchimp-bad-base"


class Problem(MailchimpError):
    """Mailchimp answered {status} “{title}” (instance {instance})."""

    key = "mailchimp-refused"

    @property
    def title(self) -> str:
        """Mailchimp's name of the kind of problem."""
        return str(self.values["title"])

    @property
    def instance(self) -> str:
        """The id that Mailchimp's support asks for."""
        return str(self.values["instance"])


class KeyRefused(Problem):
    """Mailchimp refused the key: {status} “{title}” (instance {instance})."""

    key = "mailchimp-key-refused"


class Forbidden(Problem):
    """The key's owner lacks a permission: {status} “{title}” (instance {instance})."""

    key = "mailchimp-forbidden"


class AccountSuspended(Problem):
    """Mailchimp has suspended or closed the account: {status} “{title}” (instance {instance})."""

    key = "mailchimp-account-suspended"


class NotFound(Problem):
    """Mailchimp has no such resource: {status} “{title}” (instance {instance})."""

    key = "mailchimp-not-found"


class MethodRefused(Problem):
    """Mailchimp does not allow this for the contact: {status} “{title}” (instance {instance})."""

    key = "mailchimp-method-refused"


class NoContactApi(MailchimpError):
    """The account has no Audiences API, which Mailchimp does not give to all."""

    key = "mailchimp-no-contact-api"


class MemberExists(Problem):
    """The contact is in the audience already: {status} “{title}” (instance {instance})."""

    key = "mailchimp-member-exists"


class InComplianceState(Problem):
    """The contact must resubscribe itself: {status} “{title}” (instance {instance})."""

    key = "mailchimp-in-compliance-state"


class Forgotten(Problem):
    """The contact was erased at Mailchimp: {status} “{title}” (instance {instance})."""

    key = "mailchimp-forgotten"


class InvalidResource(Problem):
    """Mailchimp rejected the request as invalid: {status} “{title}” (instance {instance})."""

    key = "mailchimp-invalid"
    fields: tuple[tuple[str, str], ...] = ()  # (field, message), in Mailchimp's words; may be empty


class TooManyConnections(MailchimpError):
    """Mailchimp accepts no more connections at the moment ({status})."""

    key = "mailchimp-too-many-connections"
    is_retryable = True

    def __init__(self, status: int) -> None:
        """`status`: 429, 403 without JSON, or 0 if the limit on this side was not lifted in time."""
        super().__init__(status=status)
        self.arrived = False


class Unavailable(MailchimpError):
    """Mailchimp is unreachable or failing ({reason})."""

    key = "mailchimp-unavailable"
    is_retryable = True

    def __init__(self, reason: str, *, arrived: bool = True) -> None:
        """`reason`: a status or a kind of network error. `arrived`: whether the request may have been executed."""
        super().__init__(reason=reason)
        self.arrived = arrived


class WrongDataCentre(MailchimpError):
    """The data centre {centre} does not exist, or does not belong to this key."""

    key = "mailchimp-wrong-data-centre"


class BadAnswer(MailchimpError):
    """The answer is not a valid one of Mailchimp's API ({reason})."""

    key = "mailchimp-bad-answer"


def problem(status: int, body: bytes | str, centre: str = "") -> MailchimpError:
    """The error for an answer with `status` 300 or more. `centre`: the data centre asked."""
    document = _document(body)
    if document is not None and status in (_COMPLIANCE, HTTPStatus.FORBIDDEN):
        title, detail = (str(document.get(name)).casefold() for name in ("title", "detail"))
        words = f"{title} {detail if 'account' in detail else ''}"
        if status == _COMPLIANCE or any(word in words for word in _SUSPENDED):
            return _of_kind(AccountSuspended, status, document)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unavailable(str(status))
    if status == HTTPStatus.TOO_MANY_REQUESTS or (status == HTTPStatus.FORBIDDEN and document is None):
        return TooManyConnections(status)
    if document is None and status != HTTPStatus.UNAUTHORIZED:
        return BadAnswer(reason=str(status))
    return _problem(status, document or {}, centre)


def _problem(status: int, document: Document, centre: str) -> MailchimpError:
    title = str(document.get("title") or "")
    if status == HTTPStatus.FORBIDDEN and "datacenter" in title.casefold().replace(" ", ""):
        return WrongDataCentre(str(document.get("detail") or ""), centre=centre)
    kind = _BY_STATUS.get(status) or _BY_TITLE.get(title.casefold(), Problem)
    error = _of_kind(kind, status, document)
    if isinstance(error, InvalidResource):
        error.fields = _fields(document.get("errors"))
    return error


def _of_kind(kind: type[Problem], status: int, document: Document) -> Problem:
    return kind(
        str(document.get("detail") or ""),
        status=status,
        title=str(document.get("title") or ""),
        instance=str(document.get("instance") or ""),
    )


# Mailchimp's glossary of errors has 403 “User Disabled” and 599 “Compliance Related”.
_COMPLIANCE = 599
_SUSPENDED = ("disabled", "deactivated", "suspended", "closed")
_BY_STATUS: Mapping[int, type[Problem]] = {
    401: KeyRefused,
    403: Forbidden,
    404: NotFound,
    405: MethodRefused,
}
_BY_TITLE: Mapping[str, type[Problem]] = {
    "member exists": MemberExists,
    "member in compliance state": InComplianceState,
    "forgotten email not subscribed": Forgotten,
    "invalid resource": InvalidResource,
}


def _document(body: bytes | str) -> Document | None:
    try:
        document = json.loads(body)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _fields(errors: object) -> tuple[tuple[str, str], ...]:
    items = errors if isinstance(errors, list) else []
    return tuple(
        (str(item.get("field") or ""), str(item.get("message") or ""))
        for item in items
        if isinstance(item, dict)
    )
