"""Which queue hears which messages: the only place where a queue's name is written."""

from contracts.lanes import LARGE
from contracts.messages import (
    JobAcceptedV1,
    JobCancelledV1,
    JobCancelRequestedV1,
    JobCheckedV1,
    JobFailedV1,
    JobFinishedV1,
    JobRejectedV1,
    JobRequestedV1,
    JobSubmittedV1,
    ProblemsFoundV1,
    SeatsAcceptedV1,
    SeatsProvisionedV1,
    ValidationProgressedV1,
    ValidationStartedV1,
)
from messaging.topology import Queue, Topology

UPLOAD = Queue(name="upload.job-requests", types=(JobRequestedV1.TYPE,))
UPLOAD_FINISHED = Queue(name="upload.finished", types=(JobFinishedV1.TYPE,))
VALIDATOR = Queue(name="validator.jobs", types=(JobSubmittedV1.TYPE,), lane="")
VALIDATOR_LARGE = Queue(name="validator.large-jobs", types=(JobSubmittedV1.TYPE,), lane=LARGE)
VALIDATOR_RELEASES = Queue(name="validator.releases", types=(SeatsProvisionedV1.TYPE,))
PROVISIONER = Queue(name="provisioner.chunks", types=(SeatsAcceptedV1.TYPE,), lane="")
PROVISIONER_LARGE = Queue(name="provisioner.large-chunks", types=(SeatsAcceptedV1.TYPE,), lane=LARGE)
PROVISIONER_CANCELLATIONS = Queue(name="provisioner.cancellations", types=(JobCancelRequestedV1.TYPE,))
_ON_THE_WAY = (
    JobSubmittedV1.TYPE,
    ValidationStartedV1.TYPE,
    ValidationProgressedV1.TYPE,
    JobCheckedV1.TYPE,
    ProblemsFoundV1.TYPE,
    JobRejectedV1.TYPE,
    JobAcceptedV1.TYPE,
    SeatsProvisionedV1.TYPE,
    JobFailedV1.TYPE,
)
EVENTLOG = Queue(name="eventlog.events", types=(*_ON_THE_WAY, JobCancelRequestedV1.TYPE, JobCancelledV1.TYPE), lane="")
EVENTLOG_LARGE = Queue(name="eventlog.large-events", types=_ON_THE_WAY, lane=LARGE)

TOPOLOGY = Topology(
    exchange="bulk",
    queues=(
        UPLOAD,
        UPLOAD_FINISHED,
        VALIDATOR,
        VALIDATOR_LARGE,
        VALIDATOR_RELEASES,
        PROVISIONER,
        PROVISIONER_LARGE,
        PROVISIONER_CANCELLATIONS,
        EVENTLOG,
        EVENTLOG_LARGE,
    ),
    unheard=frozenset({JobFinishedV1.TYPE}),
)
