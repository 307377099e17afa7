"""The submitted file: got from upload as a stream, and checked to be the one that was submitted."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Protocol
from urllib.parse import quote

from contracts.messages import JobSubmittedV1
from messaging.errors import Retry
from web.access import service_principal
from web.client import RemoteRefusal, ServiceClient

BLOCK = 131_072  # bytes


class SourceMissing(Exception):
    """Upload does not have the file (any more)."""


class SourceAltered(Exception):
    """The file is not the one that was submitted: its size or its checksum is another."""


class Source(Protocol):
    """Where files are kept."""

    def blocks(self, account: str, source: str) -> Iterator[bytes]:
        """The file of an account by its reference, in blocks. Raises `SourceMissing`, also while it is read."""


class UploadSource:
    """Files that the upload service keeps."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client
        self._principal = service_principal("validator")

    def blocks(self, account: str, source: str) -> Iterator[bytes]:
        """See `Source.blocks`. Raises also `Retry` and `ServiceUnavailable`."""
        path = f"/sources/{quote(source, safe='')}"
        try:
            return self._client.stream(path, principal=self._principal(account))
        except RemoteRefusal as refusal:
            if refusal.status in (404, 410):
                raise SourceMissing(source) from refusal
            raise Retry(f"upload: GET {path}: {refusal}") from refusal


@contextmanager
def fetched(source: Source, job: JobSubmittedV1, *, folder: Path) -> Iterator[Iterator[bytes]]:
    """The job's file in blocks, once it is here whole and known to be the right one.

    It is kept on disk meanwhile, so that nothing is decided by a file that turns out to be another at its end, and no
    thread of upload waits for us. Raises `SourceMissing` or `SourceAltered`.
    """
    with TemporaryFile(dir=folder) as file:
        _copy(source.blocks(job.account, job.source), file, job)
        file.seek(0)
        yield iter(partial(file.read, BLOCK), b"")


def _copy(blocks: Iterator[bytes], file: IO[bytes], job: JobSubmittedV1) -> None:
    digest, size = sha256(), 0
    for block in blocks:
        size += len(block)
        if size > job.size:
            break
        digest.update(block)
        file.write(block)
    if size != job.size or digest.hexdigest() != job.sha256:
        raise SourceAltered(job.source)
