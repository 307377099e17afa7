"""Reads typed settings from a mapping of names to texts; a blank one counts as not given."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

S = TypeVar("S", bound=str)

_WORDS = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "off": False, "0": False}

#: No count, size or duration that is set needs more: it keeps later arithmetic within 64 bits.
_MOST = 2**53


class BadSetting(Exception):
    """A setting is missing or can't be read; the message names it and says what it must be."""


class Environment:
    """The settings of one process."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def text(self, name: str) -> str:
        """A setting that must be given. Raises `BadSetting`."""
        value = self.optional(name)
        if value is None:
            raise BadSetting(f"{name} is not set. It has no default; see docs/settings.md.")
        return value

    def optional(self, name: str) -> str | None:
        """A setting, or None. Raises `BadSetting` where its file can't be read."""
        if value := self._values.get(name, "").strip():
            return value
        path = self._values.get(f"{name}_FILE", "").strip()
        if not path:
            return None
        try:
            return Path(path).read_text("utf-8").strip() or None
        except (OSError, UnicodeDecodeError) as error:
            raise BadSetting(f"{name}_FILE: {path} can't be read: {error}") from None

    def texts(self, name: str) -> tuple[str, ...]:
        """A setting that must be given: one or several texts with commas between. Raises `BadSetting`."""
        return tuple(part.strip() for part in self.text(name).split(",") if part.strip())

    def number(self, name: str, *, default: int, least: int = 1) -> int:
        """A whole number of ``least`` or more. Raises `BadSetting`."""
        value = self.optional(name)
        if value is None:
            return default
        if not (value.isascii() and value.isdigit() and least <= int(value) <= _MOST):
            raise BadSetting(f"{name} must be a whole number of {least} or more, not {value!r}.")
        return int(value)

    def yes(self, name: str, *, default: bool) -> bool:
        """Yes or no. Raises `BadSetting`."""
        value = self.optional(name)
        if value is None:
            return default
        if value.lower() not in _WORDS:
            raise BadSetting(f"{name} must be yes or no, not {value!r}.")
        return _WORDS[value.lower()]

    def choice(self, name: str, choices: Sequence[S], *, default: S) -> S:
        """One of some words, without regard to case. Raises `BadSetting`."""
        value = self.optional(name)
        if value is None:
            return default
        for choice in choices:
            if choice == value.lower():
                return choice
        raise BadSetting(f"{name} must be {' or '.join(choices)}, not {value!r}.")
