"""What an answer of the phone system means for the row it was asked to make a Seat of."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import orjson

from services.provisioner.directory import NotMade, UniqueColumn
from services.provisioner.taken import words_for

#: Seconds to pause where the phone system does not say how long.
PAUSE: Final = 1.0

#: The longest pause that is believed: a day. After it the phone system is asked again.
LONGEST_PAUSE: Final = 86_400.0

_LONGEST_DETAIL: Final = 300
_TAKEN: Final = {f"{column}_taken": column for column in UniqueColumn}


@dataclass(frozen=True, slots=True)
class Accepted:
    """The phone system has the Seat."""


@dataclass(frozen=True, slots=True)
class Refused:
    """It will not have it, for this reason."""

    outcome: NotMade


@dataclass(frozen=True, slots=True)
class Busy:
    """It takes no calls for so many seconds. ``too_many``: because there were too many; then it did nothing."""

    seconds: float
    too_many: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """It is not known whether it has the Seat. ``broken``: it breaks down over this very call, others may go well."""

    reason: str
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Wrong:
    """It does not let us in, or is not a phone system as we know it: no call will go well until that is mended."""

    reason: str


Answer = Accepted | Refused | Busy | Failed | Wrong


def answer_of(
    line: int, status: int, headers: Mapping[str, str], body: bytes, *, secrets: Collection[str], now: datetime
) -> Answer:
    """What an answer says of the row at ``line``. ``secrets`` are the row's, which must never be told."""
    if status in (200, 201):
        return Accepted()
    if status in (409, 422):
        return Refused(refusal(line, body, secrets))
    retry_after = headers.get("Retry-After")
    if status == 429 or (status == 503 and retry_after):
        return Busy(pause_of(retry_after, now=_date(headers) or now), too_many=status == 429)
    if status >= 500:
        return Failed(f"the phone system answers {status}", broken=status not in (502, 503, 504))
    if status in (401, 403):
        return Wrong(f"the phone system answers {status}: it does not accept BULK_PHONE_SYSTEM_TOKEN")
    return Wrong(f"the phone system answers {status}, which docs/phone-system.md does not know: see its address")


def pause_of(retry_after: str | None, *, now: datetime) -> float:
    """The seconds that a Retry-After header tells, as a number or as a date."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        seconds = float(text)
    else:
        try:
            until = parsedate_to_datetime(text)
        except ValueError:
            return PAUSE
        seconds = (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds()
    return min(seconds, LONGEST_PAUSE) if seconds > 0 else PAUSE


def refusal(line: int, body: bytes, secrets: Collection[str]) -> NotMade:
    """The outcome of a row that the phone system refused, in the words of whoever wrote the row."""
    problem = _object(body)
    column = _TAKEN.get(str(problem.get("code", "")))
    if column is not None:
        told = f"The phone system has another Seat with {words_for(column)}."
        return NotMade(line=line, code=f"{column}_taken", message=f"{told} Change the row and upload it again.")
    detail = _cleaned(problem.get("detail"), secrets)
    told = f"The phone system refused this row: {detail}" if detail else "The phone system refused this row."
    return NotMade(line=line, code="phone_system_refused", message=f"{told} Change the row and upload it again.")


def _date(headers: Mapping[str, str]) -> datetime | None:
    """The phone system's own time: a date in its answer is meant by its clock."""
    try:
        date = parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return None
    return date.replace(tzinfo=date.tzinfo or UTC)


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        problem = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return problem if isinstance(problem, dict) else {}


def _cleaned(detail: object, secrets: Collection[str]) -> str:
    """A sentence that may stand in a summary: one line, not too long, without the row's secrets."""
    if not isinstance(detail, str) or any(secret in detail for secret in secrets):
        return ""
    text = " ".join("".join(char if char.isprintable() else " " for char in detail).split())
    text = text if len(text) <= _LONGEST_DETAIL else f"{text[:_LONGEST_DETAIL]}…"
    return text if not text or text[-1] in ".!?…" else f"{text}."
