"""The validator's decision: a submitted job in, the verdict on its file out, with the rows if it is a yes."""

import logging
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Final

from contracts.messages import (
    Contract,
    JobAcceptedV1,
    JobFailedV1,
    JobSubmittedV1,
    SeatsProvisionedV1,
    ValidationProgressedV1,
    ValidationStartedV1,
)
from contracts.sealing import Sealer
from contracts.template import Template
from messaging.errors import Reject, Retry
from services.validator import metrics
from services.validator.answers import answered, count, rejected
from services.validator.chunks import Chunks
from services.validator.conflicts import Decision, Directory, Verdict
from services.validator.examination import Findings, examine
from services.validator.kinds import DONE, kind_of
from services.validator.problem_log import logging_problems
from services.validator.rows import Means
from services.validator.settings import Limits
from services.validator.source import Source, SourceAltered, SourceMissing, fetched
from services.validator.spool import Spool, spooling
from services.validator.uniqueness import remembering
from services.validator.waiting import WaitingChunks

log = logging.getLogger(__name__)

STAGE = "validator"

#: Seconds after which it is told how far the check of a file has come.
PROGRESS_EVERY: Final = 2.0

_THE_REST = "Rows without an outcome were not processed: upload these again."


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the decision depends on. ``template`` gives a version of it or raises `LookupError`; temporary files go to
    ``folder``. Of a job's chunks ``window`` are on their way at most, the others are among the ``waiting``. ``timer``
    gives seconds since some moment.
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
    timer: Callable[[], float] = monotonic


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
    most = around.limits.problems_told
    with spooling(folder=around.folder) as spool, logging_problems(folder=around.folder, most=most) as problems:
        findings = Findings(problems=problems)
        with remembering(kind.template.unique, folder=around.folder) as seen:
            means = Means(
                kind=kind,
                limits=around.limits,
                seen=seen,
                spool=None if job.dry_run else spool,
                sealer=around.sealer,
                chosen=job.columns,
            )
            yield from _examined(job, around, means, findings)
        match "checked" if job.dry_run else _decided(job, around, findings):
            case "checked":
                yield from answered(job, findings, kind.changes, at=around.clock())
            case "accepted":
                yield from _accepted(job, kind.template, findings, spool, around)
            case "rejected":
                yield from rejected(job, findings, at=around.clock())
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


def _examined(
    job: JobSubmittedV1, around: Surroundings, means: Means, findings: Findings
) -> Iterator[ValidationProgressedV1]:
    """Find what is to be found in the job's file, and tell how far it is where that takes a while."""
    try:
        with (
            fetched(around.source, job, folder=around.folder) as blocks,
            closing(examine(blocks, means, findings)) as batches,
        ):
            due = around.timer() + PROGRESS_EVERY
            for _ in batches:
                now = around.timer()
                if now >= due:
                    due = now + PROGRESS_EVERY
                    yield ValidationProgressedV1(
                        job_id=job.job_id,
                        account=job.account,
                        rows=findings.rows,
                        bytes=findings.bytes,
                        progressed_at=around.clock(),
                    )
    except SourceMissing:
        message = f"The uploaded file is no longer stored, so its rows can't be read. {_THE_REST}"
        raise CannotValidate(code="source_missing", message=message) from None
    except SourceAltered:
        message = (
            "The stored file is no longer the one that was uploaded: its SHA-256 checksum is another. No Seat was "
            f"{DONE[job.kind]} from the altered file. {_THE_REST}"
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


def _accepted(
    job: JobSubmittedV1, template: Template, findings: Findings, spool: Spool, around: Surroundings
) -> Iterator[Contract]:
    """The acceptance, and the chunks that need not wait for others. Those that must are safe before."""
    count("accepted", findings)
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


@contextmanager
def _disk_may_fail() -> Iterator[None]:
    """A full or failing disk is tried again later; the network has its own exceptions."""
    try:
        yield
    except OSError as error:
        raise Retry(f"the disk for temporary files: {error}") from error
