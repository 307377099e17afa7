"""Letters as text for a terminal. What strangers wrote can't move its cursor: control characters are escaped."""

import json
from collections.abc import Sequence

from messaging.dead_letters import DeadLetter

_GAP = "  "


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], width: int | None) -> str:
    """Columns as wide as their longest cell; lines are cut to `width` columns, if there is one."""
    lines = [headings, *[[plain(cell) for cell in row] for row in rows]]
    widths = [max(len(line[at]) for line in lines) for at in range(len(headings))]
    padded = (_GAP.join(cell.ljust(wide) for cell, wide in zip(line, widths, strict=True)).rstrip() for line in lines)
    return "".join(f"{_cut(line, width)}\n" for line in padded)


def shown(letter: DeadLetter) -> str:
    """All of a letter, its body indented if it is JSON."""
    message = letter.message
    facts = {
        "id": letter.id,
        "queue": letter.queue,
        "reason": letter.reason,
        "tries": str(letter.attempts),
        "type": message.type,
        "message id": message.message_id,
        "job": message.correlation_id,
        "sent": f"{message.timestamp:%Y-%m-%d %H:%M:%SZ} by {message.app_id or 'nobody that says so'}",
        **{f"header {name}": str(value) for name, value in sorted(message.headers.items())},
        "body": f"{len(message.body):,} bytes",
    }
    wide = max(map(len, facts))
    return "".join(f"{name.ljust(wide)}  {plain(value)}\n" for name, value in facts.items()) + _body(message.body)


def plain(text: str) -> str:
    """`text` with what is not printable escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _body(body: bytes) -> str:
    try:
        text = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        text = body.decode("utf-8", "backslashreplace")
    return "".join(f"{plain(line)}\n" for line in text.splitlines())


def _cut(line: str, width: int | None) -> str:
    return line if width is None or len(line) <= width else line[: max(1, width - 1)] + "…"
