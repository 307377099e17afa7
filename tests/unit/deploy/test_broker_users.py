"""Least permissions on the broker, read as the broker reads them: regular expressions over names and types."""

import re

import pytest

from contracts.topology import TOPOLOGY
from deploy.docker.broker.users import USERS, User
from services.eventlog.reconciling import UPSTREAM

SERVICES = [user for user in USERS if user.name != "partner"]
[PARTNER] = [user for user in USERS if user.name == "partner"]
TYPES = {type for queue in TOPOLOGY.queues for type in queue.types} | TOPOLOGY.unheard
KEYS = {key for type in TYPES for key in TOPOLOGY.routing_keys(type)}


def allowed(pattern: str, names: set[str]) -> set[str]:
    return {name for name in names if re.search(pattern, name)}


@pytest.mark.parametrize("user", SERVICES, ids=lambda user: user.name)
def test_a_service_reads_its_own_queues_alone_and_declares_nothing(user: User) -> None:
    queues = {queue.name for queue in TOPOLOGY.queues}
    everything = queues | {TOPOLOGY.dead_queue(queue) for queue in queues}
    assert allowed(user.read, everything) == {queue for queue in queues if queue.startswith(f"{user.name}.")}
    assert allowed(user.read, queues)
    if user.name != "eventlog":
        assert allowed(user.configure, everything | {TOPOLOGY.exchange, "anything"}) == set()
    assert allowed(user.write, everything) == set()


def test_the_event_log_may_count_what_waits_there_where_it_looks_and_nowhere_else() -> None:
    [eventlog] = [user for user in USERS if user.name == "eventlog"]
    queues = {queue.name for queue in TOPOLOGY.queues}
    dead = {TOPOLOGY.dead_queue(queue) for queue in queues}
    names = queues | dead | set(UPSTREAM) | {TOPOLOGY.exchange, TOPOLOGY.dead_exchange, "eventlog.events.2"}
    assert allowed(eventlog.configure, names) == dead | set(UPSTREAM)


def test_every_queue_has_one_reader() -> None:
    for queue in TOPOLOGY.queues:
        assert len([user for user in USERS if allowed(user.read, {queue.name})]) == 1


def test_every_type_has_somebody_who_may_say_it_in_every_lane() -> None:
    assert {key for user in USERS for key in allowed(user.says, KEYS)} == KEYS
    for user in SERVICES:
        types = allowed(user.says, TYPES)
        assert allowed(user.says, KEYS) == {key for type in types for key in TOPOLOGY.routing_keys(type)}


@pytest.mark.parametrize(
    ("type", "speakers"),
    [
        ("job.cancel-requested.v1", {"upload", "eventlog"}),  # the reconciler tells it again
        ("job.cancelled.v1", {"provisioner"}),
        ("job.finished.v1", {"eventlog"}),
        ("seats.accepted.v1", {"validator"}),
        ("seats.provisioned.v1", {"provisioner"}),
    ],
)
def test_what_decides_is_said_by_those_alone_who_decide(type: str, speakers: set[str]) -> None:
    assert {user.name for user in USERS if allowed(user.says, {type})} == speakers


def test_a_partner_asks_for_jobs_and_hears_how_they_end_and_no_more() -> None:
    assert allowed(PARTNER.says, KEYS) == {"job.requested.v1"}
    assert allowed(PARTNER.hears, KEYS) == {"job.finished.v1"}
    names = {"partner.results", "amq.gen-Xa1", TOPOLOGY.exchange, TOPOLOGY.dead_exchange, TOPOLOGY.queues[0].name}
    assert allowed(PARTNER.read, names) == {"partner.results", "amq.gen-Xa1", TOPOLOGY.exchange}
    assert allowed(PARTNER.write, names) == {"partner.results", "amq.gen-Xa1", TOPOLOGY.exchange}
    assert allowed(PARTNER.configure, names) == {"partner.results", "amq.gen-Xa1"}


def test_a_dot_in_a_name_is_a_dot() -> None:
    for user in USERS:
        assert allowed(user.says, {type.replace(".", "x") for type in TYPES}) == set()
