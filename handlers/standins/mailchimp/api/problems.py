"""Errors of the API, answered as problem documents (RFC 7807)."""

from collections.abc import Mapping
from uuid import uuid4

from handlers.standins.types import Json

TYPE = "https://mailchimp.com/developer/marketing/docs/errors/"
COULD_NOT_VALIDATE = (
    "The resource submitted could not be validated. For field-specific details, see the 'errors' array."
)


class ProblemResponse(Exception):
    """Raised to answer with a problem document. `errors`: message by field."""

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        errors: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.detail = detail
        self.errors = dict(errors or {})
        self.headers = dict(headers or {})

    def document(self, *, without_type: bool = False) -> Json:
        """`without_type`: leaves out `type` where the real service was recorded to: in problems of a member's state."""
        document: Json = {
            "type": TYPE,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": str(uuid4()),
        }
        if without_type and self.title in {"Member Exists", "Member In Compliance State"}:
            del document["type"]
        if self.errors:
            document["errors"] = [
                {"field": name, "message": message} for name, message in self.errors.items()
            ]
        return document


def invalid(detail: str = COULD_NOT_VALIDATE, errors: Mapping[str, str] | None = None) -> ProblemResponse:
    return ProblemResponse(400, "Invalid Resource", detail, errors)


def not_found() -> ProblemResponse:
    return ProblemResponse(404, "Resource Not Found", "The requested resource could not be found.")


def json_parse_error() -> ProblemResponse:
    return ProblemResponse(400, "JSON Parse Error", "We encountered an unspecified JSON parsing error.")


def key_missing() -> ProblemResponse:
    return ProblemResponse(401, "API Key Missing", "Your request did not include an API key.")


def key_invalid() -> ProblemResponse:
    """For an unknown key of this data centre."""
    return ProblemResponse(
        401,
        "API Key Invalid",
        "Your API key may be invalid, or you've attempted to access the wrong datacenter.",
    )


def wrong_data_centre() -> ProblemResponse:
    """For a key whose suffix names another data centre."""
    return ProblemResponse(
        403, "Wrong Datacenter", "The API key provided is linked to a different datacenter"
    )


def forbidden() -> ProblemResponse:
    return ProblemResponse(403, "Forbidden", "You are not permitted to access this resource.")


def method_not_allowed(allowed: list[str]) -> ProblemResponse:
    return ProblemResponse(
        405,
        "Method Not Allowed",
        "The requested method and resource are not compatible. See the Allow header for this resource's "
        "available methods.",
        headers={"Allow": ", ".join(allowed)},
    )


def cannot_archive() -> ProblemResponse:
    return ProblemResponse(
        405,
        "Method Not Allowed",
        "This list member cannot be removed. Can not archive a contact that is bounced, pending or archived",
        headers={"Allow": "GET, PUT"},
    )


def too_many(limit: int) -> ProblemResponse:
    return ProblemResponse(
        429, "Too Many Requests", f"You have exceeded the limit of {limit} simultaneous connections."
    )


def server_error() -> ProblemResponse:
    return ProblemResponse(
        500,
        "Internal Server Error",
        "An unexpected internal error has occurred. Please contact Support for more information.",
    )


def member_exists(address: str) -> ProblemResponse:
    return ProblemResponse(
        400,
        "Member Exists",
        f"{address} is already a list member. Use PUT to insert or update list members.",
    )


def in_compliance_state(address: str) -> ProblemResponse:
    return ProblemResponse(
        400,
        "Member In Compliance State",
        f"{address} is in a compliance state due to unsubscribe, bounce, or compliance review and cannot be "
        "subscribed.",
    )


def forgotten(address: str) -> ProblemResponse:
    return ProblemResponse(
        400,
        "Forgotten Email Not Subscribed",
        f"{address} was permanently deleted and cannot be re-imported. The contact must re-subscribe to get back "
        "on the list.",
    )
