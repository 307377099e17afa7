"""What is told of a file that was read to its end."""

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from contracts.messages import JobCheckedV1, JobRejectedV1, JobSubmittedV1, ProblemsFoundV1
from contracts.problems import Problem
from services.validator import metrics
from services.validator.changes import ChangeLog
from services.validator.examination import Findings
from services.validator.kinds import DONE

log = logging.getLogger(__name__)


def answered(
    job: JobSubmittedV1, findings: Findings, changes: ChangeLog, *, at: datetime
) -> Iterator[JobCheckedV1 | ProblemsFoundV1 | JobRejectedV1]:
    """What a dry run found. No verdict is stored: the job itself is yet to come, and the account's Seats may change."""
    if findings.problems.count:
        yield from rejected(job, findings, at=at)
        return
    count("checked", findings)
    log.info("checked: %d rows", findings.rows)
    yield JobCheckedV1(
        job_id=job.job_id,
        account=job.account,
        rows=findings.rows,
        change_count=changes.count,
        changed_rows=changes.rows,
        changes=changes.first,
        checked_at=at,
    )


def rejected(job: JobSubmittedV1, findings: Findings, *, at: datetime) -> Iterator[ProblemsFoundV1 | JobRejectedV1]:
    """The problems in file order: those that the rejection has no room for come before it, since it ends the job."""
    problems = findings.problems
    if not problems.count:
        problems.add(_seats_changed(job))
    count("rejected", findings)
    log.info("rejected: %d rows read, %d problems", findings.rows, problems.count)
    parts = problems.parts()
    first = next(parts, ())
    after = len(first)
    for part in parts:
        yield ProblemsFoundV1(job_id=job.job_id, account=job.account, after=after, problems=part, found_at=at)
        after += len(part)
    yield JobRejectedV1(
        job_id=job.job_id,
        account=job.account,
        rows=findings.rows,
        problem_count=problems.count,
        problems_by_code=problems.by_code,
        problems=first,
        rejected_at=at,
    )


def count(verdict: Literal["accepted", "checked", "rejected"], findings: Findings) -> None:
    """Note a verdict in the metrics."""
    metrics.FILES.labels(verdict).inc()
    metrics.ROWS.inc(findings.rows)
    for code, found in findings.problems.by_code.items() if verdict == "rejected" else ():
        metrics.PROBLEMS.labels(code).inc(found)


def _seats_changed(job: JobSubmittedV1) -> Problem:
    message = (
        "Seats of the account changed while the file was checked: it had conflicts with them and has none now. Nothing "
        f"was {DONE[job.kind]}. Upload the file again."
    )
    return Problem(line=1, column=None, code="seats_changed", message=message)
