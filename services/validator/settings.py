"""What the validator has to be told, from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

LogStyle = Literal["text", "json"]


class SettingMissing(ValueError):
    """A setting is missing or can't be understood; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a file may have at most: rows, and characters in a cell."""

    rows: int = 1_000_000
    cell_length: int = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """For the worker. ``spool`` is the folder for temporary files, ``health_listen`` is host:port."""

    amqp_url: str = field(repr=False)
    access_key: str = field(repr=False)
    sealing_keys: tuple[str, ...] = field(repr=False)
    upload_url: str
    provisioner_url: str
    health_listen: str
    spool: Path
    limits: Limits
    declare: bool = True
    log_style: LogStyle = "text"

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Reads `BULK_…`; see docs/settings.md. Raises `SettingMissing`.

        `BULK_SEALING_KEY` may hold several keys, parted by commas: the first one seals.
        """
        return cls(
            amqp_url=_required(env, "BULK_AMQP_URL"),
            access_key=_required(env, "BULK_ACCESS_KEY"),
            sealing_keys=tuple(_required(env, "BULK_SEALING_KEY").split(",")),
            upload_url=_required(env, "BULK_UPLOAD_URL"),
            provisioner_url=_required(env, "BULK_PROVISIONER_URL"),
            health_listen=_required(env, "BULK_HEALTH_LISTEN"),
            spool=Path(_required(env, "BULK_SPOOL")),
            limits=Limits(
                rows=_count(env, "BULK_MAX_ROWS", default=1_000_000),
                cell_length=_count(env, "BULK_MAX_CELL_LENGTH", default=1_000),
            ),
            declare=_yes_or_no(env, "BULK_AMQP_DECLARE", default="yes"),
            log_style=_log_style(env),
        )


def _required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "")
    if not value:
        raise SettingMissing(f"{name} must be set")
    return value


def _count(env: Mapping[str, str], name: str, *, default: int) -> int:
    text = env.get(name, "") or str(default)
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise SettingMissing(f"{name} is a whole number above 0, not {text!r}")
    return int(text)


def _yes_or_no(env: Mapping[str, str], name: str, *, default: str) -> bool:
    value = env.get(name, "") or default
    if value not in ("yes", "no"):
        raise SettingMissing(f"{name} is yes or no, not {value!r}")
    return value == "yes"


def _log_style(env: Mapping[str, str]) -> LogStyle:
    style = env.get("BULK_LOG_STYLE", "") or "text"
    if style == "text":
        return "text"
    if style == "json":
        return "json"
    raise SettingMissing(f"BULK_LOG_STYLE is text or json, not {style!r}")
