"""Starts a server again that has ended; a first try may come too early, so it is not the last."""

import time
from collections.abc import Callable
from typing import Protocol

from deploy.embedded.errors import StartFailed

_PAUSES = (1.0, 2.0, 4.0, 8.0)  # seconds


class Server(Protocol):
    def start(self) -> None:
        """Return when it takes connections. Raises StartFailed, and leaves nothing behind then."""

    def stop(self) -> None:
        """End what is left of it."""


def restart(name: str, server: Server, say: Callable[[str], None], pause: Callable[[float], None] = time.sleep) -> None:
    """Return when the server is up again. Raises StartFailed of the last of five tries.

    What made it end may still be there for a while: a full disk, a node name or a port that the dead one holds.
    """
    say(f"{name} | ended; it is started again")
    for seconds in _PAUSES:
        server.stop()
        try:
            return server.start()
        except StartFailed as error:
            say(f"{name} | could not be started again; the next try is in {seconds:.0f} s. {error}")
            pause(seconds)
    server.stop()
    return server.start()
