"""The broker set up for services that may declare nothing: what they can do then, and what they can't."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import ChannelClosedByBroker

from contracts.topology import EVENTLOG, TOPOLOGY, UPLOAD, VALIDATOR
from deploy.docker.broker.management import Management, ManagementRefused
from deploy.docker.broker.setup import set_up
from deploy.docker.broker.users import USERS
from tests import servers

PASSWORDS = {user.name: f"{user.name}-secret" for user in USERS}
PERSISTENT = pika.BasicProperties(delivery_mode=2)


@pytest.fixture
def management(amqp_server: servers.Broker) -> Management:
    if not isinstance(amqp_server, servers.OwnBroker):
        pytest.skip("users can't be made on a broker that is not ours alone")
    user, password = amqp_server.administrator
    return Management(url=amqp_server.management_url, user=user, password=password)


@pytest.fixture
def address(amqp_url: str, management: Management) -> str:
    """A vhost that is set up; the URL with places for user and password."""
    parts = urlsplit(amqp_url)
    for _ in range(2):  # the second time changes nothing
        set_up(management, vhost=parts.path.lstrip("/"), users=USERS, passwords=PASSWORDS)
    return f"amqp://{{user}}:{{password}}@{parts.hostname}:{parts.port}{parts.path}"


@pytest.fixture
def channels(address: str) -> Iterator[dict[str, BlockingChannel]]:
    """A channel of each user, with confirms."""
    urls = {name: address.format(user=name, password=PASSWORDS[name]) for name in PASSWORDS}
    connections = {name: pika.BlockingConnection(pika.URLParameters(url)) for name, url in urls.items()}
    opened = {name: connection.channel() for name, connection in connections.items()}
    for channel in opened.values():
        channel.confirm_delivery()
    yield opened
    for connection in connections.values():
        connection.close()


def test_messages_go_from_service_to_service(channels: dict[str, BlockingChannel]) -> None:
    channels["partner"].basic_publish(TOPOLOGY.exchange, "job.requested.v1", b"1", PERSISTENT, mandatory=True)
    assert channels["upload"].basic_get(UPLOAD.name, auto_ack=True)[2] == b"1"
    channels["upload"].basic_publish(TOPOLOGY.exchange, "job.submitted.v1", b"2", PERSISTENT, mandatory=True)
    assert channels["validator"].basic_get(VALIDATOR.name, auto_ack=True)[2] == b"2"
    channels["validator"].basic_publish(TOPOLOGY.delay(1), VALIDATOR.name, b"3", PERSISTENT, mandatory=True)
    channels["validator"].basic_publish(TOPOLOGY.dead_exchange, VALIDATOR.name, b"4", PERSISTENT, mandatory=True)


def test_a_partner_hears_in_a_queue_of_its_own(channels: dict[str, BlockingChannel]) -> None:
    partner = channels["partner"]
    partner.queue_declare("partner.results", durable=True, arguments={"x-queue-type": "quorum"})
    partner.queue_bind("partner.results", TOPOLOGY.exchange, "job.finished.v1")
    channels["eventlog"].basic_publish(TOPOLOGY.exchange, "job.finished.v1", b"5", PERSISTENT, mandatory=True)
    assert partner.basic_get("partner.results", auto_ack=True)[2] == b"5"


def test_a_service_can_not_read_the_queue_of_another(channels: dict[str, BlockingChannel]) -> None:
    with pytest.raises(ChannelClosedByBroker, match="ACCESS_REFUSED"):
        channels["upload"].basic_get(EVENTLOG.name)


def test_a_service_can_not_say_what_is_anothers_to_say(channels: dict[str, BlockingChannel]) -> None:
    with pytest.raises(ChannelClosedByBroker, match="ACCESS_REFUSED"):
        channels["upload"].basic_publish(TOPOLOGY.exchange, "job.accepted.v1", b"", PERSISTENT)


def test_a_partner_can_not_listen_in_on_jobs(channels: dict[str, BlockingChannel]) -> None:
    partner = channels["partner"]
    partner.queue_declare("partner.results", durable=True, arguments={"x-queue-type": "quorum"})
    with pytest.raises(ChannelClosedByBroker, match="ACCESS_REFUSED"):
        partner.queue_bind("partner.results", TOPOLOGY.exchange, "seats.accepted.v1")


def test_nobody_declares_anything_of_ours(channels: dict[str, BlockingChannel]) -> None:
    with pytest.raises(ChannelClosedByBroker, match="ACCESS_REFUSED"):
        channels["eventlog"].queue_declare("eventlog.events.2", durable=True)


def test_a_wrong_password_is_told_at_once(management: Management) -> None:
    wrong = Management(url=management.url, user=management.user, password="guessed")
    with pytest.raises(ManagementRefused, match="401"):
        wrong.call("PUT", "vhosts", "any", body={})
