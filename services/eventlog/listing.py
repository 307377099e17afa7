"""The list of an account's jobs: which of them, in which order, from where on.

Every filter is looked up in an index, or told by what the index of the order has beside its keys; only the rows of the
page are read from the table. So a page of a hundred thousand jobs takes some tens of milliseconds at most, also where
nothing is found.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from psycopg import sql

from services.eventlog.cursors import JobPosition

_LOWEST: Final = "00000000-0000-0000-0000-000000000000"
_HIGHEST: Final = _LOWEST.replace("0", "f")
_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which jobs; what is not told is not asked for.

    ``states`` are those of which it has one. ``q`` is looked for in the names of file and submitter, or begins the
    job's id; ``who`` is the submitter. It began at ``since`` or later, and before ``until``. Dry runs are left out,
    unless ``dry_runs``.
    """

    states: tuple[str, ...] = ()
    kind: str | None = None
    q: str = ""
    who: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    sha256: str | None = None
    dry_runs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """An order of the list: by ``key``, of the type ``of``, and by the job's id where that is the same."""

    key: sql.SQL
    of: type
    descending: bool


#: The orders, by the names that the API has for them.
SORTS: Final[Mapping[str, Sort]] = MappingProxyType(
    {
        "-submitted_at": Sort(key=sql.SQL("began_at"), of=datetime, descending=True),
        "submitted_at": Sort(key=sql.SQL("began_at"), of=datetime, descending=False),
        "-rows": Sort(key=sql.SQL("coalesce(rows, -1)"), of=int, descending=True),
        "-failed": Sort(key=sql.SQL("failed"), of=int, descending=True),
        "filename": Sort(key=sql.SQL('search COLLATE "C"'), of=str, descending=False),
    }
)

NEWEST: Final = "-submitted_at"

_LIST: Final = sql.SQL(
    "SELECT job.*, listed.key FROM ("
    " SELECT job_id, {key} AS key FROM job WHERE {conditions} ORDER BY {key} {way}, job_id {way} LIMIT %(limit)s"
    ") AS listed JOIN job USING (job_id) ORDER BY listed.key {way}, job_id {way}"
)


def statement(wanted: Wanted, sort: Sort, *, after: JobPosition | None) -> sql.Composed:
    """The query of a page, with the parameters that `parameters` gives, `account` and `limit`."""
    conditions: list[sql.Composable] = [sql.SQL("account = %(account)s"), *_filters(wanted)]
    if after is not None:
        beyond = (
            "({key}, job_id) < (%(key)s, %(job_id)s)" if sort.descending else "({key}, job_id) > (%(key)s, %(job_id)s)"
        )
        conditions.append(sql.SQL(beyond).format(key=sort.key))
    way = sql.SQL("DESC") if sort.descending else sql.SQL("ASC")
    return _LIST.format(key=sort.key, way=way, conditions=sql.SQL(" AND ").join(conditions))


def parameters(wanted: Wanted, *, after: JobPosition | None) -> dict[str, Any]:
    """The parameters of `statement`."""
    place = {} if after is None else {"key": after.key, "job_id": after.job_id}
    ids = _ids_beginning_with(wanted.q.casefold())
    return place | {
        "first_id": ids and ids[0],
        "last_id": ids and ids[1],
        "states": list(wanted.states),
        "kind": wanted.kind,
        "needle": wanted.q.casefold(),
        "who": wanted.who,
        "since": wanted.since,
        "until": wanted.until,
        "sha256": wanted.sha256,
    }


def _filters(wanted: Wanted) -> list[sql.SQL]:
    named = "strpos(search, %(needle)s) > 0"
    by_id = f"({named} OR job_id BETWEEN %(first_id)s AND %(last_id)s)"
    is_id = _ids_beginning_with(wanted.q.casefold()) is not None
    conditions: list[tuple[bool, str]] = [
        (not wanted.dry_runs, "NOT dry_run"),
        (bool(wanted.states), "state = ANY(%(states)s)"),
        (wanted.kind is not None, "kind = %(kind)s"),
        (wanted.who is not None, "submitted_by = %(who)s"),
        (wanted.since is not None, "began_at >= %(since)s"),
        (wanted.until is not None, "began_at < %(until)s"),
        (wanted.sha256 is not None, "sha256 = %(sha256)s"),
        (bool(wanted.q), by_id if is_id else named),
    ]
    return [sql.SQL(condition) for is_asked, condition in conditions if is_asked]


def _ids_beginning_with(text: str) -> tuple[UUID, UUID] | None:
    """The first and the last job id that begin so; None where none does. Cheaper than to look at ids as texts."""
    if not _ID.fullmatch(text + _LOWEST[len(text) :]):
        return None
    return UUID(text + _LOWEST[len(text) :]), UUID(text + _HIGHEST[len(text) :])
