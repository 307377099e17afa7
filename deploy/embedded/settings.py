"""What a person may choose for `make run`, read once from the environment by `__main__`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.embedded.errors import StartFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`passed_on` are the other BULK_* settings, which every service gets as they are."""

    port: int
    data: Path
    admin_password: str | None = field(repr=False)
    amqp_url: str | None = field(repr=False)
    log_style: str
    passed_on: Mapping[str, str] = field(repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


_OURS = frozenset({"BULK_PORT", "BULK_DATA", "BULK_ADMIN_PASSWORD", "BULK_AMQP_URL", "BULK_LOG_STYLE"})


def from_env(env: Mapping[str, str]) -> Settings:
    """BULK_PORT (8080), BULK_DATA (./.run), BULK_ADMIN_PASSWORD, BULK_AMQP_URL, BULK_LOG_STYLE (text).

    Raises StartFailed for what can't be right.
    """
    port = env.get("BULK_PORT") or "8080"
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise StartFailed(f"BULK_PORT is a number from 1 to 65535, not {port!r}.")
    style = env.get("BULK_LOG_STYLE") or "text"
    if style not in {"text", "json"}:
        raise StartFailed(f"BULK_LOG_STYLE is text or json, not {style!r}.")
    return Settings(
        port=int(port),
        data=Path(env.get("BULK_DATA") or ".run").absolute(),
        admin_password=env.get("BULK_ADMIN_PASSWORD") or None,
        amqp_url=env.get("BULK_AMQP_URL") or None,
        log_style=style,
        passed_on={name: value for name, value in env.items() if name.startswith("BULK_") and name not in _OURS},
    )
