"""Asking for a job to be cancelled: said once, however often it is asked. Whether it still can be is not ours."""

from datetime import datetime
from uuid import UUID

from contracts.codec import Codec
from contracts.messages import JobCancelRequestedV1
from database.connection import DictConnection
from services.upload import outbox
from services.upload.queries import sql


class JobUnknown(Exception):
    """The account has no job with this id."""


class JobEnded(Exception):
    """The job has ended already, as ``state``."""

    def __init__(self, state: str) -> None:
        super().__init__(f"the job has ended: {state}")
        self.state = state


def request_cancel(
    connection: DictConnection, job_id: UUID, *, account: str, requested_by: str, codec: Codec
) -> datetime:
    """Make the request due, in this transaction, unless it was made before; the time of the first one.

    It goes out after `job.submitted`. Raises `JobUnknown`, or `JobEnded` where the end is known here; where it is not
    yet, the request changes nothing any more.
    """
    job = connection.execute(sql("lock_job"), {"job_id": job_id, "account": account}).fetchone()
    if job is None:
        raise JobUnknown
    if job["end_state"] is not None:
        raise JobEnded(job["end_state"])
    if job["cancel_requested_at"] is not None:
        before: datetime = job["cancel_requested_at"]
        return before
    noted = connection.execute(sql("note_cancel"), {"job_id": job_id, "requested_by": requested_by}).fetchone()
    if noted is None:
        raise JobUnknown
    at: datetime = noted["cancel_requested_at"]
    message = JobCancelRequestedV1(job_id=job_id, account=account, requested_by=requested_by, requested_at=at)
    outbox.put(connection, codec.encode(message))
    return at
