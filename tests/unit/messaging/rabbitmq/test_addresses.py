"""Reading the broker's address from its setting."""

import pika
import pytest

from messaging.rabbitmq.addresses import addresses


def test_an_address_with_all_its_parts() -> None:
    (found,) = addresses("amqp://me:p%40ss@broker:5673/a%2Fb", name="sorter publisher")
    assert (found.host, found.port, found.virtual_host) == ("broker", 5673, "a/b")
    assert found.credentials == pika.PlainCredentials("me", "p@ss")
    assert found.client_properties == {"connection_name": "sorter publisher"}


def test_what_is_usual_unless_the_address_says_otherwise() -> None:
    (found,) = addresses("amqp://a:b@broker/?heartbeat=5&stack_timeout=3", name="x")
    assert (found.heartbeat, found.stack_timeout) == (5, 3)
    assert (found.socket_timeout, found.blocked_connection_timeout) == (5, 60)
    (usual,) = addresses("amqp://a:b@broker/", name="x")
    assert (usual.heartbeat, usual.stack_timeout, usual.ssl_options) == (8, 10, None)


def test_several_addresses_of_one_cluster() -> None:
    found = addresses("amqp://a:b@one/v, amqp://a:b@two/v,", name="x")
    assert [parameters.host for parameters in found] == ["one", "two"]


def test_an_encrypted_connection_is_checked() -> None:
    (found,) = addresses("amqps://a:b@broker/", name="x")
    assert found.port == 5671
    assert found.ssl_options is not None
    assert found.ssl_options.context.check_hostname


@pytest.mark.parametrize("urls", ["", " , ", "http://a:secret@broker/", "amqp://", "broker:5672"])
def test_anything_else_is_refused_without_telling_the_password(urls: str) -> None:
    with pytest.raises(ValueError, match="amqp://user:password@host:port/vhost") as refused:
        addresses(urls, name="x")
    assert "secret" not in str(refused.value)
