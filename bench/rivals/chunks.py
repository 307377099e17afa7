"""A task's 1,000 rows: the schema and the SQL of Bulk Manager, called from elsewhere."""

from collections.abc import Sequence
from uuid import UUID

from bench.rivals.seats import values
from bench.rivals.task import ACCOUNT
from contracts import template
from contracts.messages import SeatsAcceptedV1
from services.provisioner.directory import SeatDirectory
from services.provisioner.handler import provision_seats


def create_seats(
    directory: SeatDirectory, job_id: str, chunk: int, lines: Sequence[int], rows: Sequence[dict[str, str]]
) -> None:
    """Check the rows, and create their Seats in one transaction."""
    checked = [values(cells) for cells in rows]
    columns = tuple(checked[0])
    message = SeatsAcceptedV1(
        job_id=UUID(job_id),
        account=ACCOUNT,
        template_version=template.latest().version,
        chunk=chunk,
        columns=columns,
        lines=list(lines),
        values=[[row[column] for row in checked] for column in columns],
    )
    for _ in provision_seats(message, directory=directory):
        pass  # what became of the rows: nobody listens
