from dataclasses import replace

import pytest

from contracts import template
from messaging.errors import Reject, Retry
from services.provisioner.directory import UniqueColumn, key
from services.provisioner.rows import seat_chunk
from tests.unit.contracts.chunk_rows import Row
from tests.unit.provisioner.making import COLUMNS, JOB, SECRET, accepted, accepted_lines, new_seat, values_of


def row_with(line: int, **values: str | None) -> Row:
    merged = dict(zip(COLUMNS, values_of(line), strict=True)) | values
    return Row(line, tuple(merged[name] for name in COLUMNS))


def test_the_values_of_a_row_go_where_they_belong() -> None:
    chunk = seat_chunk(accepted_lines([2, 3], chunk=7))
    assert (chunk.account, chunk.job_id, chunk.chunk) == ("acme", JOB, 7)
    assert chunk.seats == tuple(new_seat(line, attributes={"seat_type": "standard"}) for line in (2, 3))


@pytest.mark.parametrize("nothing", [None, ""])
def test_empty_cells_are_left_out(nothing: str | None) -> None:
    row = row_with(2, phone_number=nothing, device_mac=nothing, password=nothing, seat_type=nothing)
    [seat] = seat_chunk(accepted([row])).seats
    assert (seat.phone_number, seat.device_mac) == (None, None)
    assert (dict(seat.attributes), dict(seat.secrets)) == ({}, {})


@pytest.mark.parametrize("name", ["firstname", "lastname", "email", "extension"])
def test_a_row_without_what_every_seat_has_is_rejected(name: str) -> None:
    with pytest.raises(Reject, match=f"line 2 has no {name}"):
        seat_chunk(accepted([row_with(2, **{name: None})]))


def test_a_secret_that_was_not_sealed_is_rejected_and_not_told() -> None:
    with pytest.raises(Reject, match="the password of line 3 has not been sealed") as caught:
        seat_chunk(accepted([row_with(2), row_with(3, password="4711")]))
    assert "4711" not in str(caught.value)


def test_a_column_that_no_row_fills_may_be_missing() -> None:
    message = accepted_lines([2, 3])
    shorter = replace(message, columns=message.columns[:4], values=message.values[:4])
    for seat in seat_chunk(shorter).seats:
        assert (seat.phone_number, seat.device_mac, dict(seat.attributes), dict(seat.secrets)) == (None, None, {}, {})
    with pytest.raises(Reject, match="line 2 has no extension"):
        seat_chunk(replace(message, columns=message.columns[:3], values=message.values[:3]))


def test_a_template_newer_than_this_process_is_tried_again() -> None:
    with pytest.raises(Retry, match="version 99"):
        seat_chunk(accepted_lines([2], template_version=99))


def test_every_secret_column_of_the_template_is_kept_apart() -> None:
    message = accepted_lines([2])
    secret = {column.name for column in template.latest().secret}
    assert secret == {"password", "voicemail_pin"}
    pin = replace(message, columns=(*COLUMNS, "voicemail_pin"), values=(*message.values, [SECRET]))
    [seat] = seat_chunk(pin).seats
    assert set(seat.secrets) == secret
    assert not secret & set(seat.attributes)


def test_the_unique_columns_are_those_of_the_template_and_compared_as_there() -> None:
    for number in template.versions():
        unique = {column.name: column for column in template.version(number).unique}
        assert set(unique) == set(UniqueColumn)
        for column in UniqueColumn:
            assert key(column, "Straße@EXAMPLE.com") == unique[column].unique_key("Straße@EXAMPLE.com")
