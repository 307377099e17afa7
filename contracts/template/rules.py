"""The rules that a cell can be held to: each reads its settings from the template and tells itself in words.

A rule's `normalise` takes a cell that is not empty, without white space around it, and gives the value as it is stored;
or raises `BrokenRule` with a stable code and a sentence for the person who filled the cell.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Protocol
from unicodedata import category, normalize
from zoneinfo import available_timezones

import langcodes
from marshmallow import ValidationError
from marshmallow.validate import Email
from rapidfuzz import fuzz, process


class BrokenRule(Exception):
    """A cell that breaks its rule: the stable ``code``, and the ``message``: what is wrong, in a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


class Rule(Protocol):
    """What every rule can do."""

    def describe(self) -> str:
        """The rule in words, for the reference."""

    def normalise(self, cell: str) -> str:
        """The value as it is stored. Raises `BrokenRule`."""


_SCIENTIFIC = re.compile(r"[+-]?\d([.,]\d+)?E\+?\d+", re.IGNORECASE | re.ASCII)
#: What spreadsheets show in place of a value, in several languages: #N/A, #REF!, #VALEUR!, #NV …
_FAILED = re.compile(r"#(?:[A-ZÀ-Þ][A-ZÀ-Þ0-9/_]{2,}[!?]|N/A|N/D|NV|GETTING_DATA)")
_DIGITS = re.compile(r"\d+", re.ASCII)
#: Marks without width, for a character class: nobody sees them, and copied cells and names often have some.
MARKS = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"

_IN_WORDS = re.compile(f"[\\s_\\-.{MARKS}]+")
_IN_PHONE_NUMBERS = re.compile(r"[\s().\-/]+")

#: The digit that is dialled before area codes inside a country only, as in +44 (0)20 7946 0000.
TRUNK_PREFIX = re.compile(r"\(\s*0\s*\)")

#: What `.com` becomes when fingers slip. The Internet has no such domains, so no mail can arrive there.
NO_DOMAINS = ("cmo", "comm", "con", "cpm", "ocm", "vom", "xom")
_PHONE_NUMBER = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_WITHOUT_PLUS = re.compile(r"[1-9]\d{6,14}", re.ASCII)
_IN_MACS = re.compile(r"[\s:.\-]+")
_MAC = re.compile(r"[0-9a-f]{12}")
_SHORT_MAC = re.compile(r"\d{9,11}", re.ASCII)
_REMEMBERED = 1_000  # cells whose slow answer is remembered: files are large, and wrong in the same way again and again
_AS_TEXT = "Format the column as text in your spreadsheet, then enter it again."


def nearest(word: str, known: Mapping[str, str]) -> str | None:
    """The known word that is nearest to one that is not known: a value of ``known`` found by its folded key."""
    found = process.extractOne(fold(word), known.keys(), scorer=fuzz.ratio, score_cutoff=80)
    return known[found[0]] if found else None


def fold(word: str) -> str:
    """A word without regard to case, spaces, hyphens, underscores, and marks that nobody sees."""
    return _IN_WORDS.sub("", word).casefold()


def _refuse_failed_formula(cell: str) -> None:
    if cell[:1] == "#" and _FAILED.fullmatch(cell):
        message = f"A formula of the spreadsheet has failed here: {cell}. Mend it, or type the value in its place."
        raise BrokenRule("spreadsheet_error", message)


