"""Where the received files are kept. A reference is opaque: nothing outside this module knows of folders."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, BinaryIO, Protocol
from uuid import uuid4

#: Bytes of one block when a source is read.
BLOCK = 131_072

_REFERENCE = re.compile(r"[0-9a-f]{32}")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class StorageError(Exception):
    """The storage could not do what was asked just now."""


class StorageFull(StorageError):
    """There is no room left for another file."""


class SourceMissing(Exception):
    """No stored file has this reference."""


class SourceWriter(Protocol):
    """A file that is being stored. It does not exist for readers until `commit` has returned."""

    def write(self, block: bytes) -> None:
        """Append a block. Raises `StorageError`."""

    def commit(self) -> None:
        """Make the file durable, then visible. Raises `StorageError`, and then nothing is kept."""

    def abort(self) -> None:
        """Forget the file. Harmless after `commit`, and when called twice."""


class OpenSource(Protocol):
    """A stored file being read: its ``size`` in bytes, and its blocks, once."""

    @property
    def size(self) -> int: ...

    def select(self, start: int, stop: int) -> None:
        """Give the bytes ``start`` to ``stop - 1`` alone; called before reading. Raises `StorageError`."""

    def __iter__(self) -> Iterator[bytes]: ...
    def __next__(self) -> bytes: ...
    def close(self) -> None: ...


class SourceStore(Protocol):
    """What a storage can do: a folder now, an object store later."""

    def new_reference(self) -> str:
        """A reference that nothing has yet."""

    def open_new(self, reference: str) -> SourceWriter:
        """Begin a file. Raises `StorageError`."""

    def open(self, reference: str) -> OpenSource:
        """Read a file. Raises `SourceMissing` or `StorageError`."""

    def delete(self, reference: str) -> None:
        """Remove the file, also one that was never committed; nothing happens where there is none."""

    def temporary(self) -> IO[bytes]:
        """A file to read and write that nobody else sees, and that goes when it is closed."""


class FolderStore:
    """Files in one folder, named by their reference; unfinished ones end in `.part`.

    Deleting by reference covers both, so a file left behind by a killed process goes with its row in the database.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def prepare(self) -> None:
        """Make the folder, readable by this user alone, where it is missing."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def new_reference(self) -> str:
        return uuid4().hex

    def open_new(self, reference: str) -> "FolderWriter":
        path = self._path(reference)
        with storage_errors():
            return FolderWriter(path)

    def open(self, reference: str) -> "FolderReader":
        path = self._path(reference)
        with storage_errors():
            try:
                return FolderReader(path.open("rb", buffering=0))
            except FileNotFoundError:
                raise SourceMissing(reference) from None

    def delete(self, reference: str) -> None:
        path = self._path(reference)
        with storage_errors():
            _part(path).unlink(missing_ok=True)
            path.unlink(missing_ok=True)

    def temporary(self) -> IO[bytes]:
        with storage_errors():
            return TemporaryFile(dir=self._folder)

    def _path(self, reference: str) -> Path:
        if not _REFERENCE.fullmatch(reference):
            raise SourceMissing(reference)
        return self._folder / reference


class FolderWriter:
    """Writes beside the final name; `commit` syncs the file, renames it and syncs the folder, in this order."""

    def __init__(self, path: Path) -> None:
        self._path = path
        descriptor = os.open(_part(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "wb", buffering=BLOCK)

    def write(self, block: bytes) -> None:
        with storage_errors():
            self._file.write(block)

    def commit(self) -> None:
        try:
            with storage_errors():
                self._file.flush()
                os.fsync(self._file.fileno())
                self._file.close()
                _part(self._path).rename(self._path)
                _sync_folder(self._path.parent)
        except StorageError:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
            raise
        finally:
            self.abort()

    def abort(self) -> None:
        with suppress(OSError):  # what the buffer still holds need not fit
            self._file.close()
        with suppress(OSError):  # housekeeping comes back to what can't be removed now
            _part(self._path).unlink(missing_ok=True)


class FolderReader:
    """A file of the folder, block by block."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = self._left = os.fstat(file.fileno()).st_size

    def select(self, start: int, stop: int) -> None:
        with storage_errors():
            self._file.seek(start)
        self._left = stop - start

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        with storage_errors():
            block = self._file.read(min(BLOCK, self._left))
        self._left -= len(block)
        if not block:
            self.close()
            raise StopIteration
        return block

    def close(self) -> None:
        self._file.close()


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn what the system says about the storage into `StorageError`."""
    try:
        yield
    except OSError as error:
        raise (StorageFull if error.errno in _FULL else StorageError)(str(error)) from error


def _part(path: Path) -> Path:
    return path.with_suffix(".part")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
