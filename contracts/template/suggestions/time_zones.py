"""Time zones by what people call them: Windows' names, towns, and names with a letter wrong."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import available_timezones

from contracts.template.suggestions.words import near, plain

_OFFSET = re.compile(r"^\s*\(?(?:UTC|GMT)\s*(?:[+\u2212-]\s*\d{1,2}(?::?\d\d)?)?\s*\)", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\s*\([^()]*\)\s*$")
_REMEMBERED = 1_000  # files are large, and wrong in the same way again and again


@lru_cache(_REMEMBERED)
def zone_meant(cell: str) -> str | None:
    """The name of the zone, or None. An offset alone is no zone: it tells nothing of summer time."""
    name = _OFFSET.sub("", cell)
    known = _known()
    for way in _ways(name):
        if way in known:
            return known[way]
    return None if any(map(str.isdigit, name)) else near(plain(_IN_BRACKETS.sub("", name)), known)


def _ways(name: str) -> Iterator[str]:
    """The name, the name without what stands in brackets behind it, and the town of `Toronto, ON`."""
    yield plain(name)
    yield plain(_IN_BRACKETS.sub("", name))
    yield plain(name.partition(",")[0])


@cache
def _known() -> Mapping[str, str]:
    text = files("contracts.template.suggestions").joinpath("time_zones.toml").read_text("utf-8")
    words = tomllib.loads(text)
    names = [name for name in available_timezones() if "/" in name and not any(map(str.isdigit, name))]
    names = sorted((n for n in names if not n.startswith(("posix/", "right/", "Etc/"))), reverse=True)
    return {
        **{plain(name.rpartition("/")[2]): name for name in names},
        **{plain(name): name for name in names},
        "utc": "UTC",
        "gmt": "UTC",
        **{plain(town): zone for zone, towns in words["towns"].items() for town in towns},
        **{plain(word): zone for word, zone in (words["windows"] | words["common"]).items()},
    }
