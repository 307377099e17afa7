"""Sessions of people who signed in on the page: kept in the database, so that each can be ended at any moment.

The cookie holds 256 random bits, the database their SHA-256.
"""

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from flask import Response, request

from database.connection import Database
from database.queries import load
from gateway.users import Clock, Credentials, User, utc_now

#: A session ends when nothing was asked with it for so long …
IDLE: Final = timedelta(minutes=30)

#: … and in any case so long after the sign-in (OWASP ASVS 5.0, 7.3).
ABSOLUTE: Final = timedelta(hours=12)

#: How exact "last seen" is: not every request writes to the database.
_EXACT: Final = timedelta(minutes=1)


class Sessions:
    """The sessions' table and their cookie. ``secure``: the pages are served over https, so the cookie must be too."""

    def __init__(self, database: Database, *, secure: bool, clock: Clock = utc_now) -> None:
        self._database = database
        self._secure = secure
        self._clock = clock
        self._sql = load("gateway")

    @property
    def cookie(self) -> str:
        """The cookie's name. `__Host-` binds it to this host and to https; browsers refuse it on plain http."""
        return "__Host-bulk_session" if self._secure else "bulk_session"

    def current(self) -> User | None:
        """Who is signed in with the cookie of the request that is being answered."""
        token = request.cookies.get(self.cookie)
        return self.find(token) if token else None

    def start(self, credentials: Credentials) -> str | None:
        """A new session, and its token. None if the user was disabled or the password changed since it was compared."""
        token, now = secrets.token_urlsafe(32), self._clock()
        values = self._times() | {
            "token_hash": _hashed(token),
            "user_id": credentials.user.user_id,
            "password_hash": credentials.password_hash,
            "now": now,
        }
        with self._database.transaction() as connection:
            connection.execute(self._sql["purge_sessions"], values)
            started = connection.execute(self._sql["start_session"], values).fetchone()
        return token if started else None

    def find(self, token: str) -> User | None:
        """Whose session this is, if it is one that has not ended; it counts as seen."""
        now = self._clock()
        values = self._times() | {"token_hash": _hashed(token), "now": now}
        with self._database.transaction() as connection:
            row = connection.execute(self._sql["find_session"], values).fetchone()
            if row is None:
                return None
            if now - row["last_seen_at"] > _EXACT:
                connection.execute(self._sql["touch_session"], values)
        return User.of_row(row)

    def end(self) -> None:
        """End the session of the request that is being answered, if it has one."""
        token = request.cookies.get(self.cookie)
        if token:
            with self._database.transaction() as connection:
                connection.execute(self._sql["end_session"], {"token_hash": _hashed(token)})

    def give_cookie(self, response: Response, token: str) -> None:
        """Hand the session to the browser, until the browser is closed or the session ends."""
        response.set_cookie(self.cookie, token, httponly=True, secure=self._secure, samesite="Lax", path="/")

    def take_cookie(self, response: Response) -> None:
        """Make the browser forget the session."""
        response.delete_cookie(self.cookie, httponly=True, secure=self._secure, samesite="Lax", path="/")

    def _times(self) -> dict[str, Any]:
        now = self._clock()
        return {"idle_since": now - IDLE, "started_since": now - ABSOLUTE}


def _hashed(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
