"""Settings, read once from the environment by `__main__`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from services.eventlog.reconciler import Rules
from settings import Environment

LogStyle = Literal["text", "json"]

_LOG_STYLES: Final[tuple[LogStyle, ...]] = ("text", "json")


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
        """`BULK_DATABASE_URL`, `BULK_LISTEN`, `BULK_ACCESS_KEY`, `BULK_UPLOAD_URL`. Raises `BadSetting`."""
        given = Environment(env)
        return cls(
            database_url=given.text("BULK_DATABASE_URL"),
            listen=given.text("BULK_LISTEN"),
            access_key=given.text("BULK_ACCESS_KEY"),
            upload_url=given.text("BULK_UPLOAD_URL"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """What `worker` needs. ``declare`` is whether it declares the queues itself; ``reconcile_seconds`` lie between two
    rounds of the reconciler, which follows the ``rules``.
    """

    database_url: str = field(repr=False)
    amqp_url: str = field(repr=False)
    health_listen: str
    declare: bool = True
    reconcile_seconds: int = 30
    rules: Rules = field(default_factory=Rules)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "WorkerSettings":
        """`BULK_DATABASE_URL`, `BULK_AMQP_URL`, `BULK_HEALTH_LISTEN`, `BULK_AMQP_DECLARE`, `BULK_RECONCILE_SECONDS`,
        `BULK_STALLED_SECONDS`, `BULK_RECONCILE_TRIES`. Raises `BadSetting`.
        """
        given = Environment(env)
        return cls(
            database_url=given.text("BULK_DATABASE_URL"),
            amqp_url=given.text("BULK_AMQP_URL"),
            health_listen=given.text("BULK_HEALTH_LISTEN"),
            declare=given.yes("BULK_AMQP_DECLARE", default=True),
            reconcile_seconds=given.number("BULK_RECONCILE_SECONDS", default=30),
            rules=Rules(
                stalled_seconds=given.number("BULK_STALLED_SECONDS", default=300),
                tries=given.number("BULK_RECONCILE_TRIES", default=3),
            ),
        )


def migrated_database(env: Mapping[str, str]) -> str:
    """What `migrate` needs: `BULK_DATABASE_URL`. Raises `BadSetting`."""
    return Environment(env).text("BULK_DATABASE_URL")


def log_style(env: Mapping[str, str]) -> LogStyle:
    """How to log: `BULK_LOG_STYLE`, text (default) or json. Raises `BadSetting`."""
    return Environment(env).choice("BULK_LOG_STYLE", _LOG_STYLES, default="text")
