"""What may stand on an envelope."""

from dataclasses import replace
from datetime import datetime

import pytest

from tests.contract.messaging.parcels import parcel


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        replace(parcel(), timestamp=datetime(2026, 11, 22))  # noqa: DTZ001  (what is refused)


@pytest.mark.parametrize("name", ["type", "message_id", "correlation_id", "app_id"])
def test_what_amqp_has_no_room_for_is_refused(name: str) -> None:
    replace(parcel(), **{name: "x" * 255})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=f"the {name} of a message has at most 255 bytes"):
        replace(parcel(), **{name: "é" * 128})  # type: ignore[arg-type]
