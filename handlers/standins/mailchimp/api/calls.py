"""An API call and its query parameters, parsed as the specification types them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from handlers.standins.mailchimp.account import AccountState, ListState
from handlers.standins.mailchimp.api.problems import invalid
from handlers.standins.mailchimp.api.selection import Selection
from handlers.standins.types import Json

LARGEST_PAGE = 1000


@dataclass(frozen=True)
class ApiCall:
    """`parts`: values of the path's placeholders. `body`: the parsed JSON, None without a body."""

    account: AccountState
    method: str
    parts: tuple[str, ...]
    query: Mapping[str, str]
    body: Any = None

    @property
    def audience(self) -> ListState:
        """Raises ProblemResponse 404."""
        return self.account.audience(self.parts[0])

    @property
    def selection(self) -> Selection:
        return Selection.from_query(self.query)

    @property
    def page(self) -> tuple[int, int]:
        """Offset and count. Raises ProblemResponse 400 unless both are numbers in their range."""
        return self._number("offset", 0, None), self._number("count", 10, LARGEST_PAGE)

    def choice(self, name: str, choices: Sequence[str], default: str | None = None) -> str | None:
        """A parameter with a closed set of values. Raises ProblemResponse 400."""
        value = self.query.get(name)
        if value is None:
            return default
        if value not in choices:
            raise invalid(
                errors={name: f"The value you selected is not a valid choice: {', '.join(choices)}"}
            )
        return value

    def choices(self, name: str, choices: Sequence[str]) -> set[str]:
        """A comma-separated parameter; all of `choices` by default. Raises ProblemResponse 400."""
        values = set(self.query[name].split(",")) if self.query.get(name) else set(choices)
        if not values <= set(choices):
            raise invalid(errors={name: "One or more of the given values is invalid."})
        return values

    def flag(self, name: str) -> bool:
        return self.choice(name, ("true", "false"), "false") == "true"

    def time(self, name: str) -> int | None:
        """An ISO 8601 time in seconds since the epoch; UTC when it has no offset. Raises ProblemResponse 400."""
        value = self.query.get(name)
        if not value:
            return None
        try:
            time = datetime.fromisoformat(value.replace(" ", "+"))
        except ValueError:
            raise invalid(errors={name: "This value is not a valid datetime."}) from None
        return int(time.replace(tzinfo=time.tzinfo or UTC).timestamp())

    def document(self) -> Json:
        """The body as an object. Raises ProblemResponse 400."""
        if not isinstance(self.body, dict):
            raise invalid(errors={"": "Schema describes object, nothing found instead"})
        return self.body

    def _number(self, name: str, default: int, largest: int | None) -> int:
        value = self.query.get(name, str(default))
        if not value.isascii() or not value.isdigit() or (largest is not None and int(value) > largest):
            raise invalid(errors={name: f"This value should be a number from 0 to {largest or 'any'}."})
        return int(value)
