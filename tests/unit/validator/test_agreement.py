"""The quick way and the schema agree, for any template and any cells: on values, and on what is wrong."""

from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from contracts import template
from contracts.template import Column, Template
from contracts.template.columns import from_data
from contracts.template.columnwise import plainly
from contracts.template.rules import RULES, BrokenRule, Rule
from contracts.template.schema import SeatSchema, trim
from csvfile import Batch, Record
from services.validator.cells import BatchChecker
from services.validator.columns import REMEMBERED, ColumnChecker
from services.validator.wording import Wording

SEAT = template.version(1)

RIGHT: dict[str, list[str]] = {
    "text": [
        "Ann",
        "Łukasz",
        "山田",
        "\u0645\u06cc\u200c\u0631\u0627",
        "a | b",
        "a\xa0b",
        "Ame\u0301lie",
        "Amélie",
        "x" * 40,
        "क्\u200dष",
    ],
    "digits": ["12", "0042", "1234567", "٣٤", "²", "1" * 20],
    "e164": [
        "+14155550100",
        "+1 (415) 555-0100",
        "+1.415/5550100",
        "+1415\u00a05550100",
        "+1\t4155550100",
        "14155550100",
    ],
    "email": ["a@example.com", "A.B+c@Mail.Example.org", "jürgen@exämple.de", '"a b"@example.com', "a@[127.0.0.1]"],
    "choice": ["yes", "no", "Y", "YES", "y e s", "yse", "on"],
    "timezone": ["Europe/Berlin", "europe/berlin", "UTC", "Berlin", "America/New York"],
    "language": ["en", "en-CA", "zh_Hant", "xx-yy", "deutsch", "en--ca"],
    "mac": [
        "00:1A:2B:3C:4D:5E",
        "001a.2b3c.4d5e",
        "00-1a-2b-3c-4d-5e",
        "001A2B3C4D5E",
        "123456789",
        "00:1a:2b:3c:4d:5g",
    ],
}
RIGHT["email"] += ["a@localhost", f"a@{'b' * 64}.com", f"a@{'b' * 63}.com", "a@b-.com", "a@b.c", "a.@b.com", "a@b..com"]
RIGHT["email"] += ["a@b.con", "a@b.CMO", "con@b.com", "a@con.com"]
RIGHT["e164"] += ["+44 (0)20 7946 0000", "+44 (00) 20 7946 0000", "+44 ( 0 ) 20 7946 000"]
RIGHT["mac"] += [
    "1E2345678901",
    "-1E2345678901",
    " 1E2345678901",
    "001a2b3c4d5e0",
    "00:1a:2b:3c:4d5e:",
    "1e:23:45:67:89:01",
]
RIGHT["user_id"] = ["3f2b8c1e-7a4d-5e6f-9b0a-1c2d3e4f5a6b", "3F2B8C1E-7A4D-5E6F-9B0A-1C2D3E4F5A6B", "3f2b8c1e"]
HOSTILE = [
    "[clear]",
    "[CLEAR]",
    "[clear",
    "",
    " ",
    "\u200b",
    "|",
    "a\n",
    "\n",
    "+1415555\n+1415555",
    "12\n34",
    "\x07",
    "4.41E+11",
    "\ufeff12",
    "12 ",
    "\u200d12",
]
EXTRAS = st.sampled_from(["", "", "", " ", "\n", "\u200b", "\u200c", "\t", "|", "x" * 60, "\u0301", "\r"])


@st.composite
def columns(draw: st.DrawFn, name: str, others: list[str]) -> Column:
    kind: str = draw(st.sampled_from(["choice", *sorted(RULES)]))
    bounds = sorted(draw(st.tuples(st.integers(1, 30), st.integers(1, 30))))
    own: dict[str, dict[str, Any]] = {
        "text": {"max": bounds[1]},
        "digits": {"min": bounds[0], "max": bounds[1]},
        "choice": {"choices": ["yes", "no", "maybe not"], "same_as": {"y": "yes", "on": "yes"}},
    }
    data: dict[str, Any] = {"name": name, "label": name, "type": kind} | own.get(kind, {})
    data |= {"required": draw(st.booleans()), "unique": draw(st.booleans()), "secret": draw(st.booleans())}
    depends = draw(st.booleans())
    if others and depends:
        data["required_when"] = {
            "column": draw(st.sampled_from(others)),
            "equals": draw(st.sampled_from(["yes", "12"])),
        }
    return from_data(data)


@st.composite
def templates(draw: st.DrawFn) -> Template:
    made: list[Column] = []
    for number in range(draw(st.integers(1, 5))):
        made.append(draw(columns(f"c{number}", [column.name for column in made])))
    found = Template(version=1, columns=tuple(draw(st.permutations(made))))
    return found.for_kind(draw(st.sampled_from(["create", "create", "update"])))


def cells(column: Column | None) -> st.SearchStrategy[str]:
    right = st.sampled_from(RIGHT[column.type] if column else ["", "x"])
    near = st.tuples(EXTRAS, right, EXTRAS).map("".join)
    return st.one_of(right, right, near, st.sampled_from(HOSTILE), st.text(max_size=8))


