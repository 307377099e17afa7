"""What to do about a job of which nothing has been heard for too long: plain functions over frozen dataclasses.

A job stalls when a message of it is lost or set aside, or a stage is broken. All that is done for it is done under ids
that come from their cause, so its submission can be told again: the verdict stands, Seats that were made are answered
as they are, and only what is missing is done. Where that does not help, the job is ended and says so.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from contracts.messages.job_failed_v1 import JobFailedV1
from services.eventlog.state import RECONCILER
from services.eventlog.words import counted, done

#: How much longer a job may be silent while messages wait in the queues that it goes through.
BUSY_FACTOR: Final = 10


class Action(StrEnum):
    """What is done about a stalled job."""

    REPEAT = "repeated"
    GIVE_UP = "given_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """``stalled_seconds`` of silence make a job stalled; so many ``tries`` are made before it is given up."""

    stalled_seconds: float = 300
    tries: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Stalled:
    """A job that has not ended. ``tries`` were made since anything new was heard of it."""

    job_id: UUID
    account: str
    submitted: bool
    tries: int
    kind: str = "create"
    dry_run: bool = False


def patience(rules: Rules, *, busy: bool) -> float:
    """After how many seconds of silence a job is stalled; ``busy``: messages wait in the queues it goes through."""
    return rules.stalled_seconds * (BUSY_FACTOR if busy else 1)


def decide(job: Stalled, rules: Rules) -> Action:
    """Whether to tell the job's submission again; what was never heard can't be told again."""
    return Action.REPEAT if job.submitted and job.tries < rules.tries else Action.GIVE_UP


def failure(job: Stalled, *, at: datetime) -> JobFailedV1:
    """The end of a job that is given up."""
    if job.submitted:
        again = counted(job.tries, "time")
        why = f"nothing more was heard of it, although it was started again {again}."
    else:
        why = "the message that says which file it is about was lost."
    return JobFailedV1(
        job_id=job.job_id,
        account=job.account,
        stage=RECONCILER,
        code="stalled",
        message=f"Bulk Manager has given this job up: {why} {_advice(job)} Tell your operator the job's number.",
        failed_at=at,
    )


def _advice(job: Stalled) -> str:
    if job.dry_run:
        return "It was only a check, so nothing was changed: upload the file again."
    if job.kind == "create":
        return "A row without an outcome may have become a Seat all the same: look for it before you upload it again."
    return f"The Seat of a row without an outcome may have been {done(job.kind)} all the same: look it up."
