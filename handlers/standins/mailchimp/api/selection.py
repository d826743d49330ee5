"""The parameters `fields` and `exclude_fields`: names with dots, by commas."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Tree = dict[str, "Tree"]


@dataclass(frozen=True)
class Selection:
    """Trees of names; an empty tree below a name means the whole of it. `wanted` None: everything."""

    wanted: Tree | None = None
    unwanted: Tree = field(default_factory=dict)

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Selection":
        wanted = _tree(query["fields"]) if query.get("fields") else None
        return cls(wanted, _tree(query.get("exclude_fields", "")))

    def has(self, name: str) -> bool:
        """Whether anything of this name is wanted."""
        return (self.wanted is None or name in self.wanted) and self.unwanted.get(name) != {}

    def below(self, name: str) -> "Selection":
        """What is wanted inside the thing, or the things, of this name."""
        return Selection((self.wanted or {}).get(name) or None, self.unwanted.get(name, {}))

    @property
    def whole(self) -> bool:
        return self.wanted is None and not self.unwanted

    def apply(self, document: Any) -> Any:
        """The wanted part of a document."""
        if self.whole:
            return document
        if isinstance(document, list):
            return [self.apply(one) for one in document]
        if isinstance(document, dict):
            return {key: self.below(key).apply(value) for key, value in document.items() if self.has(key)}
        return document


def _tree(names: str) -> Tree:
    tree: Tree = {}
    # Longer names first, so that a whole thing wins over its parts.
    for name in sorted(filter(None, names.split(",")), key=lambda name: -name.count(".")):
        *outer, last = name.strip().split(".")
        place = tree
        for part in outer:
            place = place.setdefault(part, {})
        place[last] = {}
    return tree
