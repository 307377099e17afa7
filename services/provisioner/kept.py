"""Why a row has not changed or deleted its Seat, in the words of the person who reads the summary."""

from datetime import datetime
from uuid import UUID

from services.provisioner.directory import NotMade
from services.provisioner.listing import Seat


def gone(line: int) -> NotMade:
    """There is no Seat to do anything with."""
    return NotMade(line=line, code="seat_gone", message="There is no Seat with this User ID any more.")


def kept(line: int, seat: Seat, *, undo_of: UUID) -> NotMade | None:
    """Why an undo leaves a Seat alone, if it does."""
    if seat.job_id != undo_of:
        message = "Kept: the job that is undone did not make this Seat."
        return NotMade(line=line, code="seat_of_another_job", message=message)
    if seat.changed_at is not None:
        message = f"Kept: it was changed on {_told(seat.changed_at)} after the job made it."
        return NotMade(line=line, code="seat_edited", message=message)
    return None


def not_at_phone_system(line: int) -> NotMade:
    """The outcome of every row that is about a Seat that a phone system outside has, too."""
    message = (
        "Left as it was: Bulk Manager makes Seats at your phone system, and can't change or delete them there yet. "
        "Do it in the phone system itself."
    )
    return NotMade(line=line, code="not_at_phone_system", message=message)


def _told(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d at %H:%M} UTC"
