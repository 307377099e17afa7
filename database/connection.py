"""Transactions on a service's own database."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

DictConnection = psycopg.Connection[DictRow]

#: What is raised while the database is away: worth another try, never a fault of the request or the message.
UNAVAILABLE: tuple[type[Exception], ...] = (psycopg.OperationalError, PoolTimeout)


class Database:
    """A pool of connections that opens at first use, so that it may be made before gunicorn forks.

    ``dsn`` is a PostgreSQL URL; ``max_size`` is in connections and should match the threads that use it.
    """

    def __init__(self, dsn: str, *, application_name: str, max_size: int = 8, patience: float = 5.0) -> None:
        self._dsn = dsn
        self._lock = threading.Lock()
        self._pool: ConnectionPool[DictConnection] | None = None
        self._options = {"min_size": 1, "max_size": max_size, "timeout": patience, "name": application_name}
        self._kwargs: dict[str, Any] = {
            "row_factory": dict_row,
            "application_name": application_name,
            "connect_timeout": 5,
            "client_encoding": "utf8",
            "options": "-c timezone=UTC -c idle_in_transaction_session_timeout=60000",
        }

    @contextmanager
    def transaction(self) -> Iterator[DictConnection]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        with self._opened().connection() as connection:
            yield connection

    def is_ready(self) -> bool:
        """Whether the database answers now."""
        try:
            with self.transaction() as connection:
                connection.execute("SELECT 1")
        except UNAVAILABLE:
            return False
        return True

    def close(self) -> None:
        """Give all connections back; the next use would open the pool anew."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    def _opened(self) -> "ConnectionPool[DictConnection]":
        with self._lock:
            if self._pool is None:
                self._pool = ConnectionPool(
                    self._dsn,
                    connection_class=psycopg.Connection[DictRow],
                    kwargs=self._kwargs,
                    check=ConnectionPool.check_connection,
                    open=True,
                    reconnect_timeout=30,
                    **self._options,  # type: ignore[arg-type]  # a dict of mixed values, each of the right type
                )
            return self._pool
