"""How a number is shown: the zeros, signs and dates that a cell's format makes of it, since people see those."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

_WHOLE: Final = re.compile(r"-?\d{1,17}", re.ASCII)

#: A part of a format: text in quotes or behind a backslash, a space, a colour or condition, a digit, or anything else.
_PART: Final = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[([^\]]*)\]|([0#?])|(.)')
_PLAIN: Final = frozenset("+-() /:")
_CONDITION: Final = re.compile(r"(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)")


class Formats:
    """The formats of a workbook's cells, by the number of their style; ``from_1904``: days count from that year."""

    def __init__(self, codes: Mapping[int, str], *, from_1904: bool) -> None:
        self._codes = codes
        self._epoch = MAC_EPOCH if from_1904 else WINDOWS_EPOCH

    def shown(self, number: str, style: int) -> str:
        """A number as it is written in the file, as it is seen in a cell of this style."""
        code = self._codes.get(style, "General")
        if is_date(code):
            return self._moment(number, code) or plain(number)
        if _WHOLE.fullmatch(whole := plain(number)):
            return shaped(int(whole), code) or whole
        return whole

    def _moment(self, number: str, code: str) -> str | None:
        try:
            moment = from_excel(float(number), self._epoch, timedelta=is_timedelta_format(code))
        except (ValueError, OverflowError):
            return None
        return moment_text(moment) if isinstance(moment, date | time) else None


def builtin(number: int) -> str:
    """The code of a format that every workbook has."""
    return BUILTIN_FORMATS.get(number, "General")


@lru_cache(maxsize=1_000)
def is_date(code: str) -> bool:
    """Whether a format shows a number as a date, a time of the day or both."""
    return bool(is_date_format(code))


def moment_text(moment: date | time) -> str:
    """`2026-11-22`, `08:30` or `2026-11-22 08:30`; with seconds where there are some."""
    if isinstance(moment, datetime):
        if moment.time() == time():
            return moment.date().isoformat()
        return moment.isoformat(sep=" ", timespec="seconds" if moment.second else "minutes")
    if isinstance(moment, time):
        return moment.isoformat(timespec="seconds" if moment.second else "minutes")
    return moment.isoformat()


def plain(number: str) -> str:
    """A number without exponent, and without the error of its binary form: 15 digits, as spreadsheets have it."""
    if _WHOLE.fullmatch(number):
        return number
    try:
        value = Decimal(format(float(number), ".15g"))
        return format(value, "f") if value.is_finite() else number
    except (ValueError, InvalidOperation):
        return number


def shaped(value: int, code: str) -> str | None:
    """A whole number in a format of digits and signs alone, such as `00000`, `"+"0` or `000-000`; None in another.

    A format that groups digits, counts in percent or shows decimals is not followed: it says nothing of the value.
    """
    section = _section(value, code)
    if section is None:
        return None
    parts = _parts(section)
    if parts is None:
        return None
    places = sum(is_digit for is_digit, _ in parts)
    digits = str(abs(value))
    if not places:
        return None
    shown, given = ["-"] if value < 0 else [], len(digits)
    first = True
    for is_digit, text in parts:
        if not is_digit:
            shown.append(text)
            continue
        if first and given > places:
            shown.append(digits[: given - places + 1])
        elif places <= given:
            shown.append(digits[given - places])
        else:
            shown.append({"0": "0", "?": " "}.get(text, ""))
        first, places = False, places - 1
    return "".join(shown)


@lru_cache(maxsize=1_000)
def _parts(section: str) -> tuple[tuple[bool, str], ...] | None:
    """The digits (True) and signs (False) of a format; None where there is anything else."""
    found = tuple(_found(section))
    return None if any(part is None for part in found) else tuple(part for part in found if part is not None)


def _found(section: str) -> Iterator[tuple[bool, str] | None]:
    for match in _PART.finditer(section):
        quoted, escaped, bracketed, digit, other = match.groups()
        if digit:
            yield True, digit
        elif quoted is not None or escaped is not None:
            yield False, quoted if quoted is not None else escaped
        elif other is not None:
            yield (False, other) if other in _PLAIN else None
        elif bracketed and bracketed.startswith("$") and bracketed[1:].partition("-")[0]:
            yield None  # an amount of money


def _section(value: int, code: str) -> str | None:
    """The part of a format that a value is shown by."""
    sections = code.split(";")
    for section in sections[:2]:
        condition = _CONDITION.search(section.partition('"')[0]) if "[" in section else None
        if condition is None:
            continue
        if _holds(value, condition[1], float(condition[2])):
            return section
        sections = sections[1:]
    if value < 0 and len(sections) > 1:
        return None
    return sections[0] if sections else None


def _holds(value: int, sign: str, bound: float) -> bool:
    match sign:
        case "<":
            return value < bound
        case "<=":
            return value <= bound
        case ">":
            return value > bound
        case ">=":
            return value >= bound
        case "=":
            return value == bound
        case _:
            return value != bound
