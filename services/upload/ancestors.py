"""Jobs that follow from another: its failed rows tried again, or the Seats that it made deleted."""

from dataclasses import dataclass
from uuid import UUID

from contracts.template import latest
from database.connection import DictConnection
from services.upload import jobs
from services.upload.bodies import JobBody
from services.upload.cancelling import JobUnknown
from services.upload.jobs import Job


class WrongAncestor(Exception):
    """The job can't follow from that one. ``field`` of the request says so, ``message`` tells why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a job does and by which rules, once it is known what it has from the job that it follows from."""

    kind: str
    template_version: int
    undo_of: UUID | None = None


def terms_of(connection: DictConnection, body: JobBody, *, account: str) -> Terms:
    """What is asked for, completed. Raises `JobUnknown` or `WrongAncestor`.

    A retry does what that job did, by the same rules, and where that job was an undo it stays one: Seats that were
    changed since are kept.
    """
    newest = body.template_version or latest().version
    if body.retry_of is not None:
        parent = _job(connection, body.retry_of, account)
        _require_kind(body, parent.kind)
        version = body.template_version or parent.template_version
        return Terms(kind=parent.kind, template_version=version, undo_of=parent.undo_of)
    if body.undo_of is not None:
        parent = _job(connection, body.undo_of, account)
        if parent.kind != "create" or parent.dry_run:
            raise WrongAncestor("undo_of", "That job created no Seats, so there is nothing to undo.")
        _require_kind(body, "delete")
        return Terms(kind="delete", template_version=newest, undo_of=body.undo_of)
    return Terms(kind=body.kind or "create", template_version=newest)


def _require_kind(body: JobBody, kind: str) -> None:
    if body.kind not in (None, kind):
        raise WrongAncestor("kind", f"It must be {kind} here; leave it out.")


def _job(connection: DictConnection, job_id: UUID, account: str) -> Job:
    job = jobs.find(connection, job_id, account=account)
    if job is None:
        raise JobUnknown
    return job
