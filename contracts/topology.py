"""Which queue hears which messages: the only place where a queue's name is written."""

from contracts.messages import (
    JobAcceptedV1,
    JobCancelledV1,
    JobCancelRequestedV1,
    JobFailedV1,
    JobFinishedV1,
    JobRejectedV1,
    JobRequestedV1,
    JobSubmittedV1,
    SeatsAcceptedV1,
    SeatsProvisionedV1,
    ValidationStartedV1,
)
from messaging.topology import Queue, Topology

UPLOAD = Queue(name="upload.job-requests", types=(JobRequestedV1.TYPE,))
UPLOAD_FINISHED = Queue(name="upload.finished", types=(JobFinishedV1.TYPE,))
VALIDATOR = Queue(name="validator.jobs", types=(JobSubmittedV1.TYPE,))
VALIDATOR_RELEASES = Queue(name="validator.releases", types=(SeatsProvisionedV1.TYPE,))
PROVISIONER = Queue(name="provisioner.chunks", types=(SeatsAcceptedV1.TYPE,))
PROVISIONER_CANCELLATIONS = Queue(name="provisioner.cancellations", types=(JobCancelRequestedV1.TYPE,))
EVENTLOG = Queue(
    name="eventlog.events",
    types=(
        JobSubmittedV1.TYPE,
        ValidationStartedV1.TYPE,
        JobRejectedV1.TYPE,
        JobAcceptedV1.TYPE,
        SeatsProvisionedV1.TYPE,
        JobFailedV1.TYPE,
        JobCancelRequestedV1.TYPE,
        JobCancelledV1.TYPE,
    ),
)

TOPOLOGY = Topology(
    exchange="bulk",
    queues=(
        UPLOAD,
        UPLOAD_FINISHED,
        VALIDATOR,
        VALIDATOR_RELEASES,
        PROVISIONER,
        PROVISIONER_CANCELLATIONS,
        EVENTLOG,
    ),
    unheard=frozenset({JobFinishedV1.TYPE}),
)
