"""The record of letters that were discarded: a JSON object a line, whole enough to publish one again by hand."""

import base64
import json
import os
from datetime import UTC, datetime
from pathlib import Path

from messaging.dead_letters import DeadLetter


def append(path: Path, letter: DeadLetter) -> None:
    """Add a letter, safe on disk when this returns. A new file is for its owner only: letters may have passwords."""
    line = json.dumps(entry(letter), ensure_ascii=False) + "\n"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def entry(letter: DeadLetter) -> dict[str, object]:
    """All of a letter; a body that is no UTF-8 in base64."""
    message = letter.message
    return {
        "discarded_at": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "id": letter.id,
        "queue": letter.queue,
        "reason": letter.reason,
        "type": message.type,
        "message_id": message.message_id,
        "correlation_id": message.correlation_id,
        "timestamp": message.timestamp.isoformat().replace("+00:00", "Z"),
        "app_id": message.app_id,
        "headers": dict(message.headers),
        **_body(message.body),
    }


def _body(body: bytes) -> dict[str, str]:
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {"body_base64": base64.b64encode(body).decode()}
