"""The gateway's settings, read once from the environment by `__main__`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit


class SettingError(ValueError):
    """A setting is missing or wrong; the message names it and says what it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the gateway needs to know. URLs are without a path.

    ``public_url`` is the address in people's browsers ("" if not told); ``secure`` says that it is https.
    ``proxies`` is how many reverse proxies stand before the gateway, whose `X-Forwarded-*` may be believed.
    """

    database_url: str = field(repr=False)
    access_key: str = field(repr=False)
    upload_url: str
    provisioner_url: str
    eventlog_url: str
    listen: str = "127.0.0.1:8080"
    public_url: str = ""
    secure: bool = False
    proxies: int = 0
    threads: int = 32
    token_lifetime: timedelta = timedelta(hours=24)
    admin_password: str | None = field(default=None, repr=False)
    log_style: str = "text"


def from_env(env: Mapping[str, str]) -> Settings:
    """Read the settings. Raises `SettingError`."""
    public_url = env.get("BULK_PUBLIC_URL", "").rstrip("/")
    if public_url and urlsplit(public_url).scheme not in ("http", "https"):
        raise SettingError("BULK_PUBLIC_URL must start with http:// or https://")
    return Settings(
        database_url=_needed(env, "BULK_DATABASE_URL"),
        access_key=_needed(env, "BULK_ACCESS_KEY"),
        upload_url=_needed(env, "BULK_UPLOAD_URL"),
        provisioner_url=_needed(env, "BULK_PROVISIONER_URL"),
        eventlog_url=_needed(env, "BULK_EVENTLOG_URL"),
        listen=env.get("BULK_LISTEN", "127.0.0.1:8080"),
        public_url=public_url,
        secure=_yes(env, "BULK_SECURE_COOKIES", default=public_url.startswith("https://")),
        proxies=_number(env, "BULK_TRUSTED_PROXIES", 0, least=0),
        threads=_number(env, "BULK_THREADS", 32, least=1),
        token_lifetime=timedelta(hours=_number(env, "BULK_TOKEN_HOURS", 24, least=1)),
        admin_password=env.get("BULK_ADMIN_PASSWORD") or None,
        log_style=env.get("BULK_LOG_STYLE", "text"),
    )


def _needed(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "")
    if not value:
        raise SettingError(f"{name} is not set")
    return value


def _yes(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = env.get(name, "").lower()
    if value in ("", "yes", "no"):
        return value == "yes" if value else default
    raise SettingError(f"{name} must be yes or no")


def _number(env: Mapping[str, str], name: str, default: int, *, least: int) -> int:
    value = env.get(name, "") or str(default)
    if not value.isdecimal() or int(value) < least:
        raise SettingError(f"{name} must be a whole number, {least} at least")
    return int(value)
