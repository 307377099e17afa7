import pytest

from deploy.embedded import rabbitmq_program


def test_the_choices_are_all_told() -> None:
    told = rabbitmq_program.CHOICES.format(why="there is no apt-get")
    for words in (
        "apt-get install rabbitmq-server",
        "docker compose up --wait",
        "BULK_AMQP_URL=",
        "there is no apt-get",
    ):
        assert words in told


def test_what_is_installed_is_found_and_nothing_is_installed_again() -> None:
    found = rabbitmq_program.find()
    if found is None:
        pytest.skip("no RabbitMQ on this machine")
    said: list[str] = []
    assert rabbitmq_program.find_or_install(said.append) == found
    assert said == []
