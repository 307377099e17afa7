"""Names of downloads, safe on every system and in every header."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.eventlog.downloads import content_disposition, csv_download, derived_name
from tests.unit.eventlog.histories import patient


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("seats.csv", "seats-summary.csv"),
        ("SEATS.CSV", "SEATS-summary.csv"),
        ("seats", "seats-summary.csv"),
        ("seats.2026.csv", "seats.2026-summary.csv"),
        (".csv", "job-summary.csv"),
        (None, "job-summary.csv"),
    ],
)
def test_the_name_comes_from_the_uploaded_file_s(filename: str | None, name: str) -> None:
    assert derived_name(filename, "summary") == name


def test_a_name_of_any_letters_is_told_both_ways() -> None:
    expected = "attachment; filename=\"Zo_-summary.csv\"; filename*=UTF-8''Zo%C3%AB-summary.csv"
    assert content_disposition("Zoë-summary.csv") == expected


@patient
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=30))
def test_no_name_breaks_out_of_its_header(name: str) -> None:
    header = content_disposition(name)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    assert not set('\\/"\r\n') & set(unquote(header.rpartition("''")[2]))


def test_a_download_is_never_shown_nor_kept() -> None:
    answer = csv_download([b"a\n"], "a.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
