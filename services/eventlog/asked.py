"""Which job a request is about."""

from uuid import UUID

from services.eventlog.job import Job
from services.eventlog.reading import Archive
from web.access import current
from web.refusals import not_found


def asked_job(archive: Archive, text: str) -> Job:
    """The job of the account that asks, by its id; all else is not there."""
    try:
        job = archive.job(current().account, UUID(text))
    except ValueError:
        raise not_found("job") from None
    if job is None:
        raise not_found("job")
    return job
