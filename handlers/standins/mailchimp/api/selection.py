"""The parameters `fields` and `exclude_fields`: comma-separated, dotted property names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Tree = dict[str, "Tree"]


@dataclass(frozen=True)
class Selection:
    """Trees of property names; an empty subtree means the whole property. `included` None: everything."""

    included: Tree | None = None
    excluded: Tree = field(default_factory=dict)

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Selection":
        included = _tree(query["fields"]) if query.get("fields") else None
        return cls(included, _tree(query.get("exclude_fields", "")))

    def has(self, name: str) -> bool:
        """Whether any part of a property is selected."""
        return (self.included is None or name in self.included) and self.excluded.get(name) != {}

    def below(self, name: str) -> "Selection":
        """The selection for the properties of a nested object, or of each item of an array."""
        return Selection((self.included or {}).get(name) or None, self.excluded.get(name, {}))

    @property
    def is_everything(self) -> bool:
        return self.included is None and not self.excluded

    def apply(self, document: Any) -> Any:
        """Returns the selected part of a document."""
        if self.is_everything:
            return document
        if isinstance(document, list):
            return [self.apply(item) for item in document]
        if isinstance(document, dict):
            return {key: self.below(key).apply(value) for key, value in document.items() if self.has(key)}
        return document


def _tree(names: str) -> Tree:
    tree: Tree = {}
    # Deeper names first, so that a whole property overrides its parts.
    for name in sorted(filter(None, names.split(",")), key=lambda name: -name.count(".")):
        *outer, last = name.strip().split(".")
        branch = tree
        for part in outer:
            branch = branch.setdefault(part, {})
        branch[last] = {}
    return tree
