"""`python -m deploy.embedded`: start everything, stay up until Ctrl-C or SIGTERM, stop everything."""

import os
import signal
import sys
import threading
from types import FrameType

from deploy.embedded.errors import StartFailed
from deploy.embedded.lock import only_one
from deploy.embedded.log_stream import LogStream
from deploy.embedded.settings import Settings, from_env
from deploy.embedded.stack import Stack

_TICK = 0.25
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_KEPT_FROM_SHELL = ("PATH", "HOME", "LANG", "TMPDIR")


class Interrupted(Exception):
    """A person or the system asked us to stop."""


def _interrupt(number: int, _: FrameType | None) -> None:
    """Stop once: a second Ctrl-C must not leave processes behind."""
    for known in _STOP_SIGNALS:
        signal.signal(known, signal.SIG_IGN)
    raise Interrupted(number)


def run(settings: Settings, stream: LogStream) -> int:
    """The exit status: 0 after a stop that was asked for, 1 if something could not be started."""
    base = {name: os.environ[name] for name in _KEPT_FROM_SHELL if name in os.environ}
    base |= {**settings.passed_on, "BULK_LOG_STYLE": settings.log_style}
    stack = Stack(settings, base, stream)
    try:
        stack.start()
        pause = threading.Event()
        while True:
            stack.tend()
            pause.wait(_TICK)
    except Interrupted:
        stream.say("Stopping.")
        stack.stop()
        stream.say("Stopped. The data are kept.")
        return 0
    except StartFailed as error:
        stream.say(str(error))
        return 1
    finally:
        for number in _STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        stack.stop()


def main() -> int:
    stream = LogStream()
    try:
        settings = from_env(os.environ)
        for name in ("", "pids", "sources", "spool"):
            (settings.data / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        # As root PostgreSQL runs as another user, who must get through to its folder, but sees nothing else.
        settings.data.chmod(0o711 if os.geteuid() == 0 else 0o700)
        with only_one(settings.data, f"{settings.url}, process {os.getpid()}"):
            for number in _STOP_SIGNALS:
                signal.signal(number, _interrupt)
            return run(settings, stream)
    except StartFailed as error:
        stream.say(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
