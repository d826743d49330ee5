"""What can go wrong with Mailchimp. Each docstring is the message, for the log.

No message, `values` or repr holds a key, an address or an address's hash. What Mailchimp says in its own words
(`detail`, `fields`) may name an address: it is for the eyes of the person who asked, never for a log.
"""

import json
from collections.abc import Mapping
from typing import ClassVar

import httpx

from storage.mailchimp.values import Document


class MailchimpError(Exception):
    """Mailchimp could not be used."""

    key: ClassVar[str] = "mailchimp"
    worth_another_try: ClassVar[bool] = False

    def __init__(self, detail: str = "", **values: str | int) -> None:
        """`values` fill the message, here and in the words people read."""
        super().__init__((type(self).__doc__ or type(self).key).format(**values))
        self.detail = detail
        self.values = values
        self.tries = 1  # how often the request was sent
        self.arrived = True  # False: surely nothing was done by Mailchimp
        self.wait: float | None = None  # seconds that Mailchimp asked for before the next try


class BadKey(MailchimpError):
    """The Mailchimp key names no data centre: it has to end like -us3."""

    key = "mailchimp-bad-key"


class BadBase(MailchimpError):
    """The address of Mailchimp's API is no http or https URL."""

    key = "mailchimp-bad-base"


class Problem(MailchimpError):
    """Mailchimp answered {status} “{title}” (instance {instance})."""

    key = "mailchimp-refused"

    @property
    def title(self) -> str:
        """In Mailchimp's words, the same for each problem of the kind."""
        return str(self.values["title"])

    @property
    def instance(self) -> str:
        """What Mailchimp's support asks for."""
        return str(self.values["instance"])


class KeyRefused(Problem):
    """Mailchimp refused the key: {status} “{title}” (instance {instance})."""

    key = "mailchimp-key-refused"


class Forbidden(Problem):
    """The key's owner lacks a right: {status} “{title}” (instance {instance})."""

    key = "mailchimp-forbidden"


class NotFound(Problem):
    """Mailchimp knows nothing there: {status} “{title}” (instance {instance})."""

    key = "mailchimp-not-found"


class MethodRefused(Problem):
    """Mailchimp does not do this to that contact: {status} “{title}” (instance {instance})."""

    key = "mailchimp-method-refused"


class MemberExists(Problem):
    """The contact is in the audience already: {status} “{title}” (instance {instance})."""

    key = "mailchimp-member-exists"


class InComplianceState(Problem):
    """The contact has to subscribe again by itself: {status} “{title}” (instance {instance})."""

    key = "mailchimp-in-compliance-state"


class Forgotten(Problem):
    """The contact was deleted for ever: {status} “{title}” (instance {instance})."""

    key = "mailchimp-forgotten"


class InvalidResource(Problem):
    """Mailchimp finds what was sent invalid: {status} “{title}” (instance {instance})."""

    key = "mailchimp-invalid"
    fields: tuple[tuple[str, str], ...] = ()  # (field, message), in Mailchimp's words; may be empty


class TooManyConnections(MailchimpError):
    """Mailchimp takes no more calls just now ({status})."""

    key = "mailchimp-too-many-connections"
    worth_another_try = True

    def __init__(self, status: int) -> None:
        """`status`: 429, 403 without words, or 0 where no connection came free on this side."""
        super().__init__(status=status)
        self.arrived = False


class Unavailable(MailchimpError):
    """Mailchimp can't be reached, or fails ({reason})."""

    key = "mailchimp-unavailable"
    worth_another_try = True

    def __init__(self, reason: str, *, arrived: bool = True) -> None:
        """`reason`: a status or a kind of network error. `arrived`: may the request have been carried out?"""
        super().__init__(reason=reason)
        self.arrived = arrived


class WrongDataCentre(MailchimpError):
    """The data centre {centre} is not the one of this key, or there is none of that name."""

    key = "mailchimp-wrong-data-centre"


class BadAnswer(MailchimpError):
    """What answered is not Mailchimp, or not as it should ({reason})."""

    key = "mailchimp-bad-answer"


def problem(status: int, body: bytes | str, centre: str = "") -> MailchimpError:
    """The error that an answer means: `status` 300 or more. `centre`: the data centre asked."""
    document = _document(body)
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return Unavailable(str(status))
    if status == httpx.codes.TOO_MANY_REQUESTS or (status == httpx.codes.FORBIDDEN and document is None):
        return TooManyConnections(status)
    if document is None and status != httpx.codes.UNAUTHORIZED:
        return BadAnswer(reason=str(status))
    return _told(status, document or {}, centre)


def _told(status: int, document: Document, centre: str) -> MailchimpError:
    title = str(document.get("title") or "")
    if status == httpx.codes.FORBIDDEN and "datacenter" in title.casefold().replace(" ", ""):
        return WrongDataCentre(str(document.get("detail") or ""), centre=centre)
    kind = _BY_STATUS.get(status) or _BY_TITLE.get(title.casefold(), Problem)
    error = kind(
        str(document.get("detail") or ""),
        status=status,
        title=title,
        instance=str(document.get("instance") or ""),
    )
    if isinstance(error, InvalidResource):
        error.fields = _fields(document.get("errors"))
    return error


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
    found = errors if isinstance(errors, list) else []
    return tuple(
        (str(each.get("field") or ""), str(each.get("message") or ""))
        for each in found
        if isinstance(each, dict)
    )
