"""One column of the template, read from its data file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.template.rules import RULES, Rule

_OF_THE_COLUMN = frozenset(
    {"name", "label", "type", "required", "required_when", "unique", "secret", "example", "aliases", "about"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A column must be filled where another, ``column``, has the value ``equals``."""

    column: str
    equals: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its ``name`` in the file and in messages, its ``label`` for people, and its rule."""

    name: str
    label: str
    type: str
    check: Rule
    required: bool = False
    required_when: Condition | None = None
    unique: bool = False
    secret: bool = False
    example: str = ""
    aliases: tuple[str, ...] = ()
    about: str = ""

    @property
    def rule(self) -> str:
        """The rule in words."""
        parts = [self.check.describe()]
        if self.required_when:
            parts.append(f"required when {self.required_when.column} is {self.required_when.equals}")
        if self.unique:
            parts.append("unique in the file and in the account")
        return "; ".join(parts)

    def unique_key(self, value: str) -> str:
        """What two values are compared by: e-mail addresses without regard to case, all else as it is."""
        return value.casefold() if self.type == "email" else value

    def unique_keys(self, values: Sequence[str]) -> Sequence[str]:
        """The keys of many values."""
        if self.type != "email":
            return values
        joined = "\n".join(values)
        return values if joined == joined.casefold() else list(map(str.casefold, values))

    def definition(self) -> dict[str, Any]:
        """The column as the API tells it."""
        return {
            "name": self.name,
            "label": self.label,
            "required": self.required,
            "rule": self.rule,
            "example": self.example,
            "aliases": list(self.aliases),
            "unique": self.unique,
            "secret": self.secret,
            "about": self.about,
        }


def from_data(data: Mapping[str, Any]) -> Column:
    """A column from its table in the data file; a setting that neither column nor rule knows is an error."""
    settings = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items() if k not in _OF_THE_COLUMN}
    kept = {k: v for k, v in data.items() if k in _OF_THE_COLUMN}
    kept["aliases"] = tuple(data.get("aliases", ()))
    if "required_when" in data:
        kept["required_when"] = Condition(**data["required_when"])
    return Column(check=RULES[data["type"]](**settings), **kept)
