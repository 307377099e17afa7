"""Settings, read once from the environment by `__main__`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


class BadSettings(ValueError):
    """What is wrong with the settings, for the operator who reads it on the terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """What `web` needs. ``listen`` is `host:port`; ``threads`` is how many requests are answered at once."""

    database_url: str = field(repr=False)
    listen: str
    access_key: str = field(repr=False)
    upload_url: str
    threads: int = 8

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "WebSettings":
        """Raises `BadSettings`."""
        return cls(
            database_url=required(env, "BULK_DATABASE_URL"),
            listen=required(env, "BULK_LISTEN"),
            access_key=required(env, "BULK_ACCESS_KEY"),
            upload_url=required(env, "BULK_UPLOAD_URL"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """What `worker` needs. ``declare`` is whether it declares the queues itself."""

    database_url: str = field(repr=False)
    amqp_url: str = field(repr=False)
    health_listen: str
    declare: bool = True

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "WorkerSettings":
        """Raises `BadSettings`."""
        return cls(
            database_url=required(env, "BULK_DATABASE_URL"),
            amqp_url=required(env, "BULK_AMQP_URL"),
            declare=_yes(env, "BULK_AMQP_DECLARE"),
            health_listen=required(env, "BULK_HEALTH_LISTEN"),
        )


def required(env: Mapping[str, str], name: str) -> str:
    """A setting that has no default. Raises `BadSettings`."""
    value = env.get(name, "").strip()
    if not value:
        raise BadSettings(f"{name} is not set")
    return value


def _yes(env: Mapping[str, str], name: str) -> bool:
    value = env.get(name, "yes").strip().lower()
    if value not in ("yes", "no"):
        raise BadSettings(f"{name} is yes or no, not {value!r}")
    return value == "yes"


def log_style(env: Mapping[str, str]) -> Literal["text", "json"]:
    """How to log: `BULK_LOG_STYLE`, text (default) or json. Raises `BadSettings`."""
    value = env.get("BULK_LOG_STYLE", "text").strip().lower()
    if value == "json":
        return "json"
    if value == "text":
        return "text"
    raise BadSettings(f"BULK_LOG_STYLE is text or json, not {value!r}")
