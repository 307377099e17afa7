"""Who may do what on the broker: a user per service, each with no more than it needs, and one for other services."""

import re
from dataclasses import dataclass

from contracts import messages
from contracts.topology import (
    EVENTLOG,
    EVENTLOG_LARGE,
    PROVISIONER,
    PROVISIONER_CANCELLATIONS,
    PROVISIONER_LARGE,
    TOPOLOGY,
    UPLOAD,
    UPLOAD_FINISHED,
    VALIDATOR,
    VALIDATOR_LARGE,
    VALIDATOR_RELEASES,
)
from messaging.topology import DELAYS, Queue


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Regular expressions over names (`configure`, `write`, `read`), and over routing keys (`says`, `hears`)."""

    name: str
    configure: str
    write: str
    read: str
    says: str
    hears: str


def _any_of(*names: str) -> str:
    """Exactly one of these names; nothing at all for none."""
    return f"^({'|'.join(re.escape(name) for name in names)})$" if names else "^$"


_DELAYS = tuple(TOPOLOGY.delay(seconds) for seconds in DELAYS)
_EXCHANGES = (TOPOLOGY.exchange, TOPOLOGY.dead_exchange, *_DELAYS)

_VALIDATORS = (VALIDATOR, VALIDATOR_LARGE, VALIDATOR_RELEASES)
_PROVISIONERS = (PROVISIONER, PROVISIONER_LARGE, PROVISIONER_CANCELLATIONS)
_EVENTLOGS = (EVENTLOG, EVENTLOG_LARGE)

# Where the event log looks how many messages wait: at the stages, for another try, and set aside.
_WATCHED = (
    *(queue.name for queue in (*_VALIDATORS, *_PROVISIONERS, *_EVENTLOGS)),
    *_DELAYS,
    *(TOPOLOGY.dead_queue(queue.name) for queue in TOPOLOGY.queues),
)


def _service(name: str, *, queues: tuple[Queue, ...], says: tuple[str, ...], counts: tuple[str, ...] = ()) -> User:
    """Reads its queues, publishes its types in every lane, delays and gives up messages; declares nothing.

    ``counts``: queues of which it may ask how many messages wait. RabbitMQ 4.3 calls that configuring them.
    """
    write, read = _any_of(*_EXCHANGES), _any_of(*(queue.name for queue in queues))
    keys = _any_of(*(key for type in says for key in TOPOLOGY.routing_keys(type)))
    return User(name=name, configure=_any_of(*counts), write=write, read=read, says=keys, hears=_any_of())


FAILED = messages.JobFailedV1.TYPE
USERS = (
    _service(
        "upload",
        queues=(UPLOAD, UPLOAD_FINISHED),
        says=(messages.JobSubmittedV1.TYPE, messages.JobCancelRequestedV1.TYPE, FAILED),
    ),
    _service(
        "validator",
        queues=_VALIDATORS,
        says=(
            messages.ValidationStartedV1.TYPE,
            messages.ValidationProgressedV1.TYPE,
            messages.JobCheckedV1.TYPE,
            messages.ProblemsFoundV1.TYPE,
            messages.JobRejectedV1.TYPE,
            messages.JobAcceptedV1.TYPE,
            messages.SeatsAcceptedV1.TYPE,
            FAILED,
        ),
    ),
    _service(
        "provisioner",
        queues=_PROVISIONERS,
        says=(messages.SeatsProvisionedV1.TYPE, messages.JobCancelledV1.TYPE, FAILED),
    ),
    _service(
        "eventlog",
        queues=_EVENTLOGS,
        # A job that hangs is submitted again by the reconciler, and a wish to cancel it told again.
        says=(
            messages.JobFinishedV1.TYPE,
            messages.JobSubmittedV1.TYPE,
            messages.JobCancelRequestedV1.TYPE,
            FAILED,
        ),
        counts=_WATCHED,
    ),
    User(  # another service: asks for jobs, and hears in queues of its own what became of them
        name="partner",
        configure=r"^(partner\.|amq\.gen-)",
        write=rf"^({re.escape(TOPOLOGY.exchange)}$|partner\.|amq\.gen-)",
        read=rf"^({re.escape(TOPOLOGY.exchange)}$|partner\.|amq\.gen-)",
        says=_any_of(messages.JobRequestedV1.TYPE),
        hears=_any_of(messages.JobFinishedV1.TYPE),
    ),
)
