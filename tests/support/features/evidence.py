"""A client that also keeps views that are pushed."""

from typing import Any

from tests.support.features.segments import (
    Slack,
)


class Pushing(Slack):
    """Modals on top of others are shown by the updates that follow."""

    def __init__(self, locale: str = "en-US") -> None:
        super().__init__()
        self.locale = locale
        self.pushed = 0

    def users_info(self, **given: Any) -> Any:
        found = super().users_info(**given)
        return {"user": found["user"] | {"locale": self.locale}}

    def views_push(self, **_given: Any) -> Any:
        self.pushed += 1
        return {"view": {"id": f"V{self.pushed + 1}"}}
