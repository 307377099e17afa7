"""Files made of a job's own file, each of which can be uploaded as it is."""

from collections.abc import Iterable, Mapping

import pytest

import csvfile
from contracts import template
from contracts.messages import Outcome
from contracts.problems import Problem
from services.eventlog.derived import annotated, left_over, made
from services.eventlog.meaning import Meaning
from services.eventlog.outcomes import ChunkOutcomes, pack, unpack
from tests.unit.eventlog import histories as h

JOB = h.submitted("a key")
TEMPLATE = template.latest()


def problem(line: int, column: str | None, message: str) -> Problem:
    return Problem(line=line, column=column, code="required", message=message)


def table(blocks: Iterable[bytes], *, raw: bool = True) -> list[tuple[str, ...]]:
    reading = csvfile.read(blocks, raw=raw)
    return [reading.header.cells, *(record.cells for record in reading)]


def chunks(*outcomes: Outcome) -> list[ChunkOutcomes]:
    return [unpack(pack(h.provisioned(JOB, n, (outcome,)))) for n, outcome in enumerate(outcomes, start=1)]


def meaning(kind: str = "create", chosen: Mapping[str, str | None] | None = None) -> Meaning:
    return Meaning(template=TEMPLATE.for_kind(kind), chosen=chosen or {})


def test_problems_stand_beside_their_rows() -> None:
    source = b"firstname;email\r\nAnn;a@\r\n\r\nBob;bob@example.com\r\n'=cy;\r\n"
    problems = [problem(2, "email", "No."), problem(2, None, "Odd."), problem(5, "email", "Fill it; or don't.")]
    assert b"".join(annotated([source], problems, told=3)).decode().split("\r\n") == [
        "firstname;email;problems",
        'Ann;a@;"email: No.; Odd."',
        "Bob;bob@example.com;",
        """'=cy;;"email: Fill it; or don't.\"""",
        "",
    ]


def test_a_file_that_is_annotated_again_has_its_problems_replaced() -> None:
    first = b"".join(annotated([b"email,Problems ,extension\na,old,1\n"], [problem(2, "email", "No.")], told=1))
    assert table([first]) == [("email", "extension", "problems"), ("a", "1", "email: No.")]
    assert table(annotated([first], [], told=0)) == [("email", "extension", "problems"), ("a", "1", "")]


def test_problems_of_the_header_are_told_beside_the_first_row() -> None:
    told = table(annotated([b"email,x\n\na,1\nb,2\n"], [problem(1, "x", "Unknown."), problem(3, None, "No.")], told=2))
    assert [row[-1] for row in told] == ["problems", "line 1, x: Unknown.; No.", ""]


def test_rows_of_another_width_keep_their_cells() -> None:
    told = table(annotated([b"email,x\na\nb,1,2\n"], [problem(2, None, "Short."), problem(3, None, "Long.")], told=2))
    assert told[1:] == [("a", "", "Short."), ("b", "1", "2", "Long.")]


def test_where_more_problems_were_found_than_are_kept_the_last_one_says_so() -> None:
    told = table(annotated([b"email,x\na,\nb,\nc,\n"], [problem(2, "x", "No."), problem(3, "x", "No.")], told=9))
    more = "more problems were found in the file than can be listed here"
    assert [row[-1] for row in told[1:]] == ["x: No.", f"x: No.; {more}", ""]


def test_a_message_that_looks_like_a_formula_is_guarded() -> None:
    assert b",'=cmd()\n" in b"".join(annotated([b"email,x\na,b\n"], [problem(2, None, "=cmd()")], told=1))


def test_rows_that_did_not_succeed_are_left_over() -> None:
    source = b"firstname,email,extension\nAnn,a,1\nBob,b,2\n'=cy,c,3\nDee,d,4\n"
    outcomes = chunks(h.outcome(JOB, 2), h.outcome(JOB, 3, failed=True), h.outcome(JOB, 5))
    assert table(left_over([source], outcomes, meaning=meaning())) == [
        ("firstname", "email", "extension"),
        ("Bob", "b", "2"),
        ("'=cy", "c", "3"),
    ]


def test_what_is_left_over_has_only_columns_that_count_under_names_that_are_known() -> None:
    source = b"E-Mail,Team,user_id,Ext.,problems,Shoe size\na,Sales,x,1,bad,42\n"
    chosen = {"Team": "department", "Shoe size": None, "ext.": "extension"}
    assert table(left_over([source], [], meaning=meaning(chosen=chosen))) == [
        ("E-Mail", "department", "extension"),
        ("a", "Sales", "1"),
    ]


@pytest.mark.parametrize(("kind", "kept"), [("update", ("user_id", "department")), ("delete", ("user_id",))])
def test_what_is_left_of_an_update_or_deletion_has_its_user_ids(kind: str, kept: tuple[str, ...]) -> None:
    source = b"user_id,department,created_at,reason\nx,Sales,2026,no\n"
    assert table(left_over([source], [], meaning=meaning(kind)))[0] == kept


def test_a_row_of_another_width_is_still_one_when_it_is_tried_again() -> None:
    assert table(left_over([b"email,extension\na,1,2\nb\n"], [], meaning=meaning()))[1:] == [("a", "1", "2"), ("b", "")]


def test_the_seats_that_were_made() -> None:
    source = (
        b"\xef\xbb\xbfExtension;Given name;lastname;Mail;department\n100;'=Ann;Lee;a@example.com;Sales\n101;B;C;d;e\n"
    )
    made_one = h.outcome(JOB, 2)
    chosen = {"Given name": "firstname", "mail": "email"}
    told = b"".join(made([source], chunks(made_one, h.outcome(JOB, 3, failed=True)), meaning=meaning(chosen=chosen)))
    assert table([told]) == [
        ("user_id", "firstname", "lastname", "email", "extension"),
        (str(made_one.user_id), "'=Ann", "Lee", "a@example.com", "100"),
    ]
    assert TEMPLATE.for_kind("delete").match_header(table([told])[0]).is_complete
