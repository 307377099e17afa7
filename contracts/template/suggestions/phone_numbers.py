"""Phone numbers whose country code can be told, although it is not written as it should be."""

import re
from collections.abc import Iterator
from unicodedata import normalize

from contracts.template.rules import MARKS, TRUNK_PREFIX

_LABEL = re.compile(r"^(?:tel|phone|mobile|call)\s*[.:]+\s*", re.IGNORECASE)
_BETWEEN = re.compile(rf"[\s().\-/\u2010-\u2015\u2212{MARKS}]+")
_INTERNATIONAL = re.compile(r"(?:00|011)(?=[1-9]\d{9,14}$)")
_NORTH_AMERICAN = re.compile(r"1[2-9]\d{2}[2-9]\d{6}")
_LONG = re.compile(r"[2-9]\d{10,14}")

# ITU-T E.164, the codes that are assigned to countries, as of 2026.
_COUNTRY_CODES = re.compile(
    r"2(?:[07]|1[12368]|[2-4]\d|5[0-8]|6\d|9[0179])|3(?:[0-469]|5\d|7[0-8]|8[0-35-79])|4(?:[013-9]|2[013])"
    r"|5(?:[1-8]|0\d|9\d)|6(?:[0-6]|7[02-9]|8[0-35-9]|9[0-2])|7|8(?:[1246]|5[0256]|8[068])|9(?:[0-58]|6[0-8]|7[0-79]|9[2-68])"
)


def numbers_meant(cell: str) -> Iterator[str]:
    """What may be meant. It need not be a phone number.

    Ten digits and fewer are none: +41 5555 0100 is Swiss, and 415 555 0100 Californian.
    """
    number = _BETWEEN.sub("", _LABEL.sub("", TRUNK_PREFIX.sub("", normalize("NFKC", cell))))
    if number.startswith("+"):
        yield number
        return
    code = _INTERNATIONAL.match(number)
    if code:
        yield "+" + number[code.end() :]
    elif _NORTH_AMERICAN.fullmatch(number) or (_LONG.fullmatch(number) and _COUNTRY_CODES.match(number)):
        yield "+" + number
