"""Uploads: files that have been received, but that no job uses yet."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from database.connection import UNAVAILABLE, Database, DictConnection
from services.upload.queries import sql
from services.upload.receiving import Received
from services.upload.sources import SourceStore, SourceWriter, StorageError

log = logging.getLogger(__name__)

_AWAY: tuple[type[Exception], ...] = (StorageError, *UNAVAILABLE)


class UploadUnknown(Exception):
    """The account has no upload with this id, or no longer: it expires when no job uses it."""


class UploadUsed(Exception):
    """A job uses the upload already. ``job_id`` says which."""

    def __init__(self, job_id: UUID) -> None:
        super().__init__(f"the upload is used by job {job_id}")
        self.job_id = job_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A file that is safe in the storage; its row is there too, but does not show it yet."""

    upload_id: UUID
    source: str
    received: Received


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An upload as its owner sees it. ``source`` is where it is stored, which is nothing to its owner."""

    upload_id: UUID
    source: str
    received: Received
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploads:
    """The uploads of all accounts: rows in ``database``, files in ``store``; those that no job uses expire."""

    database: Database
    store: SourceStore
    expiry: timedelta

    def take(self, fill: Callable[[SourceWriter], Received], *, account: str, user: str) -> Upload:
        """Receive a file and show it to its account. Whatever is raised, nothing of it stays behind."""
        stored = self.keep(fill, account=account, user=user)
        try:
            with self.database.transaction() as connection:
                expires_at = self.complete(connection, stored)
        except BaseException:
            self.discard(stored.upload_id, stored.source)
            raise
        return Upload(upload_id=stored.upload_id, source=stored.source, received=stored.received, expires_at=expires_at)

    def keep(self, fill: Callable[[SourceWriter], Received], *, account: str, user: str) -> Stored:
        """Store what ``fill`` writes, durably. The row is written first: nothing is stored that no row knows of."""
        upload_id, source = uuid4(), self.store.new_reference()
        row = {"upload_id": upload_id, "account": account, "uploaded_by": user, "source": source}
        with self.database.transaction() as connection:
            connection.execute(sql("reserve_upload"), row | {"expiry": self.expiry})
        try:
            writer = self.store.open_new(source)
            try:
                received = fill(writer)
                writer.commit()
            finally:
                writer.abort()
        except BaseException:
            self.discard(upload_id, source)
            raise
        return Stored(upload_id=upload_id, source=source, received=received)

    def complete(self, connection: DictConnection, stored: Stored) -> datetime:
        """Show the upload to its account, when the transaction ends. Gives the time at which it expires."""
        done = stored.received
        row = {"upload_id": stored.upload_id, "filename": done.filename, "size": done.size, "sha256": done.sha256}
        found = connection.execute(sql("complete_upload"), row | {"expiry": self.expiry}).fetchone()
        if found is None:
            raise UploadUnknown  # it took longer than `expiry` to arrive
        expires_at: datetime = found["expires_at"]
        return expires_at

    def discard(self, upload_id: UUID, source: str) -> None:
        """Remove an upload that nobody can use any more: first its file, then its row.

        In this order no file is ever left without a row; what can't be removed now goes when it expires.
        """
        try:
            self.store.delete(source)
            with self.database.transaction() as connection:
                connection.execute(sql("forget_upload"), {"upload_id": upload_id})
        except _AWAY as error:
            log.warning("could not remove upload %s, it goes when it expires: %s", upload_id, error)

    def delete(self, upload_id: UUID, *, account: str) -> None:
        """Remove an upload and its file. Raises `UploadUnknown` or `UploadUsed`."""
        key = {"upload_id": upload_id, "account": account}
        with self.database.transaction() as connection:
            ended = connection.execute(sql("expire_upload"), key).fetchone()
            if ended is None:
                raise why_not_free(connection, upload_id, account=account)
        self.discard(upload_id, ended["source"])

    def source_size(self, source: str, *, account: str) -> int | None:
        """Bytes of one of the account's stored files; None where it has no such file."""
        with self.database.transaction() as connection:
            found = connection.execute(sql("source_size"), {"source": source, "account": account}).fetchone()
        return None if found is None else int(found["size"])


def why_not_free(connection: DictConnection, upload_id: UUID | None, *, account: str) -> UploadUnknown | UploadUsed:
    """Why an upload can't be had: unknown (or expired, or another account's), or used by a job."""
    found = connection.execute(sql("job_of_upload"), {"upload_id": upload_id, "account": account}).fetchone()
    if found is None or found["job_id"] is None:
        return UploadUnknown()
    return UploadUsed(found["job_id"])
