"""The apostrophe that keeps a spreadsheet from running a cell as a formula (OWASP ASVS 5.0, 1.2.10; CWE-1236).

A cell is guarded when it begins with one of = + - @ TAB CR LF, or with = + - @ in their full-width forms. A phone
number in E.164 form is inert and stays as it is. Where apostrophes stand before such a character already, one more is
added, so that `unguard(guard(value)) == value` holds for every value.
"""

import re
from typing import Final

_CHARACTERS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
_TRIGGERS = re.escape(_CHARACTERS)

SUSPECT: Final = frozenset({"'", *_CHARACTERS})  # the first characters for which a cell has to be looked at

_GUARDED = re.compile(f"'+[{_TRIGGERS}]")
_DANGEROUS = re.compile(f"'*[{_TRIGGERS}]")
_DANGEROUS_RAW = re.compile(f"[{_TRIGGERS}]")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def may_guard(text: str) -> bool:
    """Whether an apostrophe stands before a character that it may guard, anywhere in a long text."""
    return any(part[0] in SUSPECT for part in text.split("'")[1:] if part)


def guard(value: str) -> str:
    """The cell to write for a value."""
    return f"'{value}" if _DANGEROUS.match(value) and not _E164.fullmatch(value) else value


def guard_raw(cell: str) -> str:
    """The cell to write for a cell that was read raw: one that begins with an apostrophe is safe and stays."""
    return f"'{cell}" if _DANGEROUS_RAW.match(cell) and not _E164.fullmatch(cell) else cell


def unguard(cell: str) -> str:
    """The value of a cell: one apostrophe is taken off where it stands before a character that needs it."""
    return cell[1:] if _GUARDED.match(cell) else cell
