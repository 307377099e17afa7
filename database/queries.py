"""A service's SQL, kept in its `sql/queries.sql` under names."""

import re
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

_NAME = re.compile(r"^-- name: *(\w+)[^\n]*$", re.MULTILINE)


def parse(text: str) -> Mapping[str, bytes]:
    """Split the text of a queries file at its `-- name: …` lines.

    The statements are bytes, which psycopg takes as they are; parameters are psycopg's `%(name)s`.
    """
    marks = list(_NAME.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    found: dict[str, bytes] = {}
    for mark, end in zip(marks, ends, strict=True):
        if mark[1] in found:
            raise ValueError(f"two queries are named {mark[1]}")
        found[mark[1]] = text[mark.end() : end].strip().encode()
    return MappingProxyType(found)


def load(package: str) -> Mapping[str, bytes]:
    """The queries of a package, by name, from its `sql/queries.sql`."""
    return parse(files(package).joinpath("sql/queries.sql").read_text("utf-8"))
