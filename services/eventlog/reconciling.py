"""The reconciler at work: every so often it looks for stalled jobs, and no job hangs for ever."""

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final

from contracts.codec import Codec
from contracts.messages import Contract
from contracts.topology import (
    EVENTLOG,
    EVENTLOG_LARGE,
    PROVISIONER,
    PROVISIONER_CANCELLATIONS,
    PROVISIONER_LARGE,
    TOPOLOGY,
    VALIDATOR,
    VALIDATOR_LARGE,
    VALIDATOR_RELEASES,
)
from database.connection import UNAVAILABLE
from messaging.bus import Bus
from messaging.errors import BrokerRefused, PublishFailed, Unavailable
from messaging.topology import DELAYS
from services.eventlog import metrics
from services.eventlog.reconciler import Action, Rules, Stalled, decide, failure, patience
from services.eventlog.unfinished import UnfinishedJobs
from telemetry.logs import log_context

log = logging.getLogger(__name__)

#: Where a job's messages wait before they are heard of here: at the stages, for another try, and in our own queue.
UPSTREAM: Final = (
    VALIDATOR.name,
    VALIDATOR_LARGE.name,
    VALIDATOR_RELEASES.name,
    PROVISIONER.name,
    PROVISIONER_LARGE.name,
    PROVISIONER_CANCELLATIONS.name,
    EVENTLOG.name,
    EVENTLOG_LARGE.name,
    *(TOPOLOGY.delay(seconds) for seconds in DELAYS),
)

#: Worth another round: what is away comes back, and what is forbidden to this service an operator may allow.
_NEXT_TIME: Final[tuple[type[Exception], ...]] = (*UNAVAILABLE, Unavailable, PublishFailed, BrokerRefused)

#: Jobs that are dealt with in one transaction.
_BATCH: Final = 20


def _now() -> datetime:
    return datetime.now(UTC)


class Reconciler:
    """Any number of processes may have one: they take turns."""

    def __init__(
        self,
        jobs: UnfinishedJobs,
        bus: Bus,
        *,
        codec: Codec,
        rules: Rules,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._jobs = jobs
        self._bus = bus
        self._codec = codec
        self._rules = rules
        self._clock = clock

    def run(self, stop: threading.Event, *, interval: float) -> None:
        """A round every ``interval`` seconds until ``stop``; where something is away, the next makes up for it."""
        while not stop.wait(interval):
            try:
                self.round()
            except _NEXT_TIME as error:
                log.warning("the reconciler waits for its next round: %s", error)

    def round(self) -> int:
        """Deal with all jobs that are stalled now; how many. Raises what bus and database raise while they are away."""
        unfinished = self._jobs.count()
        metrics.UNFINISHED.set(unfinished.jobs)
        metrics.OLDEST_UNFINISHED.set(unfinished.oldest_seconds)
        if not unfinished.jobs:
            return 0
        seconds = patience(self._rules, busy=self._is_busy())
        done = found = self._jobs.deal_with_stalled(self._deal, seconds=seconds, limit=_BATCH)
        while found == _BATCH:
            found = self._jobs.deal_with_stalled(self._deal, seconds=seconds, limit=_BATCH)
            done += found
        return done

    def _is_busy(self) -> bool:
        try:
            return any(self._bus.depth(queue) for queue in UPSTREAM)
        except BrokerRefused as error:  # it is then better to be too patient
            log.warning("the reconciler can't see how many messages wait: %s", error)
            return True

    def _deal(self, job: Stalled, causes: Iterator[Contract]) -> None:
        action = decide(job, self._rules)
        with log_context(job=str(job.job_id)):
            messages = causes if action is Action.REPEAT else iter([failure(job, at=self._clock())])
            for message in messages:
                self._bus.publish(self._codec.encode(message))
            log.warning("stalled, %s after %d tries", action.value.replace("_", " "), job.tries)
        metrics.RECONCILED.labels(action.value).inc()
