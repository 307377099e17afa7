"""Rows that no other test has used: every call gives new e-mail addresses, extensions, numbers and devices."""

import itertools
import secrets
from collections.abc import Iterable

HEADER = "firstname,lastname,email,extension,seat_type,phone_number,voicemail_enabled,voicemail_pin,device_mac"

_start = secrets.randbelow(5_000_000) + 1_000_000
_numbers = itertools.count(_start)


def row(**cells: str) -> dict[str, str]:
    """A good row, but for the cells given."""
    number = next(_numbers)
    return {
        "firstname": "Zoë",
        "lastname": f"Nguyễn {number}",
        "email": f"zoe.{number}@example.com",
        "extension": f"{number}",
        "seat_type": "standard",
        "phone_number": f"+1415{number}",
        "voicemail_enabled": "yes",
        "voicemail_pin": "0123",
        "device_mac": f"{number:012x}",
    } | cells


def document(rows: Iterable[dict[str, str]], header: str = HEADER) -> bytes:
    """The CSV of rows whose cells need no quoting."""
    lines = [header, *(",".join(r[name] for name in header.split(",")) for r in rows)]
    return ("\r\n".join(lines) + "\r\n").encode()
