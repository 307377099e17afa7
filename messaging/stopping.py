"""How a worker ends: what is in hand is finished, and the broker is told; within a set time."""

import logging
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

from messaging.bus import Bus

log = logging.getLogger(__name__)

#: Seconds for what is in hand. Whoever stops a worker should wait 10 more before killing it.
SECONDS = 25.0

#: The exit status of a worker that had to leave something in hand: sysexits.h's "try again".
UNFINISHED = 75


def stop_on_signals(
    bus: Bus, *, seconds: float = SECONDS, leave: Callable[[int], object] = os._exit
) -> threading.Event:
    """An event that SIGTERM and SIGINT set. A process that still runs so many seconds later is ended with `UNFINISHED`.

    `bus` is closed before that, so that the broker gives the message in hand to another reader at once. For the main
    thread.
    """
    stop = threading.Event()

    def asked(number: int, frame: FrameType | None) -> None:
        del frame
        if not stop.is_set():
            stop.set()
            log.info("%s: stopping when what is in hand is finished", signal.Signals(number).name)
            alarm = threading.Timer(seconds, _give_up, (bus, seconds, leave))
            alarm.daemon = True
            alarm.start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, asked)
    return stop


def _give_up(bus: Bus, seconds: float, leave: Callable[[int], object]) -> None:
    log.warning("not finished within %g s: the message in hand goes back to its queue", seconds)
    bus.close()
    leave(UNFINISHED)
