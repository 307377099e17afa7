"""File names and the sink; whole bodies are received in the integration tests."""

import unicodedata
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.upload.receiving import MAX_FILENAME, Received, Sink, clean_filename
from services.upload.sources import FolderStore
from web.refusals import Refusal


@pytest.mark.parametrize(
    ("given_name", "cleaned"),
    [
        ("seats.csv", "seats.csv"),
        ("Neue Plätze (2) & más.CSV", "Neue Plätze (2) & más.CSV"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\seats.csv", "seats.csv"),
        (" seats.csv ", "seats.csv"),
        ("se\x00a\nts\u202e.csv", "seats.csv"),
        ("folder/", ""),
        ("", ""),
        (".", ""),
        ("..", ""),
        ("\u200b", ""),
        (".csv", ".csv"),
        ("x" * 300 + ".csv", "x" * 251 + ".csv"),
        ("x" * 300, "x" * 255),
        ("x." + "y" * 300, "x." + "y" * 253),
    ],
)
def test_names_are_cleaned(given_name: str, cleaned: str) -> None:
    assert clean_filename(given_name) == cleaned


@given(st.text(max_size=600))
def test_a_cleaned_name_is_harmless_and_stays_as_it_is(name: str) -> None:
    cleaned = clean_filename(name)
    assert len(cleaned) <= MAX_FILENAME
    assert not set("/\\") & set(cleaned)
    assert not any(unicodedata.category(character).startswith("C") for character in cleaned)
    assert cleaned not in (".", "..")
    assert clean_filename(cleaned) == cleaned


@given(st.lists(st.binary(max_size=50), max_size=20), st.integers(min_value=0, max_value=300))
def test_the_sink_counts_hashes_and_stops_at_the_limit(
    tmp_path_factory: pytest.TempPathFactory, blocks: list[bytes], max_bytes: int
) -> None:
    store = FolderStore(tmp_path_factory.getbasetemp() / "sources")
    store.prepare()
    writer = store.open_new(store.new_reference())
    sink = Sink(writer, max_bytes=max_bytes)
    data = b"".join(blocks)
    status = 0
    try:
        for block in blocks:
            assert sink.write(block) == len(block)
    except Refusal as refusal:
        status = refusal.status
    writer.abort()
    assert status == (413 if len(data) > max_bytes else 0)
    if not status:
        assert sink.received("a.csv") == Received(filename="a.csv", size=len(data), sha256=sha256(data).hexdigest())


def test_an_empty_body_has_a_hash_too(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    writer = store.open_new(store.new_reference())
    assert Sink(writer, max_bytes=1).received("a").sha256 == sha256(b"").hexdigest()
    writer.abort()
