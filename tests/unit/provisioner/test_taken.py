from services.provisioner.directory import UniqueColumn
from services.provisioner.taken import taken
from tests.unit.provisioner.making import JOB, OTHER_JOB


def test_one_column_is_told_in_one_sentence() -> None:
    outcome = taken(7, {UniqueColumn.EXTENSION: JOB})
    assert (outcome.line, outcome.code) == (7, "extension_taken")
    assert outcome.message == (
        f"Taken meanwhile: the extension by the Seat with the User ID {JOB}. Change the row and upload it again."
    )


def test_columns_that_one_seat_has_are_told_together() -> None:
    outcome = taken(7, {UniqueColumn.DEVICE_MAC: JOB, UniqueColumn.PHONE_NUMBER: OTHER_JOB, UniqueColumn.EMAIL: JOB})
    assert outcome.code == "email_taken"
    assert f"the e-mail address and the device MAC address by the Seat with the User ID {JOB}; " in outcome.message
    assert f"the phone number by the Seat with the User ID {OTHER_JOB}." in outcome.message
