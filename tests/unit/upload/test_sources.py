"""The folder storage: whole files or none, and no way to any other file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.upload.sources import BLOCK, FolderStore, SourceMissing, SourceStore, StorageError, StorageFull

ROOT = Path(__file__).parents[3]


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    store = FolderStore(tmp_path / "a" / "sources")
    store.prepare()
    return store


def stored(store: SourceStore, *blocks: bytes) -> str:
    reference = store.new_reference()
    writer = store.open_new(reference)
    for block in blocks:
        writer.write(block)
    writer.commit()
    return reference


def names(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "a" / "sources").iterdir())


@pytest.mark.parametrize("blocks", [(), (b"",), (b"a", b"b" * 10), (b"x" * BLOCK * 2, b"y")])
def test_what_was_written_is_read(store: FolderStore, blocks: tuple[bytes, ...]) -> None:
    opened = store.open(stored(store, *blocks))
    assert opened.size == sum(map(len, blocks))
    assert b"".join(opened) == b"".join(blocks)


def test_it_is_read_in_blocks(store: FolderStore) -> None:
    assert [len(block) for block in store.open(stored(store, b"x" * (BLOCK + 1)))] == [BLOCK, 1]


def test_nothing_is_there_before_the_commit(store: FolderStore) -> None:
    reference = store.new_reference()
    writer = store.open_new(reference)
    writer.write(b"half")
    with pytest.raises(SourceMissing):
        store.open(reference)
    writer.commit()
    writer.abort()
    assert b"".join(store.open(reference)) == b"half"


def test_abort_leaves_nothing_and_may_be_repeated(store: FolderStore, tmp_path: Path) -> None:
    writer = store.open_new(store.new_reference())
    writer.write(b"x" * 1_000_000)
    writer.abort()
    writer.abort()
    assert names(tmp_path) == []


def test_delete_removes_finished_and_unfinished_files(store: FolderStore, tmp_path: Path) -> None:
    finished, unfinished = stored(store, b"x"), store.new_reference()
    writer = store.open_new(unfinished)
    store.delete(finished)
    store.delete(unfinished)
    store.delete(store.new_reference())
    assert names(tmp_path) == []
    writer.abort()


def test_a_commit_that_fails_leaves_nothing(store: FolderStore, tmp_path: Path) -> None:
    writer = store.open_new(store.new_reference())
    writer.write(b"x")
    next((tmp_path / "a" / "sources").iterdir()).unlink()
    with pytest.raises(StorageError):
        writer.commit()
    assert names(tmp_path) == []


def test_a_reference_is_taken_once(store: FolderStore) -> None:
    reference = store.new_reference()
    writer = store.open_new(reference)
    with pytest.raises(StorageError):
        store.open_new(reference)
    writer.abort()


@pytest.mark.parametrize("reference", ["", ".", "..", "../secret", "/etc/passwd", "A" * 32, "0" * 31, "0" * 33, "é"])
def test_a_reference_leads_nowhere_else(store: FolderStore, tmp_path: Path, reference: str) -> None:
    (tmp_path / "a" / "secret").write_text("secret")
    for use in (store.open, store.open_new, store.delete):
        with pytest.raises(SourceMissing):
            use(reference)


def test_files_are_for_this_user_alone(store: FolderStore, tmp_path: Path) -> None:
    stored(store, b"x")
    folder = tmp_path / "a" / "sources"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert next(folder.iterdir()).stat().st_mode & 0o777 == 0o600


def test_references_are_not_guessed(store: FolderStore) -> None:
    assert len({store.new_reference() for _ in range(1000)}) == 1000


def test_a_missing_folder_is_a_storage_error(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "none")
    with pytest.raises(StorageError) as caught:
        store.open_new(store.new_reference())
    assert not isinstance(caught.value, StorageFull)


def test_closing_a_reader_ends_it(store: FolderStore) -> None:
    opened = store.open(stored(store, b"x"))
    opened.close()
    with pytest.raises(ValueError, match="closed"):
        next(opened)


_FILL = """
import resource, signal, sys
from pathlib import Path
from services.upload.sources import FolderStore, StorageFull
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
store = FolderStore(Path(sys.argv[1]))
writer = store.open_new(store.new_reference())
try:
    for _ in range(int(sys.argv[2])):
        writer.write(b"x" * 100_000)
    writer.commit()
except StorageFull:
    writer.abort()
    print("full")
"""


@pytest.mark.parametrize(("blocks", "said"), [(3, ""), (4, "full"), (10, "full")])
def test_a_file_that_finds_no_room_is_told_and_leaves_nothing(
    store: FolderStore, tmp_path: Path, blocks: int, said: str
) -> None:
    folder = tmp_path / "a" / "sources"
    done = subprocess.run(
        [sys.executable, "-c", _FILL, folder, str(blocks)],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == said
    assert len(names(tmp_path)) == (0 if said else 1)
