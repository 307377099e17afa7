"""Languages by their names, in several languages, with or without a region."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

from contracts.template.suggestions.words import near, plain

_WITH_REGION = re.compile(r"^(?P<language>[^()/,]+?)\s*(?:[(/,]|\s[\u2013-]\s)\s*(?P<region>[^()/,]+?)\s*\)?$")
_REMEMBERED = 1_000  # files are large, and wrong in the same way again and again


@lru_cache(_REMEMBERED)
def tag_meant(cell: str) -> str | None:
    """The language tag, or None; it need not be a valid one."""
    languages, regions = _known()
    word = plain(cell)
    if word in languages:
        return languages[word]
    parts = _WITH_REGION.match(cell)
    if parts:
        language, region = _language(parts["language"]), regions.get(plain(parts["region"]))
        return f"{language}-{region}" if language and region else None
    before, _, last = cell.rpartition(" ")
    for language, region in ((_language(before), plain(last)), (_language(last), plain(before))):
        if language and region in regions:
            return f"{language}-{regions[region]}"
    return None if before else near(word, languages)


def _language(word: str) -> str | None:
    languages, _ = _known()
    name = word.strip()
    return languages.get(plain(name)) or (
        name.lower() if name.isascii() and name.isalpha() and len(name) == 2 else None
    )


@cache
def _known() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Tags by languages, and codes by regions, in plain words."""
    text = files("contracts.template.suggestions").joinpath("languages.toml").read_text("utf-8")
    words = tomllib.loads(text)
    languages, regions = (
        {plain(word): code for code, names in words[kind].items() for word in names}
        for kind in ("languages", "regions")
    )
    return languages, regions
