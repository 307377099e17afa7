"""Where the broker is that an operator means."""

from collections.abc import Mapping
from pathlib import Path

from deploy.demo.running_stack import read_env_file
from deploy.embedded.stack import CONNECTION_FILE
from settings import BadSetting, Environment


def broker_address(given: str | None, env: Mapping[str, str]) -> str:
    """What was `given`, else BULK_AMQP_URL, else what `make run` wrote for programs in BULK_DATA (`.run`).

    Raises `BadSetting` where there is none of them.
    """
    if given:
        return given
    if set_ := Environment(env).optional("BULK_AMQP_URL"):
        return set_
    path = Path(env.get("BULK_DATA") or ".run") / CONNECTION_FILE
    try:
        written = read_env_file(path).get("AMQP_URL")
    except (OSError, ValueError):
        written = None
    if not written:
        raise BadSetting(
            f"Where is the broker? Say --amqp-url amqp://user:password@host:port/vhost, or set BULK_AMQP_URL. "
            f"There is no {path} either, which `make run` writes."
        )
    return written
