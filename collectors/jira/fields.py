"""Which custom fields of a server hold what: found once, by their type or their name.

The ids of custom fields differ from server to server, names from language to language; the types that Jira Software
brings along are the same everywhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collectors.jira.values import Item

_AGILE = "com.pyxis.greenhopper.jira:"

_TYPES = {
    "sprint": {f"{_AGILE}gh-sprint"},
    "epic": {f"{_AGILE}gh-epic-link"},
    "story_points": {f"{_AGILE}jsw-story-points"},
    "acceptance_criteria": set(),
    "flagged": set(),
}
"""What is looked for, and the types that are it whatever their name."""

_NAMES = {
    "sprint": {"sprint"},
    "epic": {"epic link", "parent link"},
    "story_points": {"story points", "story point estimate"},
    "acceptance_criteria": {"acceptance criteria", "acceptance criterion"},
    "flagged": {"flagged", "impediment"},
}
"""Names, in lower case, that say it where the type does not."""

Names = Sequence[tuple[str, str]]
"""Id and name of the fields that hold one thing, the most likely one first."""


@dataclass(frozen=True)
class Fields:
    """The custom fields of a server that matter here, by what they hold."""

    known: Mapping[str, Names]

    @classmethod
    def found(cls, told: Iterable[Item], wished: Mapping[str, str]) -> "Fields":
        """The fields among all that a server tells of; `wished` names some by id or name, and nothing else then."""
        custom = [field for field in told if field.get("custom")]
        return cls({what: _matching(what, custom, wished.get(what)) for what in _TYPES})

    @property
    def ids(self) -> list[str]:
        """The ids to ask for."""
        return sorted({identifier for names in self.known.values() for identifier, _ in names})

    def value(self, issue_fields: Item, what: str) -> Any:
        """The first value that an issue has in one of the fields that hold it; None where it has none."""
        values = (issue_fields.get(identifier) for identifier, _ in self.known.get(what, ()))
        return next((value for value in values if value not in (None, "", [])), None)

    def meaning(self, identifier: str | None, name: str) -> str | None:
        """What a changed field holds, by its id, or its name where a server does not tell the id."""
        for what, names in self.known.items():
            if any(identifier == known if identifier else name == called for known, called in names):
                return what
        return None


def _matching(what: str, custom: Sequence[Item], wished: str | None) -> Names:
    if wished is not None:
        chosen = [field for field in custom if wished in (field["id"], field.get("name"))]
        return [(field["id"], field.get("name") or field["id"]) for field in chosen]
    typed = [field for field in custom if (field.get("schema") or {}).get("custom") in _TYPES[what]]
    named = [field for field in custom if field not in typed and _names(field) & _NAMES[what]]
    return [(field["id"], field.get("name") or field["id"]) for field in (*typed, *named)]


def _names(field: Item) -> set[str]:
    """The names of a field in lower case, the one before translation included."""
    return {str(field.get(key)).strip().lower() for key in ("name", "untranslatedName") if field.get(key)}
