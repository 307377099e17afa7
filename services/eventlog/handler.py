"""The decision: an event comes in, the job's end goes out when there is one."""

from collections.abc import Iterator
from typing import Protocol, get_args

import psycopg

from contracts.messages import Contract
from messaging.errors import Reject
from services.eventlog.state import Contradiction, Event
from services.eventlog.store import Recorded


class EventLog(Protocol):
    """Where events are kept: `store.EventLog`."""

    def record(self, event: Event) -> Recorded:
        """Keep an event once. Raises `Contradiction`."""


def record_event(event: Contract, *, log: EventLog) -> Iterator[Contract]:
    """Record an event and, when its job ends, tell it.

    An event of an ended job that was heard before tells the end again, with the same id and content: the process may
    have died after it had recorded the end and before it had published it. Whoever listens can't tell it from a
    redelivery.
    """
    if not isinstance(event, get_args(Event)):
        raise Reject(f"the event log does not record {event.TYPE}")
    try:
        recorded = log.record(event)
    except (Contradiction, psycopg.DataError, psycopg.IntegrityError) as error:
        raise Reject(str(error)) from error
    if recorded.job.finished is not None and (recorded.ended or not recorded.new):
        yield recorded.job.finished
