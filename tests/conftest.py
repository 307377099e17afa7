"""Fixtures every test may use: `database_url`, a fresh empty database; `amqp_url`, a broker without our queues.

Where they come from: TEST_DATABASE_URL and TEST_AMQP_URL if given; else containers if a Docker engine answers; else
private servers started for this run. Where none can be had the test is skipped, but fails if CI=true.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import NoReturn, TypeVar

import pytest
from xdist.remote import Producer

from tests import servers
from tests import stack as running
from tests.side_by_side import SideBySide

T = TypeVar("T")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SideBySide:
    """Instead of `--dist loadgroup`, which reads no groups any more since pytest 9.2."""
    return SideBySide(config, log)


def _none_to_be_had(reason: object) -> NoReturn:
    message = f"needs a real server: {reason}"
    if os.environ.get("CI") == "true":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def _container_or_private(
    stack: ExitStack,
    container: Callable[[], AbstractContextManager[T]],
    private: Callable[[], AbstractContextManager[T]],
) -> T:
    """The server from a container, or a private one where there is no engine or it can't have the image."""
    why_no_container = "no Docker engine"
    if servers.docker_answers(os.environ.get("DOCKER_HOST", servers.DOCKER_SOCKET)):
        try:
            return stack.enter_context(container())
        except OSError as error:  # what docker's errors are
            why_no_container = f"a Docker engine answers but can't run the image ({error})"
    try:
        return stack.enter_context(private())
    except servers.NoServer as error:
        _none_to_be_had(f"{why_no_container}; {error}")


@pytest.fixture(scope="session")
def database_server() -> Iterator[servers.Databases]:
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield servers.Databases(given)
    else:
        with ExitStack() as stack:
            yield _container_or_private(stack, servers.container_postgres, servers.private_postgres)


@pytest.fixture(scope="session")
def amqp_server() -> Iterator[servers.Broker]:
    given = os.environ.get("TEST_AMQP_URL")
    if given:
        yield servers.GivenBroker(given)
    else:
        with ExitStack() as stack:
            yield _container_or_private(stack, servers.container_rabbitmq, servers.private_rabbitmq)


@pytest.fixture
def database_url(database_server: servers.Databases) -> Iterator[str]:
    """The URL of an empty database of this test alone, dropped afterwards."""
    url = database_server.fresh()
    yield url
    database_server.discard(url)


@pytest.fixture
def amqp_url(amqp_server: servers.Broker) -> Iterator[str]:
    """The URL of a RabbitMQ vhost in which none of the product's queues exist."""
    url = amqp_server.fresh()
    yield url
    amqp_server.discard(url)


@pytest.fixture(scope="session")
def stack() -> Iterator[running.Stack]:
    """The started system: the one that BULK_URL names, or one started for this run."""
    given = running.given(os.environ)
    if given:
        yield given
    else:
        with servers.private_folder() as data, running.started(data) as stack:
            yield stack
