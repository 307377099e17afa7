from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bench.broker import Octets, parsed, passed
from bench.bulk_manager import stages
from bench.figures import BULK_MANAGER, CELERY, COPY, IMPORT_EXPORT, ROW_BY_ROW, STAGES
from bench.machine import machine, memory, processor, versions
from bench.plan import FULL, MILLION, PARTS, QUICK, narrowed
from bench.rivalry import RIVALS

START = datetime(2026, 11, 22, tzinfo=UTC)


def at(*seconds: float) -> list[datetime]:
    return [START + timedelta(seconds=after) for after in seconds]


def test_stages_are_the_gaps_of_a_jobs_timeline() -> None:
    kinds = ["job.submitted.v1", "validation.started.v1", "job.accepted.v1", "seats.provisioned.v1"]
    kinds += ["seats.provisioned.v1", "job.finished.v1"]
    events = list(zip(kinds, at(0, 1, 3, 3.5, 8, 8.25), strict=True))
    assert stages(events) == dict(zip(STAGES, (1, 2, 0.5, 4.5, 0.25), strict=True))
    assert stages(events[:-1]) == {}


def test_what_passed_the_broker_is_what_connections_count_more_than_before() -> None:
    before = {"a": Octets(received=10, sent=20), "gone": Octets(received=999, sent=999)}
    told: list[dict[str, Any]] = [
        {"name": "a", "recv_oct": 15, "send_oct": 40},
        {"name": "new", "recv_oct": 7},
        {"pid": "closing"},
    ]
    after = parsed(told)
    assert after["new"] == Octets(received=7, sent=0)
    assert passed(before, after) == 5 + 20 + 7


def test_the_machine_is_named() -> None:
    assert processor("processor : 0\nmodel name\t: Some CPU @ 2 GHz\nmodel name: other\n") == "Some CPU @ 2 GHz"
    assert memory("MemTotal:       1024 kB\nMemFree: 1 kB\n") == 1024 * 1024
    assert set(machine()) == {"processor", "cores", "memory", "system"}
    assert {"Python", "psycopg", "RabbitMQ"} <= set(versions({"RabbitMQ": "4"}))


def test_the_plan_gives_the_others_no_more_than_they_can_do() -> None:
    assert QUICK.sizes_of(BULK_MANAGER) == QUICK.sizes_of(COPY) == (500, 10_000, 50_000, 100_000)
    assert FULL.sizes_of(BULK_MANAGER)[-1] == MILLION
    assert FULL.sizes_of(IMPORT_EXPORT) == (500, 20_000)
    assert FULL.sizes_of(ROW_BY_ROW) == (500, 5_000)
    assert QUICK.sizes_of(CELERY) == (500, 50_000)
    assert FULL.sizes_of(CELERY) == (500, MILLION)
    assert (FULL.repeats_of(MILLION), FULL.repeats_of(100_000)) == (1, 3)


def test_a_plan_can_be_narrowed_to_try_it() -> None:
    small = narrowed(QUICK, sizes=[2_000, 500], parts=None)
    assert small.sizes_of(BULK_MANAGER) == small.sizes_of(CELERY) == (500, 2_000)
    assert small.parts == PARTS
    only = narrowed(QUICK, sizes=None, parts=["celery"])
    assert [part for part in PARTS if only.has(part)] == ["celery"]


@pytest.mark.parametrize(
    ("candidate", "names"), [(COPY, []), (CELERY, ["work"]), (ROW_BY_ROW, ["consume 1", "consume 2"])]
)
def test_there_is_a_worker_for_each_core(candidate: str, names: list[str]) -> None:
    assert RIVALS[candidate].worker_names(2) == names
