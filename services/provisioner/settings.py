"""What the provisioner has to be told, from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from settings import Environment

LogStyle = Literal["text", "json"]


class SettingMissing(ValueError):
    """A setting is missing or can't be understood; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """How to log."""

    style: LogStyle

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "LogSettings":
        """`BULK_LOG_STYLE`: text (default) or json."""
        style = env.get("BULK_LOG_STYLE", "text")
        if style == "text":
            return cls(style="text")
        if style == "json":
            return cls(style="json")
        raise SettingMissing("BULK_LOG_STYLE is text or json")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """For the HTTP process. ``threads`` is how many requests are answered at once."""

    database_url: str = field(repr=False)
    access_key: str = field(repr=False)
    listen: str
    threads: int = 8

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "WebSettings":
        """`BULK_DATABASE_URL`, `BULK_ACCESS_KEY`, `BULK_LISTEN`. Raises `SettingMissing`."""
        return cls(
            database_url=required(env, "BULK_DATABASE_URL"),
            access_key=required(env, "BULK_ACCESS_KEY"),
            listen=required(env, "BULK_LISTEN"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """For the process that makes the Seats. It makes ``chunks_at_once`` chunks of large jobs at the same time."""

    database_url: str = field(repr=False)
    amqp_url: str = field(repr=False)
    health_listen: str
    declare: bool = True
    chunks_at_once: int = 2

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "WorkerSettings":
        """`BULK_DATABASE_URL`, `BULK_AMQP_URL`, `BULK_HEALTH_LISTEN`, `BULK_AMQP_DECLARE` (yes, no),
        `BULK_CHUNKS_AT_ONCE`.

        Raises `SettingMissing`, and `BadSetting` for a number that is none.
        """
        return cls(
            database_url=required(env, "BULK_DATABASE_URL"),
            amqp_url=required(env, "BULK_AMQP_URL"),
            health_listen=required(env, "BULK_HEALTH_LISTEN"),
            declare=_yes_or_no(env, "BULK_AMQP_DECLARE", default="yes"),
            chunks_at_once=Environment(env).number("BULK_CHUNKS_AT_ONCE", default=2),
        )


def required(env: Mapping[str, str], name: str) -> str:
    """A setting that has no default. Raises `SettingMissing`."""
    value = env.get(name, "")
    if not value:
        raise SettingMissing(f"{name} must be set")
    return value


def _yes_or_no(env: Mapping[str, str], name: str, *, default: str) -> bool:
    value = env.get(name, default)
    if value not in ("yes", "no"):
        raise SettingMissing(f"{name} is yes or no")
    return value == "yes"
