"""One call of the API, and the reading of its parameters as the specification types them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from handlers.standins.mailchimp.account import Account, ListState
from handlers.standins.mailchimp.api.problems import Json, invalid
from handlers.standins.mailchimp.api.selection import Selection

LARGEST_PAGE = 1000


@dataclass(frozen=True)
class Call:
    """`parts`: what stands in the path's places. `body`: the JSON sent, None without one."""

    account: Account
    method: str
    parts: tuple[str, ...]
    query: Mapping[str, str]
    body: Any = None

    @property
    def audience(self) -> ListState:
        """Raises Problem 404."""
        return self.account.audience(self.parts[0])

    @property
    def selection(self) -> Selection:
        return Selection.of(self.query)

    @property
    def page(self) -> tuple[int, int]:
        """Offset and count. Raises Problem 400 for what isn't a number in its range."""
        return self._number("offset", 0, None), self._number("count", 10, LARGEST_PAGE)

    def choice(self, name: str, choices: Sequence[str], otherwise: str | None = None) -> str | None:
        value = self.query.get(name)
        if value is None:
            return otherwise
        if value not in choices:
            raise invalid(
                errors={name: f"The value you selected is not a valid choice: {', '.join(choices)}"}
            )
        return value

    def choices(self, name: str, choices: Sequence[str]) -> set[str]:
        """Several, by commas; all of them when the parameter isn't there."""
        values = set(self.query[name].split(",")) if self.query.get(name) else set(choices)
        if not values <= set(choices):
            raise invalid(errors={name: "One or more of the given values is invalid."})
        return values

    def flag(self, name: str) -> bool:
        return self.choice(name, ("true", "false"), "false") == "true"

    def moment(self, name: str) -> int | None:
        """Seconds since 1970 of an ISO 8601 time; without a zone it is UTC."""
        value = self.query.get(name)
        if not value:
            return None
        try:
            read = datetime.fromisoformat(value.replace(" ", "+"))
        except ValueError:
            raise invalid(errors={name: "This value is not a valid datetime."}) from None
        return int(read.replace(tzinfo=read.tzinfo or UTC).timestamp())

    def document(self) -> Json:
        """The body as an object. Raises Problem 400."""
        if not isinstance(self.body, dict):
            raise invalid(errors={"": "Schema describes object, nothing found instead"})
        return self.body

    def _number(self, name: str, otherwise: int, largest: int | None) -> int:
        value = self.query.get(name, str(otherwise))
        if not value.isascii() or not value.isdigit() or (largest is not None and int(value) > largest):
            raise invalid(errors={name: f"This value should be a number from 0 to {largest or 'any'}."})
        return int(value)
