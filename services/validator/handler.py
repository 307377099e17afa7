"""The validator's decision: a submitted job in, the verdict on its file out, with the rows if it is a yes."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Literal

from contracts.messages import (
    Contract,
    JobAcceptedV1,
    JobCheckedV1,
    JobFailedV1,
    JobRejectedV1,
    JobSubmittedV1,
    SeatsProvisionedV1,
    ValidationStartedV1,
)
from contracts.problems import Problem
from contracts.sealing import Sealer
from contracts.template import Template
from messaging.errors import Reject, Retry
from services.validator import metrics
from services.validator.changes import ChangeLog
from services.validator.chunks import Chunks
from services.validator.conflicts import Decision, Directory, Verdict
from services.validator.examination import Findings, examine
from services.validator.kinds import kind_of
from services.validator.rows import Means
from services.validator.settings import Limits
from services.validator.source import Source, SourceAltered, SourceMissing, fetched
from services.validator.spool import Spool, spooling
from services.validator.uniqueness import remembering
from services.validator.waiting import WaitingChunks

log = logging.getLogger(__name__)

STAGE = "validator"
_THE_REST = "Rows without an outcome were not processed: upload these again."


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the decision depends on. ``template`` gives a version of it or raises `LookupError`; temporary files go to
    ``folder``. Of a job's chunks ``window`` are on their way at most, the others are among the ``waiting``.
    """

    template: Callable[[int], Template]
    source: Source
    directory: Directory
    sealer: Sealer
    limits: Limits
    folder: Path
    waiting: WaitingChunks
    window: int
    clock: Callable[[], datetime] = _now


