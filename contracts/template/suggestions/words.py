"""Words as they are compared with those that are known."""

import re
from collections.abc import Mapping
from unicodedata import combining, normalize

from rapidfuzz import fuzz, process

_BETWEEN = re.compile(r"[\W_]+")
_NEAR = 82  # of 100: a letter too many, too few, or two that changed places, in words of five letters and more
_SHORT = 5


def plain(word: str) -> str:
    """A word without accents, case, and all that is neither letter nor digit."""
    bare = "".join(character for character in normalize("NFKD", word) if not combining(character))
    return _BETWEEN.sub("", bare).casefold()


def near(word: str, known: Mapping[str, str]) -> str | None:
    """What ``known`` has for the key that is nearest to a plain word, if one is near."""
    if len(word) < _SHORT:
        return None
    found = process.extractOne(word, known.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR)
    return known[found[0]] if found else None
