"""API tokens: how programs sign in. They end by themselves, and are kept as SHA-256 only."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from database.connection import Database
from database.queries import load
from gateway.users import Clock, Credentials, User, utc_now

#: What every token starts with, so that scanners for leaked secrets know one when they see it.
PREFIX: Final = "bulk_"

#: How exact "last used" is: not every request writes to the database.
_EXACT: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A token as it is given out, this once."""

    token: str
    expires_at: datetime


class ApiTokens:
    """The tokens' table. ``lifetime`` is how long each is good for."""

    def __init__(self, database: Database, *, lifetime: timedelta, clock: Clock = utc_now) -> None:
        self._database = database
        self._lifetime = lifetime
        self._clock = clock
        self._sql = load("gateway")

    def issue(self, credentials: Credentials) -> ApiToken | None:
        """A new token. None if the user was disabled or the password changed since it was compared."""
        now = self._clock()
        issued = ApiToken(token=PREFIX + secrets.token_urlsafe(32), expires_at=now + self._lifetime)
        values = {
            "token_hash": _hashed(issued.token),
            "user_id": credentials.user.user_id,
            "password_hash": credentials.password_hash,
            "now": now,
            "expires_at": issued.expires_at,
        }
        with self._database.transaction() as connection:
            connection.execute(self._sql["purge_tokens"], {"now": now})
            added = connection.execute(self._sql["add_token"], values).fetchone()
        return issued if added else None

    def find(self, token: str) -> User | None:
        """Whose token this is, if it is one that is still good; it counts as used."""
        if not token.startswith(PREFIX):
            return None
        now = self._clock()
        values = {"token_hash": _hashed(token), "now": now}
        with self._database.transaction() as connection:
            row = connection.execute(self._sql["find_token"], values).fetchone()
            if row is None:
                return None
            if row["last_used_at"] is None or now - row["last_used_at"] > _EXACT:
                connection.execute(self._sql["touch_token"], values)
        return User.of_row(row)


def _hashed(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
