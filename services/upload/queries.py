"""This service's SQL, from `sql/queries.sql`."""

from collections.abc import Mapping
from functools import cache

from database.queries import load


def sql(name: str) -> bytes:
    """The statement of this name."""
    return _all()[name]


@cache
def _all() -> Mapping[str, bytes]:
    return load("services.upload")
