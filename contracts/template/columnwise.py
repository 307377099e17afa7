"""The rules again, for many cells at once: what is plainly right is known after a few operations on all of them.

A `Plainly` takes cells of one column, none of them empty, and gives their values, or None where any of them may need a
closer look, be it for white space around it or because it is wrong. It is compiled from the same rule that judges each
cell alone, and never says more than that: a property test holds the two against each other.
"""

import re
from collections.abc import Callable, Sequence
from functools import partial
from unicodedata import is_normalized

from contracts.template.kinds import CLEAR, Changing
from contracts.template.rules import E164, NO_DOMAINS, TRUNK_PREFIX, Digits, EmailAddress, Mac, Rule, Text

Plainly = Callable[[Sequence[str]], Sequence[str] | None]

_PHONE_NUMBERS = re.compile(r"(?:\+[1-9][0-9]{6,14}+\n)*+")
_IN_PHONE_NUMBERS = str.maketrans("", "", " ().-/")
_ATOM = "[A-Za-z0-9_+-]++"
_LABEL = "[A-Za-z0-9]++(?:-++[A-Za-z0-9]++)*+"
_EMAILS = re.compile(rf"(?:{_ATOM}(?:\.{_ATOM})*+@(?:{_LABEL}\.)++[A-Za-z]{{2,}}+\n)*+")
_NOWHERE = re.compile(rf"\.(?:{'|'.join(NO_DOMAINS)})\n", re.IGNORECASE)
_LONG_EMAIL = 64  # characters; in a longer address a part of the domain may be longer than it may be
_WITH_COLONS = 17  # characters of a MAC address that is written with them
_MACS = re.compile(r"(?:[0-9a-f]{12}\n)*+")
_IN_MACS = str.maketrans("", "", " :.-")
_SHORTENED = re.compile(r"^ *[+-]?\d(?:[.,]\d+)?e\+?\d+ *$", re.MULTILINE | re.ASCII)
_JOINERS = re.compile("[ \u200c\u200d]\\||\\|[ \u200c\u200d]")
_HEX = b"0123456789abcdefABCDEF"


def plainly(rule: Rule, *, longest: int) -> Plainly | None:
    """The quick way of a rule, for cells of ``longest`` characters at most; None where it has none."""
    match rule:
        case Text():
            return partial(_text, min(rule.max, longest))
        case Digits():
            return partial(_digits, rule.min, min(rule.max, longest))
        case E164():
            return partial(_phone_numbers, longest)
        case EmailAddress():
            return partial(_emails, min(_LONG_EMAIL, longest))
        case Mac():
            return partial(_macs, longest)
        case Changing():
            unchanged = plainly(rule.rule, longest=longest)
            return None if unchanged is None else partial(_unless_cleared, unchanged)
        case _:
            return None


def _unless_cleared(plainly: Plainly, cells: Sequence[str]) -> Sequence[str] | None:
    """Where no cell begins as the word that clears; others that do, as few names will, are looked at one by one."""
    return None if CLEAR[0] in "".join(cells) else plainly(cells)


def _text(longest: int, cells: Sequence[str]) -> Sequence[str] | None:
    """No control characters, no white space around cells, and composed (NFC) as it stands."""
    joined = f"|{'|'.join(cells)}|"
    if "|#" in joined:  # a formula that has failed, perhaps
        return None
    if max(map(len, cells)) > longest or not (joined.isascii() or _are_composed(cells)):
        return None
    if joined.isprintable():  # which of all white space only the space is
        return None if " |" in joined or "| " in joined else cells
    # Persian, Hindi and others need joiners in their words, which are not printable, and are trimmed where they end.
    without = joined.replace("\u200c", "").replace("\u200d", "")
    return cells if without.isprintable() and not _JOINERS.search(joined) else None


def _are_composed(cells: Sequence[str]) -> bool:
    """Each by itself: one mark that may have to be composed has the whole text normalised that it stands in."""
    return all(map(partial(is_normalized, "NFC"), cells))


def _digits(shortest: int, longest: int, cells: Sequence[str]) -> Sequence[str] | None:
    lengths = set(map(len, cells))
    if min(lengths) < shortest or max(lengths) > longest:
        return None
    joined = "".join(cells)
    return cells if joined.isascii() and joined.isdigit() else None


def _phone_numbers(longest: int, cells: Sequence[str]) -> Sequence[str] | None:
    joined = _lines(longest, cells)
    if joined is None:
        return None
    if _PHONE_NUMBERS.fullmatch(joined):
        return cells
    if TRUNK_PREFIX.search(joined):
        return None
    numbers = joined.translate(_IN_PHONE_NUMBERS)
    return numbers.split("\n")[:-1] if _PHONE_NUMBERS.fullmatch(numbers) else None


def _emails(longest: int, cells: Sequence[str]) -> Sequence[str] | None:
    """The usual ones: ASCII letters and digits, with a domain whose last label is of letters."""
    joined = _lines(longest, cells)
    if joined is None or not _EMAILS.fullmatch(joined) or _NOWHERE.search(joined):
        return None
    return cells


def _macs(longest: int, cells: Sequence[str]) -> Sequence[str] | None:
    joined = _lines(longest, cells)
    if joined is None:
        return None
    if set(map(len, cells)) == {_WITH_COLONS} and all(
        joined[at :: _WITH_COLONS + 1].count(":") == len(cells) for at in range(2, _WITH_COLONS, 3)
    ):
        digits = joined.replace(":", "")
        plain = len(digits) == 13 * len(cells) and not digits.encode().translate(None, _HEX + b"\n")
        return joined.lower().split("\n")[:-1] if plain else None
    digits = joined.translate(_IN_MACS).lower()
    if not _MACS.fullmatch(digits) or _SHORTENED.search(joined.lower()):
        return None
    with_colons = bytes.fromhex(digits).hex(":")
    step = _WITH_COLONS + 1
    return [with_colons[at : at + _WITH_COLONS] for at in range(0, step * len(cells), step)]


def _lines(longest: int, cells: Sequence[str]) -> str | None:
    """The cells, each with a line end behind it; None if one is too long, is not ASCII, or has a line end in it."""
    joined = "\n".join(cells) + "\n"
    if max(map(len, cells)) > longest or not joined.isascii() or joined.count("\n") != len(cells):
        return None
    return joined
