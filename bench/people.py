"""Makes the benchmark's files: `python -m bench.people COUNT >FILE`. The same arguments give the same file.

Row n of a seed is the same in every file, so files that begin at rows far enough apart can be created side by side.
The people are invented. Their numbers begin with +999, which no country has; their addresses are at example.com
(RFC 2606) and their devices' are locally administered, which no maker gives out.
"""

import argparse
import csv
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Literal

SEED = 20261122
MOST_ROWS = 9_000_000
"""Rows with different extensions: seven digits, none of them with a zero in front."""

COLUMNS = (
    *("firstname", "lastname", "email", "extension", "seat_type", "phone_number", "role", "password", "department"),
    *("location", "timezone", "language", "caller_id_name", "caller_id_number", "emergency_number"),
    *("voicemail_enabled", "voicemail_pin", "device_mac", "device_model", "send_welcome_email"),
)

Wrong = Literal["none", "last", "all"]
_AT = {column: index for index, column in enumerate(COLUMNS)}
_MASK = (1 << 64) - 1

#: What can be wrong with a cell, one kind a row in turn: what spreadsheets do, and what people type.
MISTAKES: tuple[tuple[str, str], ...] = (
    ("phone_number", "4.41E+11"),
    ("email", "{name} at example.com"),
    ("extension", "x{n}"),
    ("seat_type", "standart"),
    ("timezone", "Europe/Pariss"),
    ("voicemail_pin", "12"),
    ("device_mac", "00:1A:2B:3C:4D"),
    ("firstname", ""),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """Names as (in their own script, in an address), and where their bearers work."""

    location: str
    timezone: str
    language: str
    first: tuple[tuple[str, str], ...]
    last: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    communities: tuple[Community, ...]
    departments: tuple[str, ...]
    devices: tuple[str, ...]


@cache
def people() -> People:
    read = tomllib.loads(Path(__file__).with_name("people.toml").read_text("utf-8"))
    return People(
        communities=tuple(_community(one) for one in read["community"]),
        departments=tuple(read["departments"]),
        devices=tuple(read["devices"]),
    )


def _community(read: Mapping[str, list[str] | str]) -> Community:
    return Community(
        location=str(read["location"]),
        timezone=str(read["timezone"]),
        language=str(read["language"]),
        first=tuple(map(_spellings, read["first"])),
        last=tuple(map(_spellings, read["last"])),
    )


def _spellings(name: str) -> tuple[str, str]:
    own, given, latin = name.partition("=")
    return own, latin if given else own.lower()


def _mixed(number: int) -> int:
    """64 bits that look random (splitmix64): the same for the same number, in any order of asking."""
    number = (number + 0x9E3779B97F4A7C15) & _MASK
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & _MASK
    return number ^ (number >> 31)


def row(n: int, *, seed: int = SEED) -> list[str]:
    """The cells of row ``n`` (from 0), in the order of COLUMNS; valid, and unlike those of any other row."""
    known = people()
    bits = _mixed(seed * MOST_ROWS + n)
    pick = known.communities[bits % len(known.communities)]
    first, first_latin = pick.first[(bits >> 8) % len(pick.first)]
    last, last_latin = pick.last[(bits >> 16) % len(pick.last)]
    is_person = (bits >> 24) % 100 < 88
    number = f"+999{(bits >> 8) % 90 + 10}{n:07}" if (bits >> 32) % 100 < 90 else ""
    has_voicemail = is_person and (bits >> 40) % 100 < 90
    has_device = (bits >> 48) % 100 < 80
    return [
        first,
        last,
        f"{first_latin}.{last_latin}{n}@example.com",
        str(1_000_000 + n),
        "standard" if is_person else ("common_area", "virtual", "analog")[bits % 3],
        number,
        "admin" if (bits >> 56) < 10 else "user",
        f"{bits % 10**8:08}" if is_person else "",
        known.departments[(bits >> 20) % len(known.departments)] if is_person else "",
        pick.location,
        pick.timezone,
        pick.language,
        f"{first} {last}",
        number,
        f"+99910000000{bits % 10}",
        "yes" if has_voicemail else "no",
        f"{(bits >> 12) % 10**6:06}" if has_voicemail else "",
        f"02:B0:1C:{n >> 16 & 255:02X}:{n >> 8 & 255:02X}:{n & 255:02X}" if has_device else "",
        known.devices[(bits >> 28) % len(known.devices)] if has_device else "",
        "yes" if (bits >> 44) % 2 else "no",
    ]


def spoiled(n: int, *, seed: int = SEED) -> list[str]:
    """Row ``n`` with one cell that the template refuses."""
    cells = row(n, seed=seed)
    column, cell = MISTAKES[n % len(MISTAKES)]
    cells[_AT["voicemail_enabled"]] = "no"  # so that the mistake is the only one
    cells[_AT[column]] = cell.format(n=n, name=cells[_AT["email"]].partition("@")[0])
    return cells


def rows(count: int, *, first: int = 0, wrong: Wrong = "none", seed: int = SEED) -> Iterator[list[str]]:
    """``count`` rows from row ``first`` on. Wrong: none of them, the last one, or all."""
    if not 0 <= first <= first + count <= MOST_ROWS:
        raise ValueError(f"there are {MOST_ROWS} different rows")
    for n in range(first, first + count):
        is_wrong = wrong == "all" or (wrong == "last" and n == first + count - 1)
        yield spoiled(n, seed=seed) if is_wrong else row(n, seed=seed)


def write(file: IO[str], count: int, *, first: int = 0, wrong: Wrong = "none", seed: int = SEED) -> None:
    """A whole file, header and rows. Open ``file`` with newline=""."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows(count, first=first, wrong=wrong, seed=seed))


def made(folder: Path, count: int, *, first: int = 0, wrong: Wrong = "none") -> Path:
    """The file in a folder, written unless it is there already."""
    path = folder / f"{count}-from-{first}-wrong-{wrong}.csv"
    if not path.exists():
        with path.open("w", encoding="utf-8", newline="") as file:
            write(file, count, first=first, wrong=wrong)
    return path


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.people", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("count", type=int)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--wrong", choices=["none", "last", "all"], default="none")
    chosen = parser.parse_args(arguments)
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]  # a TextIO that is a TextIOWrapper
    write(sys.stdout, chosen.count, first=chosen.first, wrong=chosen.wrong)


if __name__ == "__main__":
    main(sys.argv[1:])
