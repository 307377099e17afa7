"""The provisioner's decision: a chunk of accepted rows in, what became of them out; and the end of a cancelled job."""

import logging
from collections.abc import Iterator

from contracts.messages import (
    Contract,
    Failed,
    JobCancelledV1,
    JobCancelRequestedV1,
    SeatsAcceptedV1,
    SeatsProvisionedV1,
)
from messaging.errors import Reject
from services.provisioner.directory import ChunkResult, JobCancelled, SeatDirectory
from services.provisioner.rows import seat_changes, seat_chunk, seat_deletions

log = logging.getLogger(__name__)


def handle(message: Contract, *, directory: SeatDirectory) -> Iterator[Contract]:
    """Whatever comes from the provisioner's queues, which hear of chunks and of cancellations."""
    match message:
        case SeatsAcceptedV1():
            return provision_seats(message, directory=directory)
        case JobCancelRequestedV1():
            return cancel_job(message, directory=directory)
        case _:
            raise Reject(f"the provisioner does nothing with {message.TYPE}")


def provision_seats(chunk: SeatsAcceptedV1, *, directory: SeatDirectory) -> Iterator[Contract]:
    """Do what a chunk wants and tell an outcome for every row; the same chunk gives the same answer again.

    Of a chunk whose job was cancelled before it nothing is done and nothing told: it was not processed.
    """
    try:
        result = _provisioned(chunk, directory)
    except JobCancelled:
        log.info("chunk %d is left: the job was cancelled", chunk.chunk)
        return
    yield SeatsProvisionedV1(
        job_id=chunk.job_id,
        account=chunk.account,
        chunk=chunk.chunk,
        successful=result.made,
        failed=tuple(Failed(line=row.line, code=row.code, message=row.message) for row in result.not_made),
        provisioned_at=result.provisioned_at,
    )


def _provisioned(chunk: SeatsAcceptedV1, directory: SeatDirectory) -> ChunkResult:
    match chunk.kind:
        case "create":
            return directory.create_seats(seat_chunk(chunk))
        case "update":
            return directory.change_seats(seat_changes(chunk))
        case "delete":
            return directory.delete_seats(seat_deletions(chunk))
        case other:
            raise Reject(f"there are no chunks of the kind {other!r}")


def cancel_job(request: JobCancelRequestedV1, *, directory: SeatDirectory) -> Iterator[Contract]:
    """Let no Seat of the job be made from now on, and tell how many of its chunks came before."""
    cancellation = directory.cancel_job(request.account, request.job_id)
    log.info("cancelled by %s after %d chunks", request.requested_by, cancellation.chunks)
    yield JobCancelledV1(
        job_id=request.job_id,
        account=request.account,
        chunks=cancellation.chunks,
        requested_by=request.requested_by,
        cancelled_at=cancellation.cancelled_at,
    )
