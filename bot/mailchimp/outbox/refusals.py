"""What an error of Mailchimp's means for a change that was asked for."""

from collections.abc import Mapping

from storage.mailchimp.errors import (
    BadAnswer,
    Forbidden,
    Forgotten,
    InComplianceState,
    InvalidResource,
    KeyRefused,
    MailchimpError,
    MethodRefused,
    NotFound,
    Problem,
)

REFUSED_METHOD = "method-refused"
NOT_FOUND, FORGOTTEN = "not-found", "forgotten"
GONE = (NOT_FOUND, FORGOTTEN)  # deleted for good

_KEYS: Mapping[type[Problem], str] = {
    MethodRefused: REFUSED_METHOD,
    NotFound: NOT_FOUND,
    Forgotten: FORGOTTEN,
    InComplianceState: "in-compliance",
    InvalidResource: "invalid",
}


def is_refusal(error: MailchimpError) -> bool:
    """Whether it is about this one contact, and final."""
    return isinstance(error, Problem) and not isinstance(error, KeyRefused | Forbidden)


def key_of(error: MailchimpError) -> str:
    """A refusal's kind, in short."""
    return next((key for kind, key in _KEYS.items() if isinstance(error, kind)), "other")


def is_passing(error: MailchimpError) -> bool:
    """Whether another try may go well."""
    return error.is_retryable or isinstance(error, BadAnswer)


def may_be_done(error: MailchimpError) -> bool:
    """Whether Mailchimp may have done all the same what was asked."""
    return error.arrived and not isinstance(error, Problem)
