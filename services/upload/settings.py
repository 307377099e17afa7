"""The settings of this service, read once from the environment by `__main__`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

from services.upload.workbooks.limits import Limits


class SettingError(ValueError):
    """A setting is missing or wrong; the message names it and says what it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What both processes need. ``sources`` is the folder of the files, which they share."""

    database_url: str = field(repr=False)
    sources: Path
    upload_expiry: timedelta
    log_style: Literal["text", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings(Settings):
    """What the HTTP process needs besides. The limits on rows and cells are the validator's; they are told here."""

    listen: str
    access_key: str = field(repr=False)
    threads: int
    max_upload_bytes: int
    max_rows: int
    max_cell_length: int
    workbooks: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings(Settings):
    """What the worker needs besides. ``amqp_declare``: it makes exchange and queues itself."""

    amqp_url: str = field(repr=False)
    amqp_declare: bool
    health_listen: str


def web_from_env(env: Mapping[str, str]) -> WebSettings:
    """Settings of the HTTP process. Raises `SettingError`."""
    return WebSettings(
        database_url=_needed(env, "BULK_DATABASE_URL"),
        sources=Path(_needed(env, "BULK_SOURCES")),
        upload_expiry=_expiry(env),
        log_style=_log_style(env),
        listen=_needed(env, "BULK_LISTEN"),
        access_key=_access_key(env),
        threads=_number(env, "BULK_THREADS", 16),
        max_upload_bytes=_number(env, "BULK_MAX_UPLOAD_BYTES", 536_870_912),
        max_rows=_number(env, "BULK_MAX_ROWS", 1_000_000),
        max_cell_length=_number(env, "BULK_MAX_CELL_LENGTH", 1_000),
        workbooks=Limits(
            rows=_number(env, "BULK_MAX_WORKBOOK_ROWS", 100_000),
            unpacked=_number(env, "BULK_MAX_WORKBOOK_BYTES", 268_435_456),
        ),
    )


def worker_from_env(env: Mapping[str, str]) -> WorkerSettings:
    """Settings of the worker. Raises `SettingError`."""
    return WorkerSettings(
        database_url=_needed(env, "BULK_DATABASE_URL"),
        sources=Path(_needed(env, "BULK_SOURCES")),
        upload_expiry=_expiry(env),
        log_style=_log_style(env),
        amqp_url=_needed(env, "BULK_AMQP_URL"),
        amqp_declare=_yes(env, "BULK_AMQP_DECLARE"),
        health_listen=_needed(env, "BULK_HEALTH_LISTEN"),
    )


def database_url(env: Mapping[str, str]) -> str:
    """All that migrations need. Raises `SettingError`."""
    return _needed(env, "BULK_DATABASE_URL")


def _needed(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "")
    if not value:
        raise SettingError(f"{name} must be set")
    return value


def _access_key(env: Mapping[str, str]) -> str:
    key = _needed(env, "BULK_ACCESS_KEY")
    if len(key) < 32:
        raise SettingError("BULK_ACCESS_KEY must have 32 characters at least")
    return key


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, "") or str(default)
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 2**62):
        raise SettingError(f"{name} must be a whole number of 1 or more, not {text!r}")
    return int(text)


def _yes(env: Mapping[str, str], name: str) -> bool:
    text = env.get(name, "") or "yes"
    if text not in ("yes", "no"):
        raise SettingError(f"{name} must be yes or no, not {text!r}")
    return text == "yes"


def _expiry(env: Mapping[str, str]) -> timedelta:
    return timedelta(hours=_number(env, "BULK_UPLOAD_EXPIRY_HOURS", 24))


def _log_style(env: Mapping[str, str]) -> Literal["text", "json"]:
    match env.get("BULK_LOG_STYLE", "") or "text":
        case "text":
            return "text"
        case "json":
            return "json"
        case other:
            raise SettingError(f"BULK_LOG_STYLE must be text or json, not {other!r}")
