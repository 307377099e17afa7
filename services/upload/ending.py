"""How jobs ended: `job.finished` is heard, the end is kept, and what was kept for the running job alone goes."""

import logging
from collections.abc import Iterable

from contracts.messages import Contract, JobFinishedV1
from messaging.errors import Reject
from services.upload.accepted import AcceptedFiles
from services.upload.queries import sql

log = logging.getLogger(__name__)


def take_end(finished: Contract, *, accepted: AcceptedFiles) -> Iterable[Contract]:
    """Note the end of a job. Told again, or told of a job that is none of ours (a refused request), it does nothing."""
    if not isinstance(finished, JobFinishedV1):
        raise Reject(f"{finished.TYPE} does not tell of a job's end")
    row = {
        "job_id": finished.job_id,
        "account": finished.account,
        "state": finished.state,
        "finished_at": finished.finished_at,
    }
    with accepted.database.transaction() as connection:
        noted = connection.execute(sql("note_end"), row).rowcount
    if noted:
        log.info("ended: %s", finished.state)
        accepted.forget(finished.job_id)
    return ()
