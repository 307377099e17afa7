"""Ids that are derived from their cause, so that the same cause, however often it is seen, gives the same id."""

from uuid import UUID, uuid5

_JOBS = UUID("6f1c7a3e-5a0b-5d0e-9a55-0c9e6b1d1a01")
_MESSAGES = UUID("6f1c7a3e-5a0b-5d0e-9a55-0c9e6b1d1a02")
_USERS = UUID("6f1c7a3e-5a0b-5d0e-9a55-0c9e6b1d1a03")


def job_id_of(account: str, idempotency_key: str) -> UUID:
    """The job of an account's idempotency key."""
    return uuid5(_JOBS, f"{account}\n{idempotency_key}")


def message_id_of(type: str, job_id: UUID, part: str = "") -> UUID:
    """The message of a type about a job; ``part`` tells several of them apart (a chunk's number)."""
    return uuid5(_MESSAGES, f"{type}\n{job_id}\n{part}")


def user_id_of(job_id: UUID, line: int) -> UUID:
    """The User ID of the Seat that a job makes from a line of its file."""
    return uuid5(_USERS, f"{job_id}\n{line}")
