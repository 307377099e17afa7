"""Columns are written as rows are."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import csvfile

text = st.text(alphabet=st.characters(exclude_characters="\0", codec="utf-8"), max_size=4)
telling = st.sampled_from(
    [
        "=1",
        "'=1",
        "''-x",
        "+14155550100",
        "+0",
        "+141555501001234567",
        "@",
        "-",
        "\t",
        'a"b',
        "x;y",
        "x,y",
        "a\nb",
        "\r",
    ]
)
plain = st.sampled_from(["a", "b c", "", "é", "+14155550100"])


@st.composite
def columns(draw: st.DrawFn) -> list[list[str]]:
    """Two columns and more; often with nothing in them that needs a look."""
    rows = draw(st.integers(0, 5))
    cells = draw(st.sampled_from([plain, plain | telling, text | telling]))
    return draw(st.lists(st.lists(cells, min_size=rows, max_size=rows), min_size=2, max_size=4))


@settings(deadline=None)
@given(columns=columns(), delimiter=st.sampled_from(",;\t|"), raw=st.booleans())
def test_columns_give_the_text_that_their_rows_give(columns: list[list[str]], delimiter: str, raw: bool) -> None:
    rows = zip(*columns, strict=True)
    dialect = csvfile.Dialect(delimiter=delimiter, newline="\n")
    wanted = b"".join(csvfile.write(rows, dialect, raw=raw)).decode()
    assert "".join(f"{row}\n" for row in csvfile.written_rows(columns, delimiter, raw=raw)) == wanted


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\uff1dx"])
def test_one_cell_among_many_that_needs_a_guard_gets_it(cell: str) -> None:
    columns = [["a"] * 1_000, [*["b"] * 998, cell, "c"]]
    rows = csvfile.written_rows(columns, ",", raw=True)
    assert rows == [*["a,b"] * 998, f"a,'{cell}", "a,c"]
