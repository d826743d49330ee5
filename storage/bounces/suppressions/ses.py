"""Amazon SES's account-level suppression list, read by token.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_ListSuppressedDestinations.html
"""

from collections.abc import Iterator, Mapping

from storage.bounces.suppressions.api import ProviderApi
from storage.bounces.suppressions.entries import Page, Suppression, objects, suppression, text

PAGE_SIZE = 1_000
SERVICE = "ses"  # the name under which requests are signed


def base(region: str) -> str:
    """The server of a region."""
    return f"https://email.{region}.amazonaws.com"


def pages(api: ProviderApi) -> Iterator[Page]:
    """Yields all entries; `reason` is Amazon's. Raises SuppressionListError."""
    params: dict[str, str | int] = {"PageSize": PAGE_SIZE}
    used: set[str] = set()
    while True:
        answer = api.get("/v2/email/suppression/addresses", params)
        entries = objects(answer, "SuppressedDestinationSummaries", api.provider)
        yield Page([_entry(entry) for entry in entries])
        token = answer.get("NextToken") if isinstance(answer, Mapping) else None
        if not token:
            return
        if not isinstance(token, str) or token in used:
            raise api.invalid_answer()
        used.add(token)
        params["NextToken"] = token


def _entry(entry: object) -> Suppression:
    reason = text(entry.get("Reason")) if isinstance(entry, Mapping) else ""
    return suppression(entry, address="EmailAddress", reason=reason, at="LastUpdateTime")
