"""Makes a sample CSV of Seats: `python -m deploy.sample COUNT >FILE`. The same arguments give the same file.

The people are invented; the phone numbers are from the ranges that each country keeps for fiction (Ofcom, NANPA 555-01,
ACMA, Arcep, Bundesnetzagentur), and the addresses are at example.com (RFC 2606).
"""

import csv
import io
import random
import re
import sys
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_STANDARD_SHARE = 0.88
_LOOKS_LIKE = {"LATIN SMALL LETTER DOTLESS I": "i", "LATIN SMALL LETTER SHARP S": "ss"}
_NOT_IN_ADDRESSES = re.compile(r"[^a-z0-9-]")


@cache
def words() -> dict[str, list[str]]:
    """The columns, and the names and things that fill them."""
    return dict(tomllib.loads(Path(__file__).with_name("sample_words.toml").read_text("utf-8")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """An office: its numbers are `prefix` and as many digits as `digits`, counted from `start`."""

    location: str
    timezone: str
    language: str
    prefix: str
    digits: int
    start: int = 0


SITES = (
    Site(location="London", timezone="Europe/London", language="en-GB", prefix="+442079460", digits=3),
    Site(location="Glasgow", timezone="Europe/London", language="en-GB", prefix="+441414960", digits=3),
    Site(location="Vancouver", timezone="America/Vancouver", language="en-CA", prefix="+1604555", digits=4, start=100),
    Site(location="New York", timezone="America/New_York", language="en-US", prefix="+1212555", digits=4, start=100),
    Site(location="El Paso", timezone="America/Denver", language="es-US", prefix="+1915555", digits=4, start=100),
    Site(location="Sydney", timezone="Australia/Sydney", language="en-AU", prefix="+6125550", digits=4),
    Site(location="Paris", timezone="Europe/Paris", language="fr-FR", prefix="+33199006", digits=3),
    Site(location="Berlin", timezone="Europe/Berlin", language="de-DE", prefix="+493023125", digits=3),
)


def rows(count: int, *, edition: int = 0) -> Iterator[list[str]]:
    """`count` valid rows (up to 700). Another `edition` has the same people under other e-mails, extensions, numbers
    and devices, so that it can be created beside the first."""
    chance = random.Random(20261122)  # noqa: S311 - a sample that is the same each time, nothing secret
    for index in range(count):
        yield _row(index, chance, edition)


def _row(index: int, chance: random.Random, edition: int) -> list[str]:
    site = SITES[index % len(SITES)]
    nth = index // len(SITES)  # of this site
    person = chance.random() < _STANDARD_SHARE
    first, last = _name(chance) if person else (_place(index), "Phone")
    kind = "standard" if person else chance.choice(("common_area", "virtual", "analog"))
    number = _number(site, nth + 1, edition) if chance.random() < 0.9 else ""
    desk = kind != "virtual" and chance.random() < 0.85
    voicemail = person and chance.random() < 0.9
    pin, password = f"{chance.randrange(10**6):06}", f"{chance.randrange(10**8):08}"
    cells = {
        "firstname": first,
        "lastname": last,
        "email": f"{_ascii(first)}.{_ascii(last)}{index + 1}{f'+{edition}' if edition else ''}@example.com",
        "extension": f"{100 + edition % 900}{1000 + index}" if edition else str(1000 + index),
        "seat_type": kind,
        "phone_number": number,
        "role": "admin" if person and chance.random() < 0.04 else "user",
        "password": password if person else "",
        "department": chance.choice(words()["departments"]) if person else "",
        "location": site.location,
        "timezone": site.timezone,
        "language": site.language,
        "caller_id_name": f"{first} {last}"[:35],
        "caller_id_number": number,
        "emergency_number": _number(site, 0, 0),
        "voicemail_enabled": "yes" if voicemail else "no",
        "voicemail_pin": pin if voicemail else "",
        "device_mac": _mac(index, edition) if desk else "",
        "device_model": chance.choice(words()["devices"]) if desk else "",
        "send_welcome_email": "yes" if person and chance.random() < 0.6 else "no",
    }
    return [cells[column] for column in words()["columns"]]


def _name(chance: random.Random) -> tuple[str, str]:
    return chance.choice(words()["first_names"]), chance.choice(words()["last_names"])


def _place(index: int) -> str:
    places = words()["places"]
    return f"{places[index % len(places)]} {index // len(places) + 1}"


def _ascii(name: str) -> str:
    """A name as people write it in an address: ø as o, ß as ss, and nothing but letters, digits and hyphens."""
    plain = "".join(_ascii_letter(letter) for letter in unicodedata.normalize("NFD", name))
    return _NOT_IN_ADDRESSES.sub("", plain.lower())


def _ascii_letter(letter: str) -> str:
    if letter.isascii():
        return letter
    called = unicodedata.name(letter, "")
    stroked = re.fullmatch(r"LATIN (?:SMALL|CAPITAL) LETTER ([A-Z]) WITH STROKE", called)
    return stroked[1] if stroked else _LOOKS_LIKE.get(called, "")


def _number(site: Site, nth: int, edition: int) -> str:
    """The site's nth number; an edition's has its three digits at the end, so that all stay different."""
    return f"{site.prefix}{site.start + nth:0{site.digits}}{f'{edition % 1000:03}' if edition else ''}"


def _mac(index: int, edition: int) -> str:
    """A locally administered address, which no maker of devices gives out."""
    digits = f"02b01c{edition % 4096:03x}{index:03x}"
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2)).upper()


def csv_text(count: int, *, edition: int = 0) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(words()["columns"])
    writer.writerows(rows(count, edition=edition))
    return text.getvalue()


if __name__ == "__main__":
    sys.stdout.buffer.write(csv_text(int(sys.argv[1])).encode())
