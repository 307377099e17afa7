"""A task's 1,000 rows: the schema and the SQL of Bulk Manager, called from elsewhere."""

from collections.abc import Sequence
from uuid import UUID

from bench.rivals.seats import checked, sealed, secret_columns
from bench.rivals.task import ACCOUNT
from contracts import template
from contracts.messages import SeatsAcceptedV1
from services.provisioner.directory import SeatDirectory
from services.provisioner.handler import provision_seats


def create_seats(
    directory: SeatDirectory, job_id: str, chunk: int, lines: Sequence[int], rows: Sequence[dict[str, str]]
) -> None:
    """Check the rows, and create their Seats in one transaction."""
    found = [checked(cells) for cells in rows]
    columns = {column: [row[column] for row in found] for column in found[0]}
    for column in secret_columns():
        columns[column] = sealed(columns[column])
    message = SeatsAcceptedV1(
        job_id=UUID(job_id),
        account=ACCOUNT,
        template_version=template.latest().version,
        chunk=chunk,
        columns=tuple(columns),
        lines=list(lines),
        values=list(columns.values()),
    )
    for _ in provision_seats(message, directory=directory):
        pass  # what became of the rows: nobody listens