@st.composite
def files(draw: st.DrawFn) -> tuple[Template, list[str], list[tuple[str, ...]]]:
    """A template, the header of a file, and its rows: of a few hostile ones many, so that parts of them are right."""
    made = draw(templates())
    names = [column.name for column in made.columns if column.required or draw(st.booleans())]
    names += [""] * draw(st.integers(0, 2))
    assume(names)
    found = [next((c for c in made.columns if c.name == name), None) for name in names]
    rows = st.lists(st.tuples(*map(cells, found)), min_size=1, max_size=6)
    plain = draw(rows)
    return made, names, draw(st.permutations(plain * draw(st.integers(1, 12)) + draw(rows)))


def batch_of(rows: list[tuple[str, ...]]) -> Batch:
    return Batch(lines=range(2, 2 + len(rows)), columns=[list(column) for column in zip(*rows, strict=True)])


@settings(max_examples=300, deadline=None)
@given(files(), st.sampled_from([5, 20, 1000]))
def test_batches_are_checked_as_the_schema_checks_rows(
    file: tuple[Template, list[str], list[tuple[str, ...]]], cell_length: int
) -> None:
    made, names, rows = file
    match = made.match_header(names)
    schema, wording = made.schema(), Wording(made, match, cell_length=cell_length)
    checker = BatchChecker(made, match, cell_length=cell_length)
    for _ in range(2):  # the second time with what it remembers
        checked = checker.check(batch_of(rows))
        codes: dict[int, dict[str | int, str]] = {}
        for column, broken in checked.broken.items():
            for row, code in broken:
                assert column not in codes.setdefault(row, {})
                codes[row][column] = code
        for row, stand in enumerate(rows):
            found = codes.get(row, {})
            problems = list(wording.problems(Record(2 + row, stand), found))
            assert Counter(found.values()) == Counter(problem.code for problem in problems)
            given_cells = {name: cell for name, cell in zip(names, stand, strict=True) if name}
            too_long = {name for name, cell in given_cells.items() if len(cell) > cell_length}
            expected, told = as_the_schema_says(schema, given_cells, cell_length)
            assert {name: code for name, code in found.items() if isinstance(name, str)} == {
                name: "cell_too_long" if name in too_long else code for name, (code, _) in told.items()
            } | dict.fromkeys(too_long, "cell_too_long")
            stray = {at for at, name in enumerate(names) if not name and stand[at].strip()}
            assert {at for at in found if isinstance(at, int)} == stray
            for problem in problems:
                if problem.column in told and problem.column not in too_long and not made.column(problem.column).secret:
                    assert problem.message == told[problem.column][1]
            for name in given_cells:
                assert checked.values[name][row] == (None if name in too_long else expected.get(name))


def as_the_schema_says(
    schema: SeatSchema, given_cells: dict[str, str], cell_length: int
) -> tuple[dict[str, str | None], dict[str, tuple[str, str]]]:
    """Values of a row, and by column the code and message of what is wrong. Cells that are too long are cut."""
    cut = {name: cell[:cell_length] for name, cell in given_cells.items()}
    try:
        return dict(schema.load(cut)), {}
    except ValidationError as error:
        told = {name: (one["code"], one["message"]) for name, (one,) in error.messages_dict.items()}
        return dict(error.valid_data or {}), told


def judged(rule: Rule, cell: str) -> str | None:
    try:
        return rule.normalise(trim(cell)) if trim(cell) else None
    except BrokenRule:
        return None


RULE = {column.type: column.check for column in SEAT.columns}


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(["text", "digits", "e164", "email", "mac"]), st.data())
@example("mac", None)
def test_what_is_plainly_right_is_right_alone(kind: str, data: st.DataObject | None) -> None:
    rule, column = RULE[kind], next(column for column in SEAT.columns if column.type == kind)
    drawn = (
        ["1E2345678901", "001a2b3c4d5e"] if data is None else data.draw(st.lists(cells(column), min_size=1, max_size=4))
    )
    given_cells = [cell for cell in drawn if cell]
    assume(given_cells)
    quick = plainly(rule, longest=30)
    assert quick is not None
    values = quick(given_cells)
    if values is not None:
        assert list(values) == [judged(rule, cell) for cell in given_cells]
        assert max(map(len, given_cells)) <= 30


def test_the_usual_cells_take_the_quick_way() -> None:
    """Without it all would still be right, but slow."""
    usual = {
        "text": ["Ann", "Łukasz Nowak", "山田 太郎", "\u0645\u06cc\u200c\u0631\u0627", "O'Brien-Smith, Jr."],
        "digits": ["0042", "12345"],
        "e164": ["+14155550100", "+1 (415) 555-0100"],
        "email": ["ann.lee+x@mail.example-company.org"],
        "mac": ["00:1A:2B:3C:4D:5E", "001a2b3c4d5f"],
    }
    for kind, given_cells in usual.items():
        quick = plainly(RULE[kind], longest=1000)
        assert quick is not None
        assert quick(given_cells) is not None, kind
        assert all(quick([cell]) is not None for cell in given_cells)


def test_a_checker_remembers_only_so_many_cells_and_still_checks() -> None:
    column = replace(SEAT.column("language"), required=True)
    checker = ColumnChecker(column, cell_length=1000)
    for number in range(0, 2 * REMEMBERED, 500):
        found = checker.check([f"en-x-{n}" for n in range(number, number + 500)])
        assert found.values == [f"en-x-{n}" for n in range(number, number + 500)]
    found = checker.check(["en", "?", "de", "?"])
    assert (found.values, list(found.broken)) == (
        ["en", None, "de", None],
        [(1, "not_a_language"), (3, "not_a_language")],
    )
