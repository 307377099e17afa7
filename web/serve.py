"""How the HTTP services are started: gunicorn with threads, in place of the calling process."""

import os
import sys
from typing import NoReturn


def gunicorn(app_factory: str, listen: str, *, threads: int, name: str) -> NoReturn:
    """Become gunicorn serving ``app_factory`` (`"package.module:function()"`) at ``listen`` (`"host:port"`).

    One worker process with ``threads`` threads: a service is scaled by more processes of it, which keeps its metrics in
    one place. The time-out is gthread's heartbeat, not a limit on the length of an upload.
    """
    arguments = [
        *(sys.executable, "-m", "gunicorn", app_factory),
        *("--bind", listen, "--workers", "1", "--worker-class", "gthread", "--threads", str(threads)),
        *("--timeout", "60", "--graceful-timeout", "30", "--keep-alive", "15", "--name", f"bulk-{name}"),
        *("--limit-request-line", "8190"),  # the most that gunicorn takes: User IDs may stand in it
        *("--no-control-socket", "--log-level", "warning"),
    ]
    os.execv(sys.executable, arguments)  # noqa: S606  # no shell is wanted: the arguments are ours
