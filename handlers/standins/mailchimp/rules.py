"""How the account behaves. A test, or a person, changes any of it while the stand-in runs."""

from dataclasses import dataclass, field

# The real service tries for 75 minutes.
WEBHOOK_RETRIES_SECONDS = (300.0, 600.0, 900.0, 1200.0, 1500.0)


@dataclass
class Rules:
    """What differs from account to account, from year to year, or isn't known for sure.

    `latency`: seconds before each answer; `connections`: calls of one key at once, one more is refused with 429,
    without a body when `empty_refusals`.
    `archive_cleaned_allowed`: off, archiving a cleaned contact answers 405, as was recorded in 2021; the addresses
    in `archive_refused` get that answer in any case.
    `forgotten`: addresses deleted for good earlier, which can't be added; `fake_domains`: taken for made up.
    `double_optin_enforced`: where the audience has double opt-in, a new contact sent as `subscribed` is `pending`.
    `problems_without_type`: some errors come without their `type`, as recorded, though the specification wants it.
    A batch is finished once it was looked at `batch_looks` times and `batch_seconds` went by.
    `sign_webhooks`: webhooks made from now on get a secret; off, they are as they were before 2026.
    `webhook_seconds`: how long an answer may take; `webhook_retries`: the waits in seconds before the next tries.
    `webhooks_twice`: each is sent a second time although it was answered.
    """

    latency: float = 0.0
    connections: int = 10
    empty_refusals: bool = False
    archive_cleaned_allowed: bool = False
    archive_refused: set[str] = field(default_factory=set)
    forgotten: set[str] = field(default_factory=set)
    fake_domains: set[str] = field(default_factory=set)
    double_optin_enforced: bool = True
    problems_without_type: bool = False
    batch_looks: int = 2
    batch_seconds: float = 0.0
    sign_webhooks: bool = True
    webhook_seconds: float = 10.0
    webhook_retries: tuple[float, ...] = WEBHOOK_RETRIES_SECONDS
    webhooks_twice: bool = False
