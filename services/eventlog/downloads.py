"""How a made file is handed out: always as a download, never shown or guessed at by the browser."""

import re
from collections.abc import Iterable
from urllib.parse import quote

from flask import Response

_ENDING = re.compile(r"\.(?:csv|tsv|txt|xlsx|xlsm)\Z", re.IGNORECASE)
_UNSAFE = re.compile(r'[\x00-\x1f\x7f"\\/:*?<>|%;]+')


def csv_download(blocks: Iterable[bytes], filename: str) -> Response:
    """A streamed CSV. What goes wrong on the way breaks the transfer: half a file is never taken for a whole."""
    headers = {
        "Content-Disposition": content_disposition(filename),
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(blocks, headers=headers, content_type="text/csv; charset=utf-8")


def derived_name(filename: str | None, what: str) -> str:
    """`seats.csv` or `seats.xlsx` → `seats-summary.csv`."""
    stem = _ENDING.sub("", filename or "").strip(" .")
    return f"{stem or 'job'}-{what}.csv"


def content_disposition(filename: str) -> str:
    """The header of RFC 6266: the name in ASCII for old clients, and as it is by RFC 5987."""
    safe = _UNSAFE.sub("_", filename)
    plain = safe.encode("ascii", "replace").decode().replace("?", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"
