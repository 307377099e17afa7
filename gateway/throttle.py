"""Brakes on guessing passwords: by user name and by address, kept in the database so that every process knows.

An attempt is counted before the password is looked at and taken back when it was right, so that guesses made at the
same time are not free. Names that nobody has are counted like any other: the answer tells nothing about who exists.
"""

import ipaddress
import logging
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from database.connection import Database
from database.queries import load
from gateway.users import Clock, utc_now

log = logging.getLogger(__name__)

#: Longest lock-out. Time that passes, not a person, must end it: else anybody could shut an admin out for good.
LONGEST: Final = timedelta(minutes=15)

#: Failures are forgotten when none came for so long.
FORGET: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brake:
    """How many attempts in a row are free; from there on each failure doubles the wait, from 2 seconds to `LONGEST`."""

    free: int

    def wait(self, failures: int) -> timedelta:
        """How long the next attempt has to wait after so many failures."""
        over = failures - self.free
        if over <= 0:
            return timedelta(0)
        return min(timedelta(seconds=2.0 ** min(over, 20)), LONGEST)


BY_NAME: Final = Brake(free=10)
#: Higher than by name, because a whole office may come from one address.
BY_ADDRESS: Final = Brake(free=30)


class TooManyAttempts(Exception):
    """Sign-in is blocked for this name or address for ``seconds`` more."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"blocked for {seconds} s")
        self.seconds = seconds


class Throttle:
    """Counts the failed attempts to sign in."""

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock
        self._sql = load("gateway")

    def begin(self, username: str, address: str) -> None:
        """Count an attempt as failed, before the password is looked at. Raises `TooManyAttempts`."""
        now = self._clock()
        brakes = {_by_address(address): BY_ADDRESS, _by_name(username): BY_NAME}
        subjects = {"subjects": list(brakes), "now": now}
        with self._database.transaction() as connection:
            connection.execute(self._sql["purge_attempts"], {"now": now, "forget_before": now - FORGET})
            connection.execute(self._sql["know_subjects"], subjects)
            rows = connection.execute(self._sql["lock_subjects"], subjects).fetchall()
            # With no failure too many, another attempt of this very moment may stand here with a later time than ours.
            braked = [row for row in rows if brakes[row["subject"]].wait(row["failures"])]
            _refuse_blocked([row["blocked_until"] for row in braked], now)
            for row in rows:
                failures = row["failures"] + 1 if row["last_at"] > now - FORGET else 1
                until = now + brakes[row["subject"]].wait(failures)
                values = {"subject": row["subject"], "failures": failures, "now": now, "blocked_until": until}
                connection.execute(self._sql["count_attempt"], values)

    def succeeded(self, username: str, address: str) -> None:
        """Take the attempt back: the name starts anew, the address gets its one attempt back.

        The address is not forgiven all, or an attacker could go on for ever by signing in as himself now and then.
        """
        with self._database.transaction() as connection:
            connection.execute(self._sql["take_back_attempt"], {"subject": _by_address(address), "now": self._clock()})
            connection.execute(self._sql["forget_subject"], {"subject": _by_name(username)})


def _refuse_blocked(blocked_until: list[datetime], now: datetime) -> None:
    longest = max(blocked_until, default=now) - now
    if longest > timedelta(0):
        raise TooManyAttempts(math.ceil(longest.total_seconds()))


def _by_name(username: str) -> str:
    # Hashed, because people type passwords into the field of the name, and the table must not keep those.
    return "name:" + sha256(username.strip().casefold().encode("utf-8", "surrogatepass")).hexdigest()


def _by_address(address: str) -> str:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return "address:unknown"
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped:
            return f"address:{known.ipv4_mapped}"
        # One customer line has a /64: counting single addresses would count nothing.
        return f"address:{ipaddress.ip_network((known, 64), strict=False)}"
    return f"address:{known}"
