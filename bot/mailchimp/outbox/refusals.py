"""What an error of Mailchimp's means for the change of a contact: final, or to be tried again.

A refused method (405) is final, but may mean that the change was made already: `Client.archive` and the refresh at the
end of the outbox's work look whether it was.
"""

from collections.abc import Mapping

from storage.mailchimp.api.errors import (
    AccountSuspended,
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
GONE = (NOT_FOUND, FORGOTTEN)  # deleted permanently at Mailchimp

_KEYS: Mapping[type[Problem], str] = {
    MethodRefused: REFUSED_METHOD,
    NotFound: NOT_FOUND,
    Forgotten: FORGOTTEN,
    InComplianceState: "in-compliance",
    InvalidResource: "invalid",
}


def is_refusal(error: MailchimpError) -> bool:
    """Whether Mailchimp refused the change of this one contact for good."""
    return isinstance(error, Problem) and not isinstance(error, KeyRefused | Forbidden | AccountSuspended)


def key_of(error: MailchimpError) -> str:
    """Returns the key that the outbox stores of a refusal."""
    return next((key for kind, key in _KEYS.items() if isinstance(error, kind)), "other")


def may_succeed_later(error: MailchimpError) -> bool:
    """Whether another try may succeed."""
    return error.is_retryable or isinstance(error, BadAnswer)


def may_have_been_done(error: MailchimpError) -> bool:
    """Whether Mailchimp may have made the change in spite of the error."""
    return error.arrived and not isinstance(error, Problem)
