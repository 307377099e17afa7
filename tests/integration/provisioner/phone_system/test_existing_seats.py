"""Seats that a phone system has, too, are not changed or deleted here alone."""

from services.provisioner.directory import NotMade
from services.provisioner.listing import Selection
from tests.integration.provisioner.phone_system.conftest import Start
from tests.phone_system import PhoneSystem
from tests.unit.provisioner.making import JOB, UPDATE, changes_of, chunk_of, deletions_of, new_seat


def test_every_row_is_told_that_it_has_to_be_done_there(phone_system: PhoneSystem, start: Start) -> None:
    directory = start().directory
    made = directory.create_seats(chunk_of(new_seat(line) for line in (2, 3)))
    ids = [seat.user_id for some in directory.export("acme", Selection()) for seat in some]
    changes = changes_of({one: {"location": "A"} for one in ids})
    deletions = deletions_of(ids, chunk=2, undo_of=JOB)
    told = [directory.change_seats(changes), directory.delete_seats(deletions)]
    for result in told:
        assert [outcome.line for outcome in result.outcomes] == [2, 3]
        for outcome in result.outcomes:
            assert isinstance(outcome, NotMade)
            assert outcome.code == "not_at_phone_system"
            assert "Do it in the phone system itself" in outcome.message
    assert [directory.change_seats(changes), directory.delete_seats(deletions)] == told
    assert directory.cancel_job("acme", UPDATE).chunks == 2
    assert directory.count("acme", Selection()) == len(made.outcomes) == 2
    assert sum(phone_system.calls.values()) == 2
