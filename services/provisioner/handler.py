"""The provisioner's decision: a chunk of accepted rows in, what became of them out."""

from collections.abc import Iterator

from contracts.messages import Contract, Outcome, SeatsAcceptedV1, SeatsProvisionedV1
from messaging.errors import Reject
from services.provisioner.directory import Made, NotMade, SeatDirectory
from services.provisioner.rows import seat_chunk


def handle(message: Contract, *, directory: SeatDirectory) -> Iterator[Contract]:
    """Whatever comes from the provisioner's queue, which hears nothing but chunks."""
    if not isinstance(message, SeatsAcceptedV1):
        raise Reject(f"the provisioner does nothing with {message.TYPE}")
    return provision_seats(message, directory=directory)


def provision_seats(chunk: SeatsAcceptedV1, *, directory: SeatDirectory) -> Iterator[Contract]:
    """Make the Seats of a chunk and tell an outcome for every row; the same chunk gives the same answer again."""
    result = directory.create_seats(seat_chunk(chunk))
    yield SeatsProvisionedV1(
        job_id=chunk.job_id,
        account=chunk.account,
        chunk=chunk.chunk,
        outcomes=tuple(_told(outcome) for outcome in result.outcomes),
        provisioned_at=result.provisioned_at,
    )


def _told(outcome: Made | NotMade) -> Outcome:
    if isinstance(outcome, Made):
        return Outcome(line=outcome.line, type="successful", user_id=outcome.user_id, created_at=outcome.created_at)
    return Outcome(line=outcome.line, type="failed", code=outcome.code, message=outcome.message)
