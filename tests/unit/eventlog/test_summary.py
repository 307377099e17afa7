"""Promise 6: the summary is the uploaded file, cell for cell and in order, plus what became of every row."""

import codecs
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

import csvfile
from contracts import template
from contracts.messages import Outcome
from contracts.template import OUTCOME_COLUMNS
from services.eventlog.meaning import Meaning
from services.eventlog.outcomes import pack, unpack
from services.eventlog.summary import SourceChanged, summarise, verified
from tests.unit.eventlog import histories as h
from tests.unit.eventlog.histories import patient

JOB = h.submitted("a key")
TEMPLATE = template.latest()
MEANING = Meaning(template=TEMPLATE, chosen={})
NAMES = [column.name for column in TEMPLATE.columns]

text = st.text(alphabet=st.characters(exclude_characters="\0", codec="utf-8"), max_size=6)
telling = st.sampled_from(
    ["=1+1", "'=1", "''-x", "+14155550100", "@a", "-", "\t", 'a"b', "x;y", "x,y", "a\nb", "a\r\nb", "'"]
)
cells = text | telling


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A file as someone sent it: `rows` are its records that are not blank, `lines` where each begins."""

    header: Sequence[str]
    rows: list[Sequence[str]]
    lines: list[int]
    data: bytes
    newline: str
    delimiter: str
    marked: bool


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


@st.composite
def files(draw: st.DrawFn) -> Sent:
    header = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=5, unique=True))
    width = st.lists(cells, min_size=len(header), max_size=len(header))
    records = draw(st.lists(width, max_size=8))
    delimiter, newline = draw(st.sampled_from(",;\t")), draw(st.sampled_from(["\n", "\r\n"]))
    written = newline.join(delimiter.join(map(quoted, record)) for record in [header, *records])
    written += draw(st.sampled_from(["", newline])) if records else newline
    lines, place = [], 0
    for record in [header, *records]:
        lines.append(len(re.findall("\r\n|\r|\n", written[:place])) + 1)
        place += len(delimiter.join(map(quoted, record))) + len(newline)
    encoding, mark = draw(
        st.sampled_from([("utf-8", b""), ("utf-8", codecs.BOM_UTF8), ("utf-16-le", codecs.BOM_UTF16_LE)])
    )
    kept = [(line, row) for line, row in zip(lines[1:], records, strict=True) if any(map(str.strip, row))]
    return Sent(
        header=header,
        rows=[row for _, row in kept],
        lines=[line for line, _ in kept],
        data=mark + written.encode(encoding),
        newline=newline,
        delimiter=delimiter,
        marked=bool(mark),
    )


def cut(data: bytes, size: int = 7) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def summary_of(data: bytes, outcomes: list[Outcome], *, chunk: int = 3, kind: str = "create") -> bytes:
    meaning = Meaning(template=TEMPLATE.for_kind(kind), chosen={})
    chunks = [
        unpack(pack(h.provisioned(JOB, 1, tuple(outcomes[at : at + chunk])))) for at in range(0, len(outcomes), chunk)
    ]
    return b"".join(summarise(cut(data), chunks, kind=kind, meaning=meaning, otherwise="Not processed."))


def table(data: bytes, *, raw: bool = False) -> list[tuple[str, ...]]:
    reading = csvfile.read([data], raw=raw)
    return [reading.header.cells, *(record.cells for record in reading)]


def drawn_outcomes(data: st.DataObject, lines: list[int]) -> dict[int, Outcome]:
    """An outcome for some of the lines."""
    kinds = data.draw(st.lists(st.sampled_from(["created", "failed", None]), min_size=len(lines), max_size=len(lines)))
    return {
        line: h.outcome(JOB, line, failed=kind == "failed") for line, kind in zip(lines, kinds, strict=True) if kind
    }


def expected(line: int, outcomes: dict[int, Outcome]) -> tuple[str, ...]:
    found = outcomes.get(line)
    return h.outcome_cells(found) if found else ("", "", "not_processed", "Not processed.")


@patient
@given(sent=files(), data=st.data())
def test_every_row_once_in_its_order_cell_for_cell_with_its_outcome(sent: Sent, data: st.DataObject) -> None:
    outcomes = drawn_outcomes(data, sent.lines)
    summary = summary_of(sent.data, list(outcomes.values()))
    told = table(summary)
    assert told[0] == (*sent.header, *OUTCOME_COLUMNS)
    source = table(sent.data)[1:]
    assert len(source) == len(sent.rows)
    assert told[1:] == [(*row, *expected(line, outcomes)) for line, row in zip(sent.lines, source, strict=True)]


@patient
@given(sent=files())
def test_cells_stand_as_they_were_sent_but_for_the_guard_of_formulas(sent: Sent) -> None:
    told = table(summary_of(sent.data, []), raw=True)[1:]
    width = len(sent.header)
    assert [row[:width] for row in told] == [tuple(map(csvfile.guard_raw, row)) for row in sent.rows]


@patient
@given(sent=files())
def test_the_summary_is_written_as_the_source_was(sent: Sent) -> None:
    summary = summary_of(sent.data, [])
    dialect = csvfile.read([summary]).dialect
    assert (dialect.delimiter, dialect.newline) == (sent.delimiter, sent.newline)
    assert (dialect.encoding, dialect.bom) == ("utf-8", sent.marked)


@patient
@given(sent=files(), data=st.data())
def test_a_summary_that_is_uploaded_again_gets_its_outcomes_replaced(sent: Sent, data: st.DataObject) -> None:
    first = summary_of(sent.data, list(drawn_outcomes(data, sent.lines).values()))
    lines = [record.line for record in csvfile.read([first])]
    outcomes = drawn_outcomes(data, lines)
    second = table(summary_of(first, list(outcomes.values())), raw=True)
    width = len(sent.header)
    assert second[0] == (*sent.header, *OUTCOME_COLUMNS)
    assert [row[:width] for row in second] == [row[:width] for row in table(first, raw=True)]
    assert [row[width:] for row in second[1:]] == [expected(line, outcomes) for line in lines]


def test_outcome_columns_are_known_in_any_place_and_writing() -> None:
    source = b"User ID,email,Type,extension\n1,a@example.com,failed,100\n"
    assert table(summary_of(source, [])) == [
        ("email", "extension", *OUTCOME_COLUMNS),
        ("a@example.com", "100", "", "", "not_processed", "Not processed."),
    ]


@pytest.mark.parametrize(("kind", "when"), [("update", "updated_at"), ("delete", "deleted_at")])
def test_updates_and_deletions_leave_user_ids_where_they_stand(kind: str, when: str) -> None:
    made = h.outcome(JOB, 2)
    source = f"type,user_id,department,{when}\nx,{made.user_id},Sales,y\nx,no,,y\n".encode()
    _, at, _, _ = h.outcome_cells(made)
    assert table(summary_of(source, [made, h.outcome(JOB, 3, failed=True)], kind=kind)) == [
        ("user_id", "department", when, "type", "reason"),
        (str(made.user_id), "Sales", at, "successful", ""),
        ("no", "", "", "failed", "Line 3 is taken."),
    ]


def test_short_rows_are_filled_up_and_long_ones_lose_nothing() -> None:
    told = table(summary_of(b"email,extension\na\nb,1,2\n", []))
    assert told[1] == ("a", "", "", "", "not_processed", "Not processed.")
    assert told[2] == ("b", "1", "2", "", "", "not_processed", "Not processed.")


def test_an_outcome_for_no_row_is_passed_over() -> None:
    told = table(summary_of(b"email,extension\na,1\n", [h.outcome(JOB, 1), h.outcome(JOB, 2), h.outcome(JOB, 9)]))
    assert told[1] == ("a", "1", *h.outcome_cells(h.outcome(JOB, 2)))


def test_a_reason_that_looks_like_a_formula_is_guarded() -> None:
    outcome = Outcome(line=2, type="failed", code="x", message="=cmd()")
    assert b",failed,'=cmd()\n" in summary_of(b"email,extension\na,1\n", [outcome])


def test_a_file_without_a_header_is_told_at_once() -> None:
    with pytest.raises(csvfile.FileProblem):
        summarise([b""], [], kind="create", meaning=MEANING, otherwise="")


def test_the_source_is_the_one_that_was_submitted() -> None:
    data = b"a,b\n1,2\n"
    digest = hashlib.sha256(data).hexdigest()
    assert b"".join(verified([data[:3], data[3:]], size=len(data), sha256=digest)) == data
    for blocks, size, sha256 in (([data[:-1]], len(data), digest), ([data, b"x"], 9, digest), ([data], 8, "0" * 64)):
        with pytest.raises(SourceChanged):
            list(verified(blocks, size=size, sha256=sha256))


def test_a_changed_source_breaks_the_summary_instead_of_ending_it() -> None:
    blocks = verified([b"email,extension\na,1\n"], size=999, sha256="0" * 64)
    with pytest.raises(SourceChanged):
        list(summarise(blocks, [], kind="create", meaning=MEANING, otherwise=""))
