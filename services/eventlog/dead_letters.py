"""How many dead letters there are, and for how long, as metrics.

Only their number is asked for: to look at a message is to take it and give it back, which the broker counts.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from messaging.bus import Bus
from messaging.errors import BrokerRefused, Unavailable
from messaging.topology import Topology
from services.eventlog import metrics

log = logging.getLogger(__name__)

#: Seconds between two looks.
INTERVAL: Final = 15.0


class DeadLetterWatch:
    """Looks at the dead-letter queues of a topology. ``clock`` is in seconds and never goes back."""

    def __init__(self, bus: Bus, topology: Topology, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._bus = bus
        self._queues = {queue.name: topology.dead_queue(queue.name) for queue in topology.queues}
        self._clock = clock
        self._since: dict[str, float] = {}
        self._unseen: set[str] = set()

    def run(self, stop: threading.Event, *, interval: float = INTERVAL) -> None:
        """Look every ``interval`` seconds until ``stop``. While the broker is away the last numbers stand."""
        while not stop.is_set():
            try:
                self.look()
            except Unavailable as error:
                log.debug("dead letters can't be counted: %s", error)
            stop.wait(interval)

    def look(self) -> None:
        """Bring the metrics up to date. Raises `Unavailable`."""
        for queue, dead_queue in self._queues.items():
            try:
                self._note(queue, self._bus.depth(dead_queue))
            except BrokerRefused as error:
                if queue not in self._unseen:
                    log.warning("the dead letters of %s can't be counted: %s", queue, error)
                self._unseen.add(queue)

    def _note(self, queue: str, letters: int) -> None:
        now = self._clock()
        if letters:
            self._since.setdefault(queue, now)
        else:
            self._since.pop(queue, None)
        metrics.DEAD_LETTERS.labels(queue).set(letters)
        metrics.OLDEST_DEAD_LETTER.labels(queue).set(now - self._since.get(queue, now))
