"""The job's end, where a message about it can't be processed, whatever is tried."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from contracts.ids import job_id_of
from contracts.messages import JobFailedV1, JobRequestedV1
from messaging.message import Message


def job_failed(message: Message, reason: str, *, stage: str) -> tuple[JobFailedV1, ...]:
    """The `job.failed` for a message that goes to the dead letters: one, or none where its job can't be told.

    ``reason`` is for operators and stays with the dead letter; the admin is told in plain words and given the message's
    id to quote.
    """
    body = _legible(message.body)
    job_id = _job_of(message, body)
    if job_id is None:
        return ()
    asked = message.type == JobRequestedV1.TYPE
    return (
        JobFailedV1(
            job_id=job_id,
            account=_text(body, "account"),
            stage=stage,
            code="message_not_processed",
            message=_in_words(message, reason, asked=asked),
            failed_at=datetime.now(UTC),
            idempotency_key=_text(body, "idempotency_key") if asked else None,
            submitted_by=_text(body, "requested_by") if asked else None,
            filename=_text(body, "filename") if asked else None,
        ),
    )


def _in_words(message: Message, reason: str, *, asked: bool) -> str:
    if asked:  # its sender is a program's author, who needs the reason itself
        return f"The request for this job could not be understood: {reason}"
    return (
        "Bulk Manager could not process a part of this job and has set it aside. Rows without an outcome were not "
        f"processed. Tell your operator this message id: {message.message_id}."
    )


def _job_of(message: Message, body: dict[str, Any]) -> UUID | None:
    if message.type == JobRequestedV1.TYPE:
        account, key = _text(body, "account"), _text(body, "idempotency_key")
        return job_id_of(account, key) if account and key else None
    return _uuid(message.correlation_id) or _uuid(_text(body, "job_id"))


def _legible(body: bytes) -> dict[str, Any]:
    try:
        loaded = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return loaded if isinstance(loaded, dict) else {}


def _text(body: dict[str, Any], name: str) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) and 0 < len(value) <= 255 else None


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
