"""The messages: one module per version. A published version is never edited: a new one is added beside it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from marshmallow import Schema

from contracts.messages import (
    job_accepted_v1,
    job_cancel_requested_v1,
    job_cancelled_v1,
    job_checked_v1,
    job_failed_v1,
    job_finished_v1,
    job_rejected_v1,
    job_requested_v1,
    job_submitted_v1,
    problems_found_v1,
    seats_accepted_v1,
    seats_provisioned_v1,
    validation_progressed_v1,
    validation_started_v1,
)
from contracts.messages.job_accepted_v1 import JobAcceptedV1
from contracts.messages.job_cancel_requested_v1 import JobCancelRequestedV1
from contracts.messages.job_cancelled_v1 import JobCancelledV1
from contracts.messages.job_checked_v1 import Change, JobCheckedV1
from contracts.messages.job_failed_v1 import JobFailedV1
from contracts.messages.job_finished_v1 import JobFinishedV1
from contracts.messages.job_rejected_v1 import JobRejectedV1
from contracts.messages.job_requested_v1 import JobRequestedV1
from contracts.messages.job_submitted_v1 import JobSubmittedV1
from contracts.messages.problems_found_v1 import ProblemsFoundV1
from contracts.messages.seats_accepted_v1 import SeatsAcceptedV1
from contracts.messages.seats_provisioned_v1 import Failed, Outcome, SeatsProvisionedV1, Successful
from contracts.messages.validation_progressed_v1 import ValidationProgressedV1
from contracts.messages.validation_started_v1 import ValidationStartedV1

__all__ = [
    "SCHEMAS",
    "Change",
    "Contract",
    "Failed",
    "JobAcceptedV1",
    "JobCancelRequestedV1",
    "JobCancelledV1",
    "JobCheckedV1",
    "JobFailedV1",
    "JobFinishedV1",
    "JobRejectedV1",
    "JobRequestedV1",
    "JobSubmittedV1",
    "Outcome",
    "ProblemsFoundV1",
    "SeatsAcceptedV1",
    "SeatsProvisionedV1",
    "Successful",
    "ValidationProgressedV1",
    "ValidationStartedV1",
]

Contract: TypeAlias = (
    JobRequestedV1
    | JobSubmittedV1
    | ValidationStartedV1
    | ValidationProgressedV1
    | JobCheckedV1
    | ProblemsFoundV1
    | JobRejectedV1
    | JobAcceptedV1
    | SeatsAcceptedV1
    | SeatsProvisionedV1
    | JobFailedV1
    | JobCancelRequestedV1
    | JobCancelledV1
    | JobFinishedV1
)

#: The schema of every message, by its type, in the order in which a job meets them.
SCHEMAS: Mapping[str, Schema] = MappingProxyType(
    {
        JobRequestedV1.TYPE: job_requested_v1.SCHEMA,
        JobSubmittedV1.TYPE: job_submitted_v1.SCHEMA,
        ValidationStartedV1.TYPE: validation_started_v1.SCHEMA,
        ValidationProgressedV1.TYPE: validation_progressed_v1.SCHEMA,
        JobCheckedV1.TYPE: job_checked_v1.SCHEMA,
        ProblemsFoundV1.TYPE: problems_found_v1.SCHEMA,
        JobRejectedV1.TYPE: job_rejected_v1.SCHEMA,
        JobAcceptedV1.TYPE: job_accepted_v1.SCHEMA,
        SeatsAcceptedV1.TYPE: seats_accepted_v1.SCHEMA,
        SeatsProvisionedV1.TYPE: seats_provisioned_v1.SCHEMA,
        JobFailedV1.TYPE: job_failed_v1.SCHEMA,
        JobCancelRequestedV1.TYPE: job_cancel_requested_v1.SCHEMA,
        JobCancelledV1.TYPE: job_cancelled_v1.SCHEMA,
        JobFinishedV1.TYPE: job_finished_v1.SCHEMA,
    }
)
