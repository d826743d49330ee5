"""Errors of reading a provider's suppression list. None holds a key, an address or a URL with an address."""

from typing import ClassVar


class SuppressionListError(Exception):
    """The list can't be read, or not completely. `key` and `values` make the sentence."""

    key: ClassVar[str]

    def __init__(self, **values: str | int) -> None:
        super().__init__(self.key)
        self.values = values


class InvalidApiUrl(SuppressionListError):
    """The base URL is not https, or has parts that no base has. Values: none."""

    key = "suppressions-bad-url"


class KeyRefused(SuppressionListError):
    """The provider does not accept the key, or not for this. Values: provider."""

    key = "suppressions-key-refused"


class NoSuchList(SuppressionListError):
    """The provider has no such list: another domain, account or region. Values: provider."""

    key = "suppressions-no-list"


class RequestRefused(SuppressionListError):
    """The provider refuses the request. Values: provider, status."""

    key = "suppressions-refused"


class ProviderUnreachable(SuppressionListError):
    """The provider does not answer, or only with errors of its own. Values: provider."""

    key = "suppressions-unreachable"


class ProviderBusy(SuppressionListError):
    """The provider has had too many requests, and still has after several pauses. Values: provider."""

    key = "suppressions-busy"


class InvalidAnswer(SuppressionListError):
    """The answer is not what the provider's documentation says. Values: provider."""

    key = "suppressions-bad-answer"
