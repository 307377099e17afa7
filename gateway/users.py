"""The users: who may sign in, and to which account each belongs."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from database.connection import Database, DictConnection
from database.queries import load
from gateway.passwords import Passwords
from web.access import Principal

#: What a user name or the name of an account may look like: an e-mail address fits.
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}")

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time, aware."""
    return datetime.now(UTC)


class UserError(ValueError):
    """What was asked of the users can't be done; the message is for the operator who asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user, without anything secret. ``role`` is `admin` or `user`."""

    user_id: UUID
    account: str
    username: str
    role: str

    @property
    def principal(self) -> Principal:
        """On whose behalf the services behind the gateway are asked."""
        return Principal(account=self.account, user=self.username, role=self.role)

    @classmethod
    def of_row(cls, row: dict[str, Any]) -> "User":
        """From a row that has these columns among others."""
        return cls(user_id=row["user_id"], account=row["account"], username=row["username"], role=row["role"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a sign-in is compared with. The hash must still be the same when the session starts."""

    user: User
    password_hash: str
    disabled: bool


class Users:
    """The users' table. User names are unique across all accounts, without regard to case."""

    def __init__(self, database: Database, passwords: Passwords, *, clock: Clock = utc_now) -> None:
        self._database = database
        self._passwords = passwords
        self._clock = clock
        self._sql = load("gateway")

    def find(self, username: str) -> Credentials | None:
        """The user of this name, if there is one."""
        if not _NAME.fullmatch(username):
            return None
        with self._database.transaction() as connection:
            row = connection.execute(self._sql["find_user"], {"username": username}).fetchone()
        if row is None:
            return None
        return Credentials(
            user=User.of_row(row), password_hash=row["password_hash"], disabled=row["disabled_at"] is not None
        )

    def add(self, *, account: str, username: str, password: str, role: str = "admin") -> User:
        """Add a user. Raises `UserError` or `passwords.WeakPassword`."""
        values = self._new(account, username, password, role)
        with self._database.transaction() as connection:
            return self._insert(connection, values)

    def add_first(self, *, account: str, username: str, password: str) -> bool:
        """Add an admin if there is no user at all; tells whether it did. For several processes starting at once."""
        with self._database.transaction() as connection:
            connection.execute(self._sql["lock_users"])
            row = connection.execute(self._sql["any_user"]).fetchone()
            if row is None or row["found"]:
                return False
            self._insert(connection, self._new(account, username, password, "admin"))
        return True

    def set_password(self, username: str, password: str) -> None:
        """Change a password; whatever was signed in with the old one ends. Raises `UserError` or `WeakPassword`."""
        self._change("set_password", username, {"password_hash": self._passwords.hash(password)})

    def disable(self, username: str) -> None:
        """Shut a user out, now: sessions and tokens end too. Raises `UserError`."""
        self._change("set_disabled", username, {"disabled_at": self._clock()})

    def enable(self, username: str) -> None:
        """Let a disabled user sign in again. Raises `UserError`."""
        self._change("set_disabled", username, {"disabled_at": None})

    def revoke(self, username: str) -> None:
        """End all sessions and tokens of a user, who may sign in again. Raises `UserError`."""
        self._change("find_user", username, {})

    def _change(self, query: str, username: str, values: dict[str, Any]) -> None:
        with self._database.transaction() as connection:
            row = connection.execute(self._sql[query], {"username": username} | values).fetchone()
            if row is None:
                raise UserError(f"there is no user {username!r}")
            connection.execute(self._sql["end_sessions_of_user"], {"user_id": row["user_id"]})
            connection.execute(self._sql["end_tokens_of_user"], {"user_id": row["user_id"]})

    def _new(self, account: str, username: str, password: str, role: str) -> dict[str, Any]:
        for what, name in (("user name", username), ("account", account)):
            if not _NAME.fullmatch(name):
                raise UserError(f"{name!r} can't be a {what}: use letters, digits and . _ @ + -, 100 at most")
        if role not in ("admin", "user"):
            raise UserError(f"the role is admin or user, not {role!r}")
        return {
            "user_id": uuid4(),
            "account": account,
            "username": username,
            "password_hash": self._passwords.hash(password),
            "role": role,
            "now": self._clock(),
        }

    def _insert(self, connection: DictConnection, values: dict[str, Any]) -> User:
        row = connection.execute(self._sql["add_user"], values).fetchone()
        if row is None:
            raise UserError(f"there is a user {values['username']!r} already")
        return User.of_row(row)
