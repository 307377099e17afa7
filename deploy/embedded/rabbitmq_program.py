"""Finds RabbitMQ on this machine, or has the system's package manager install it without starting a service."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from deploy.embedded.errors import StartFailed

_INSTALLED = (Path("/usr/lib/rabbitmq/bin/rabbitmq-server"),)
"""The plain start script of Debian's and RabbitMQ's packages; the one on PATH insists on being the service's user."""

_INSTALLER = Path(__file__).parents[1] / "debian-install"

CHOICES = """RabbitMQ is not on this machine, and it can't be installed from here: {why}.
You can
  - install it (Debian, Ubuntu: sudo apt-get install rabbitmq-server; macOS: brew install rabbitmq), then run this again
  - use Docker: docker compose up --wait
  - use a RabbitMQ you have: BULK_AMQP_URL=amqp://user:password@host:5672/vhost make run"""


def find() -> Path | None:
    """RabbitMQ's start script, or None."""
    for path in _INSTALLED:
        if path.exists():
            return path
    on_path = shutil.which("rabbitmq-server", path=f"{os.defpath}:/usr/local/sbin:/opt/homebrew/sbin:/usr/sbin")
    on_path = shutil.which("rabbitmq-server") or on_path
    return None if on_path is None else Path(on_path).resolve()


def find_or_install(say: Callable[[str], None]) -> Path:
    """RabbitMQ's start script; installs the package if it is missing and we may.

    Raises StartFailed with the choices a person has.
    """
    found = find()
    if found is not None:
        return found
    if shutil.which("apt-get") is None:
        raise StartFailed(CHOICES.format(why="there is no apt-get"))
    prefix = _become_root()
    if prefix is None:
        raise StartFailed(CHOICES.format(why="that needs root, or sudo without a password"))
    say("RabbitMQ is not on this machine: installing Debian's package rabbitmq-server, without starting a service.")
    done = subprocess.run([*prefix, str(_INSTALLER), "rabbitmq-server"], check=False, stdin=subprocess.DEVNULL)
    found = find()
    if done.returncode != 0 or found is None:
        raise StartFailed(CHOICES.format(why="apt-get failed, see above"))
    return found


def _become_root() -> list[str] | None:
    """What to put before a command to run it as root; None if we can't without asking for a password."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], check=False, capture_output=True).returncode == 0:
        return [sudo, "-n"]
    return None
