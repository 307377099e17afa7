"""From a rule and a cell that breaks it to what is probably meant."""

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from unicodedata import category, decimal, normalize

from contracts.template.kinds import CLEAR, CLEARED, Changing, UserId
from contracts.template.rules import (
    E164,
    BrokenRule,
    Choice,
    Digits,
    EmailAddress,
    Language,
    Mac,
    Rule,
    Text,
    Timezone,
    fold,
    nearest,
)
from contracts.template.suggestions.email_addresses import addresses_meant
from contracts.template.suggestions.languages import tag_meant
from contracts.template.suggestions.phone_numbers import numbers_meant
from contracts.template.suggestions.time_zones import zone_meant
from contracts.template.suggestions.words import plain

_YES = "ja oui sí si sim sì tak да x ✓ ✔ ☑ wahr vrai verdadero verdadeiro vero waar yep yeah enabled enable active ok"
_NO = "nein non nee nie não нет falsch faux falso onwaar nope none never disabled disable inactive ✗ ✘ ☐"
_YES_OR_NO: Mapping[str, str] = MappingProxyType(
    {**dict.fromkeys(_YES.split(), "yes"), **dict.fromkeys(_NO.split(), "no")}
)
_BEGINNING = 3  # letters that have to be there to tell a choice by them

_BEFORE_DIGITS = re.compile(r"^(?:extension|exten|ext|x|nr|no|#)[\s.:#]*(?=\d)", re.IGNORECASE)
_AS_DECIMAL = re.compile(r"(\d+)[.,]0{1,2}", re.ASCII)
_IN_THOUSANDS = re.compile(r"\d{1,2}(?:[,.'\u2019\s]\d{3})+", re.ASCII)
_NOT_HEX = str.maketrans("OoIiLl", "001111")
_SHORT_MAC = re.compile(r"\d{9,11}", re.ASCII)
_AROUND_MAC = re.compile(r"^(?:mac(?: address)?\s*[:=]?\s*|0x)", re.IGNORECASE)
_IN_MAC = re.compile(r"[^0-9A-Za-z]+")


def suggest(rule: Rule, cell: str) -> str | None:
    """The cell that is probably meant in place of one which breaks its rule, or None. It keeps the rule."""
    for meant in _meant(rule, cell):
        try:
            value = rule.normalise(meant)
        except BrokenRule:
            continue
        return CLEAR if value == CLEARED else value
    return None


def _meant(rule: Rule, cell: str) -> Iterator[str]:
    """What may be meant, the likeliest first; not all of it need keep the rule."""
    if isinstance(rule, Changing):
        return iter((CLEAR,)) if plain(cell) == plain(CLEAR) else _meant(rule.rule, cell)
    if isinstance(rule, Choice):
        return _choices(rule, cell)
    meant = _BY_RULE.get(type(rule))
    return meant(cell) if meant else iter(())


def _texts(cell: str) -> Iterator[str]:
    if any(category(character) == "Cc" for character in cell):
        yield " ".join("".join(" " if category(character) == "Cc" else character for character in cell).split())


def _zones(cell: str) -> Iterator[str]:
    yield from _if_any(zone_meant(cell))


def _languages(cell: str) -> Iterator[str]:
    yield from _if_any(tag_meant(cell))


def _if_any(meant: str | None) -> Iterator[str]:
    if meant is not None:
        yield meant


def _digits(cell: str) -> Iterator[str]:
    """Digits behind a word, of another script, or as a number with a decimal point or with thousands.

    In `100,105` there may be two of them.
    """
    text = "".join(str(decimal(c)) if c.isdecimal() else c for c in cell)
    text = _BEFORE_DIGITS.sub("", text)
    as_decimal = _AS_DECIMAL.fullmatch(text)
    if as_decimal:
        yield as_decimal[1]
    elif _IN_THOUSANDS.fullmatch(text):
        yield re.sub(r"\D", "", text)
    else:
        yield text


def _choices(rule: Choice, cell: str) -> Iterator[str]:
    if set(rule.choices) == {"yes", "no"}:
        word = cell.strip().casefold()
        yield from _if_any(_YES_OR_NO.get(word) or _YES_OR_NO.get(plain(word)))
    word = fold(cell)
    begun = [choice for choice in rule.choices if _begins(word, fold(choice))]
    if len(begun) == 1:
        yield from begun
    yield from _if_any(nearest(cell, {fold(choice): choice for choice in rule.choices}))


def _begins(word: str, choice: str) -> bool:
    return min(len(word), len(choice)) >= _BEGINNING and (word.startswith(choice) or choice.startswith(word))


def _macs(cell: str) -> Iterator[str]:
    """Letters that are no hexadecimal digits but look like some, unusual separators, and zeros that were lost."""
    if _SHORT_MAC.fullmatch(cell):
        yield cell.zfill(12)
        return
    yield _IN_MAC.sub("", _AROUND_MAC.sub("", normalize("NFKC", cell))).translate(_NOT_HEX)


def _user_ids(cell: str) -> Iterator[str]:
    """Without what programs write around it, or with the hyphens that they leave out."""
    digits = re.sub(r"[\s{}\"'()\u2010-\u2015-]|urn:uuid:", "", cell.lower())
    yield "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


_BY_RULE: Mapping[type[Rule], Callable[[str], Iterator[str]]] = MappingProxyType(
    {
        Text: _texts,
        Digits: _digits,
        E164: numbers_meant,
        EmailAddress: addresses_meant,
        Timezone: _zones,
        Language: _languages,
        Mac: _macs,
        UserId: _user_ids,
    }
)
