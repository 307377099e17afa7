"""Removes what nobody used: uploads that have expired, and what processes that were killed left half received.

And what nobody needs any more: accepted files of jobs that have ended.
"""

import logging
import threading
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from database.connection import UNAVAILABLE
from services.upload.accepted import AcceptedFiles
from services.upload.queries import sql
from services.upload.sources import SourceStore, StorageError
from services.upload.uploads import Uploads

log = logging.getLogger(__name__)

#: Uploads that are removed in one transaction.
BATCH: Final = 100

#: Seconds between two rounds.
INTERVAL: Final = 300.0


def keep_house(uploads: Uploads, accepted: AcceptedFiles, stop: threading.Event, *, interval: float = INTERVAL) -> None:
    """Remove expired uploads and accepted files that are over, every ``interval`` seconds until ``stop``.

    A database that is away is met again later.
    """
    while not stop.is_set():
        try:
            removed, over = remove_expired(uploads), accepted.remove_ended()
        except UNAVAILABLE as error:
            log.warning("housekeeping waits, the database is away: %s", error)
        else:
            if removed or over:
                log.info("removed %d expired uploads, %d accepted files of ended jobs", removed, over)
        stop.wait(interval)


def remove_expired(uploads: Uploads) -> int:
    """Remove all expired uploads, files first, and tell how many. Files of jobs are not touched."""
    removed = 0
    while batch := _remove_batch(uploads):
        removed += batch
    return removed


def _remove_batch(uploads: Uploads) -> int:
    with uploads.database.transaction() as connection:
        rows = connection.execute(sql("expired_uploads"), {"limit": BATCH}).fetchall()
        gone = [row["upload_id"] for row in rows if _delete_file(uploads.store, row)]
        connection.execute(sql("remove_uploads"), {"upload_ids": gone})
    return len(gone)


def _delete_file(store: SourceStore, row: Mapping[str, UUID | str]) -> bool:
    try:
        store.delete(str(row["source"]))
    except StorageError as error:
        log.warning("the file of upload %s can't be removed now: %s", row["upload_id"], error)
        return False
    return True
