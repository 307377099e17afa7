"""SQL under names."""

import pytest

from database import queries


def test_statements_stand_under_their_names() -> None:
    found = queries.parse(
        "-- what this file is\n\n-- name: one\nSELECT 1;\n-- name: two  (a remark)\n-- why\nSELECT 2\n"
    )
    assert dict(found) == {"one": b"SELECT 1;", "two": b"-- why\nSELECT 2"}


def test_a_name_that_stands_twice_is_an_error() -> None:
    with pytest.raises(ValueError, match="two queries are named one"):
        queries.parse("-- name: one\nSELECT 1\n-- name: one\nSELECT 2")