class CannotValidate(Exception):
    """The job can't be decided, now or later. ``message`` is fit for an admin."""

    def __init__(self, *, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def handle(message: Contract, *, surroundings: Surroundings) -> Iterator[Contract]:
    """Whatever comes from the validator's queues, which hear of submitted jobs, and of chunks that are done."""
    match message:
        case JobSubmittedV1():
            return validate_seats(message, surroundings=surroundings)
        case SeatsProvisionedV1():
            return release_seats(message, waiting=surroundings.waiting)
        case _:
            raise Reject(f"the validator does nothing with {message.TYPE}")


def release_seats(done: SeatsProvisionedV1, *, waiting: WaitingChunks) -> Iterator[Contract]:
    """The chunk that may follow, now that this one is done; none where all are on their way, or the job is over."""
    chunk = waiting.after(done.account, done.job_id, done.chunk)
    if chunk is not None:
        yield chunk


def validate_seats(job: JobSubmittedV1, *, surroundings: Surroundings) -> Iterator[Contract]:
    """Accept the file whole or refuse it whole, so that no file is ever half created. A dry run ends with the answer.

    The same job gives the same messages again, however often and wherever it was cut off before: what depends on the
    account's Seats is settled by the first verdict that the directory stored. Raises `Retry` where the disk fails, and
    what source and directory raise while they are away.
    """
    yield ValidationStartedV1(job_id=job.job_id, account=job.account, started_at=surroundings.clock())
    try:
        with _disk_may_fail():
            yield from _verdict(job, surroundings)
    except CannotValidate as failure:
        log.warning("failed: %s", failure.code)
        metrics.FILES.labels("failed").inc()
        yield JobFailedV1(
            job_id=job.job_id,
            account=job.account,
            stage=STAGE,
            code=failure.code,
            message=failure.message,
            failed_at=surroundings.clock(),
        )


def _verdict(job: JobSubmittedV1, around: Surroundings) -> Iterator[Contract]:
    kind = kind_of(job, around.directory, _template(job, around))
    with spooling(folder=around.folder) as spool:
        with remembering(kind.template.unique, folder=around.folder) as seen:
            means = Means(
                kind=kind,
                limits=around.limits,
                seen=seen,
                spool=None if job.dry_run else spool,
                sealer=around.sealer,
                chosen=job.columns,
            )
            findings = _findings(job, around, means)
        match "checked" if job.dry_run else _decided(job, around, findings):
            case "checked":
                yield _answered(job, findings, kind.changes, at=around.clock())
            case "accepted":
                yield from _accepted(job, kind.template, findings, spool, around)
            case "rejected":
                yield _rejected(job, findings, at=around.clock())
            case "cancelled":
                metrics.FILES.labels("cancelled").inc()
                log.info("nothing is told of the file: its job was cancelled")


def _template(job: JobSubmittedV1, around: Surroundings) -> Template:
    try:
        return around.template(job.template_version)
    except LookupError:
        message = (
            f"Version {job.template_version} of the template is not known to this installation, so the file was not "
            "read. Download the template again and upload the file once more."
        )
        raise CannotValidate(code="template_unknown", message=message) from None


def _findings(job: JobSubmittedV1, around: Surroundings, means: Means) -> Findings:
    try:
        with fetched(around.source, job, folder=around.folder) as blocks:
            return examine(blocks, means)
    except SourceMissing:
        message = f"The uploaded file is no longer stored, so its rows can't be read. {_THE_REST}"
        raise CannotValidate(code="source_missing", message=message) from None
    except SourceAltered:
        message = (
            "The stored file is no longer the one that was uploaded: its SHA-256 checksum is another. No Seat was "
            f"created from the altered file. {_THE_REST}"
        )
        raise CannotValidate(code="source_altered", message=message) from None


def _decided(job: JobSubmittedV1, around: Surroundings, findings: Findings) -> Decision:
    """The verdict that counts. It is stored before anything of it is published."""
    mine: Verdict = "rejected" if findings.problems.count else "accepted"
    counts = around.directory.decide(job.account, job.job_id, mine)
    if counts == "accepted" and findings.problems.of_the_file_itself:
        message = (
            "The file was accepted before and is found to have problems now, because limits or rules have changed "
            f"meanwhile. {_THE_REST}"
        )
        raise CannotValidate(code="rules_changed", message=message)
    return counts


def _answered(
    job: JobSubmittedV1, findings: Findings, changes: ChangeLog, *, at: datetime
) -> JobCheckedV1 | JobRejectedV1:
    """What a dry run found. No verdict is stored: the job itself is yet to come, and the account's Seats may change."""
    if findings.problems.count:
        return _rejected(job, findings, at=at)
    _count("checked", findings)
    log.info("checked: %d rows", findings.rows)
    return JobCheckedV1(
        job_id=job.job_id,
        account=job.account,
        rows=findings.rows,
        change_count=changes.count,
        changed_rows=changes.rows,
        changes=changes.first,
        checked_at=at,
    )


def _rejected(job: JobSubmittedV1, findings: Findings, *, at: datetime) -> JobRejectedV1:
    if not findings.problems.count:
        findings.problems.add(_seats_changed())
    _count("rejected", findings)
    log.info("rejected: %d rows read, %d problems", findings.rows, findings.problems.count)
    return JobRejectedV1(
        job_id=job.job_id,
        account=job.account,
        rows=findings.rows,
        problem_count=findings.problems.count,
        problems_by_code=findings.problems.by_code,
        problems=findings.problems.first,
        rejected_at=at,
    )


def _accepted(
    job: JobSubmittedV1, template: Template, findings: Findings, spool: Spool, around: Surroundings
) -> Iterator[Contract]:
    """The acceptance, and the chunks that need not wait for others. Those that must are safe before."""
    _count("accepted", findings)
    log.info("accepted: %d rows in %d chunks", findings.rows, spool.chunk_count)
    accepted_at = around.clock()
    at_once = around.window
    chunks = Chunks(job, template, spool)
    if spool.chunk_count > at_once:
        later = chunks.sizes(start=at_once), chunks.bodies(start=at_once)
        kept = around.waiting.keep(job.account, job.job_id, *later)
        if kept is not None:  # by an earlier run, perhaps, which had another window
            at_once = spool.chunk_count - kept
    yield JobAcceptedV1(
        job_id=job.job_id,
        account=job.account,
        rows=findings.rows,
        chunks=spool.chunk_count,
        accepted_at=accepted_at,
    )
    yield from islice(chunks.messages(), at_once)


def _count(verdict: Verdict | Literal["checked"], findings: Findings) -> None:
    metrics.FILES.labels(verdict).inc()
    metrics.ROWS.inc(findings.rows)
    for code, count in findings.problems.by_code.items() if verdict == "rejected" else ():
        metrics.PROBLEMS.labels(code).inc(count)


def _seats_changed() -> Problem:
    message = (
        "Seats of the account changed while the file was checked: it had conflicts with them and has none now. Nothing "
        "was created. Upload the file again."
    )
    return Problem(line=1, column=None, code="seats_changed", message=message)


@contextmanager
def _disk_may_fail() -> Iterator[None]:
    """A full or failing disk is tried again later; the network has its own exceptions."""
    try:
        yield
    except OSError as error:
        raise Retry(f"the disk for temporary files: {error}") from error
