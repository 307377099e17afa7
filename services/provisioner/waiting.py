"""How long the database may make us wait, and what its errors mean for a chunk."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg import errors

from database.connection import DictConnection
from messaging.errors import Reject, Retry, Unavailable

#: For a row that another transaction holds; then the chunk is tried again later.
LOCK_TIMEOUT: Final = "10s"

#: For one statement: a chunk takes a tenth of a second, a search less.
STATEMENT_TIMEOUT: Final = "30s"

_TRY_AGAIN = (errors.DeadlockDetected, errors.SerializationFailure, errors.LockNotAvailable, errors.QueryCanceled)
_NEVER_RIGHT = (psycopg.DataError, errors.ProgramLimitExceeded)


def limit_waiting(
    connection: DictConnection,
    queries: Mapping[str, bytes],
    *,
    lock: str = LOCK_TIMEOUT,
    statement: str = STATEMENT_TIMEOUT,
) -> None:
    """Limit the waiting in the transaction that has begun."""
    connection.execute(queries["limit_waiting"], {"lock": lock, "statement": statement})


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn errors of the database into `Retry`, `Unavailable` or `Reject`.

    PostgreSQL quotes whole rows in what its errors tell beside the first line. They are left out, and so is the error
    itself, because rows have sealed secrets in them, which are never logged.
    """
    try:
        yield
    except _TRY_AGAIN as error:
        raise Retry(_told(error)) from None
    except _NEVER_RIGHT as error:
        raise Reject(f"the database can't take the rows: {_told(error)}") from None
    except psycopg.OperationalError as error:
        raise Unavailable(_told(error)) from None
    except psycopg.Error as error:
        raise RuntimeError(f"{type(error).__name__}: {_told(error)}") from None


def _told(error: psycopg.Error) -> str:
    return error.diag.message_primary or str(error).partition("\n")[0]