def _refuse_shortened_number(cell: str) -> None:
    _refuse_failed_formula(cell)
    if _SCIENTIFIC.fullmatch(cell):
        raise BrokenRule("scientific_notation", f"A spreadsheet has turned this number into {cell}. {_AS_TEXT}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Free text of one line, at most ``max`` characters."""

    max: int

    def describe(self) -> str:
        return f"text, at most {self.max} characters"

    def normalise(self, cell: str) -> str:
        _refuse_failed_formula(cell)
        text = normalize("NFC", cell)
        if len(text) > self.max:
            raise BrokenRule("too_long", f"This has {len(text)} characters; at most {self.max} are allowed.")
        if any(category(character) == "Cc" for character in text):
            raise BrokenRule("control_character", "This has a line break or another invisible character. Type it anew.")
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Digits:
    """From ``min`` to ``max`` digits 0-9; leading zeros count."""

    min: int
    max: int

    def describe(self) -> str:
        return f"{self.min} to {self.max} digits"

    def normalise(self, cell: str) -> str:
        _refuse_shortened_number(cell)
        if not _DIGITS.fullmatch(cell):
            raise BrokenRule(
                "not_digits", f"Only the digits 0 to 9 are allowed here, {self.min} to {self.max} of them."
            )
        if len(cell) < self.min:
            raise BrokenRule(
                "lost_leading_zero",
                f"This has {_count(len(cell), 'digit')}; {self.min} to {self.max} are needed. "
                f"If it began with 0, a spreadsheet has removed the 0. {_AS_TEXT}",
            )
        if len(cell) > self.max:
            raise BrokenRule("wrong_length", f"This has {len(cell)} digits; {self.min} to {self.max} are needed.")
        return cell


@dataclass(frozen=True, slots=True, kw_only=True)
class E164:
    """A phone number with its country code (ITU-T E.164): + and 7 to 15 digits, the first of them not 0."""

    def describe(self) -> str:
        return "+ and 7 to 15 digits, country code first (E.164)"

    def normalise(self, cell: str) -> str:
        _refuse_shortened_number(cell)
        if TRUNK_PREFIX.search(cell):
            raise BrokenRule(
                "not_a_phone_number", "The (0) is dialled inside the country only. Leave it out behind a country code."
            )
        number = _IN_PHONE_NUMBERS.sub("", cell)
        if _PHONE_NUMBER.fullmatch(number):
            return number
        if _WITHOUT_PLUS.fullmatch(number):
            raise BrokenRule(
                "lost_plus",
                "A phone number begins with + and its country code, as +14155550100 does. If a spreadsheet has removed "
                "the +, format the column as text, then write it again.",
            )
        raise BrokenRule(
            "not_a_phone_number", "This is not a phone number with its country code. Write + and 7 to 15 digits."
        )


_valid_email = Email()
_NO_DOMAINS = tuple(f".{name}" for name in NO_DOMAINS)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailAddress:
    """An e-mail address, at most 254 characters (RFC 5321)."""

    def describe(self) -> str:
        return "an e-mail address, at most 254 characters"

    def normalise(self, cell: str) -> str:
        _refuse_failed_formula(cell)
        text = normalize("NFC", cell)
        if len(text) > 254:
            raise BrokenRule("too_long", f"This has {len(text)} characters; at most 254 are allowed.")
        try:
            _valid_email(text)
        except ValidationError:
            raise BrokenRule("not_an_email", "This is not an e-mail address. Write it as name@example.com.") from None
        if text.lower().endswith(_NO_DOMAINS):
            ending = text.rpartition(".")[2]
            raise BrokenRule("not_an_email", f"No mail arrives at this address: no domain ends in .{ending}.")
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of ``choices``, without regard to case; ``same_as`` gives further words for them."""

    choices: tuple[str, ...]
    same_as: Mapping[str, str] = field(default_factory=dict)
    _known: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_known", {**self.same_as, **{fold(choice): choice for choice in self.choices}})

    def describe(self) -> str:
        return "one of " + ", ".join(self.choices)

    def normalise(self, cell: str) -> str:
        _refuse_failed_formula(cell)
        value = self._known.get(fold(cell))
        if value is None:
            raise BrokenRule("not_allowed", f"This is not one of {', '.join(self.choices)}.")
        return value


@cache
def _timezones() -> Mapping[str, str]:
    return {fold(name): name for name in sorted(available_timezones()) if not name.startswith(("posix", "right"))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Timezone:
    """A name of the IANA time zone database, without regard to case."""

    def describe(self) -> str:
        return "an IANA time zone, such as America/Vancouver"

    def normalise(self, cell: str) -> str:
        _refuse_failed_formula(cell)
        name = _timezones().get(fold(cell))
        if name is None:
            raise BrokenRule("not_a_timezone", "This is not a time zone of the IANA list, such as America/Vancouver.")
        return name


@lru_cache(_REMEMBERED)
def _language(cell: str) -> str | None:
    tag = cell.replace("_", "-")
    return langcodes.standardize_tag(tag) if langcodes.tag_is_valid(tag) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language tag (BCP 47)."""

    def describe(self) -> str:
        return "a BCP 47 language tag, such as en-CA"

    def normalise(self, cell: str) -> str:
        _refuse_failed_formula(cell)
        tag = _language(cell)
        if tag is None:
            raise BrokenRule("not_a_language", "This is not a language tag. Write it as en, en-CA or zh-Hant.")
        return tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Mac:
    """A hardware address (EUI-48): 12 hexadecimal digits with any usual separator."""

    def describe(self) -> str:
        return "12 hexadecimal digits, with any usual separator"

    def normalise(self, cell: str) -> str:
        _refuse_shortened_number(cell)
        digits = _IN_MACS.sub("", cell).lower()
        if _MAC.fullmatch(digits):
            return ":".join(digits[i : i + 2] for i in range(0, 12, 2))
        if _SHORT_MAC.fullmatch(cell):
            raise BrokenRule(
                "lost_leading_zero",
                f"This has {len(cell)} digits; 12 are needed. A spreadsheet may have removed zeros. {_AS_TEXT}",
            )
        raise BrokenRule("not_a_mac", "This is not a MAC address. Write its 12 hexadecimal digits.")


#: The rule types that a template's data file may name.
RULES: Mapping[str, type[Rule]] = {
    "text": Text,
    "digits": Digits,
    "e164": E164,
    "email": EmailAddress,
    "choice": Choice,
    "timezone": Timezone,
    "language": Language,
    "mac": Mac,
}


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
