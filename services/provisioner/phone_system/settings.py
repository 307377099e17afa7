"""How the phone system is to be called, from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil, isfinite
from typing import Final

from services.provisioner.phone_system.bucket import Allowance
from settings import BadSetting, Environment

#: Calls have to end within the 25 seconds that a worker has to stop.
_LONGEST_TIMEOUT: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneSystemSettings:
    """``timeout`` in seconds for one call; ``allowance`` is None where the phone system takes any number of calls."""

    url: str
    token: str = field(repr=False)
    sealing_keys: tuple[str, ...] = field(repr=False)
    calls: int
    timeout: int
    allowance: Allowance | None

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "PhoneSystemSettings | None":
        """None where there is no `BULK_PHONE_SYSTEM_URL`; else it and the others. Raises `BadSetting`."""
        given = Environment(env)
        url = given.optional("BULK_PHONE_SYSTEM_URL")
        if url is None:
            return None
        if not url.startswith(("https://", "http://")):
            raise BadSetting(f"BULK_PHONE_SYSTEM_URL must begin with https:// or http://, not {url!r}.")
        timeout = given.number("BULK_PHONE_SYSTEM_TIMEOUT", default=10)
        if timeout > _LONGEST_TIMEOUT:
            raise BadSetting(f"BULK_PHONE_SYSTEM_TIMEOUT must be {_LONGEST_TIMEOUT} seconds or less, not {timeout}.")
        return cls(
            url=url,
            token=given.text("BULK_PHONE_SYSTEM_TOKEN"),
            sealing_keys=_sealing_keys(given),
            calls=given.number("BULK_PHONE_SYSTEM_CALLS", default=8),
            timeout=timeout,
            allowance=_allowance(given),
        )


def _sealing_keys(given: Environment) -> tuple[str, ...]:
    if given.optional("BULK_SEALING_KEY") is None:
        raise BadSetting(
            "BULK_SEALING_KEY is not set, but BULK_PHONE_SYSTEM_URL is: the phone system is told passwords and PINs,"
            " which the validator's key opens."
            " In the .env of Docker compose, set BULK_PHONE_SYSTEM_SEALING_KEY to that key."
        )
    return given.texts("BULK_SEALING_KEY")


def _allowance(given: Environment) -> Allowance | None:
    text = given.optional("BULK_PHONE_SYSTEM_RATE")
    if text is None:
        if given.optional("BULK_PHONE_SYSTEM_BURST") is not None:
            raise BadSetting("BULK_PHONE_SYSTEM_BURST is set without BULK_PHONE_SYSTEM_RATE. Set both or neither.")
        return None
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not (isfinite(rate) and 0 < rate <= 1_000_000):
        raise BadSetting(f"BULK_PHONE_SYSTEM_RATE must be calls per second, such as 10 or 0.5, not {text!r}.")
    return Allowance(rate=rate, burst=given.number("BULK_PHONE_SYSTEM_BURST", default=max(ceil(rate), 1)))
