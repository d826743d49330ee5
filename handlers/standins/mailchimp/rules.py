"""Settings of how the account behaves; a test may change them while the stand-in runs."""

from dataclasses import dataclass, field

# The real service retries for 75 minutes.
WEBHOOK_RETRIES_SECONDS = (300.0, 600.0, 900.0, 1200.0, 1500.0)


@dataclass
class Rules:
    """What varies between accounts or over the years, or isn't known for certain.

    `latency`: seconds before each response. `connections`: concurrent requests allowed per key; further ones get 429,
    without a body when `empty_refusals`.
    `archive_cleaned_allowed`: if false, archiving a cleaned member gets 405, as recorded in 2021; addresses in
    `archive_refused` always get it.
    `audiences_api`: whether the account has the Audiences API (beta); without it, its calls get
    `audiences_api_refusal`, 403 or 404. `contact_archives_cleaned`: whether its archive takes cleaned contacts.
    `phones_counted`: the counts of an audience include contacts that have a telephone number and no address.
    `forgotten`: permanently deleted addresses, which can't be added again; `fake_domains`: rejected as fake.
    `double_optin_enforced`: in an audience with double opt-in, a new member sent as `subscribed` becomes `pending`.
    `problems_without_type`: some problem documents lack `type`, as recorded, although the specification requires it.
    `batch_polls`, `batch_seconds`: a batch finishes after this many GETs and this time.
    `sign_webhooks`: new webhooks get a secret; if false, they are unsigned, as before 2026.
    `webhook_seconds`: time-out of a delivery; `webhook_retries`: seconds to wait before each further attempt.
    `webhooks_twice`: every delivery is sent twice, even when answered.
    """

    latency: float = 0.0
    connections: int = 10
    empty_refusals: bool = False
    archive_cleaned_allowed: bool = False
    archive_refused: set[str] = field(default_factory=set)
    audiences_api: bool = False
    audiences_api_refusal: int = 404
    contact_archives_cleaned: bool = False
    phones_counted: bool = True
    forgotten: set[str] = field(default_factory=set)
    fake_domains: set[str] = field(default_factory=set)
    double_optin_enforced: bool = True
    problems_without_type: bool = False
    batch_polls: int = 2
    batch_seconds: float = 0.0
    sign_webhooks: bool = True
    webhook_seconds: float = 10.0
    webhook_retries: tuple[float, ...] = WEBHOOK_RETRIES_SECONDS
    webhooks_twice: bool = False
