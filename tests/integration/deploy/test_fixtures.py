"""The fixtures that every other integration test stands on."""

import pika
import psycopg


def _tables(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace").fetchone()
        assert row is not None
        return int(row[0])


def test_a_database_is_empty_and_takes_a_table(database_url: str) -> None:
    assert _tables(database_url) == 0
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TABLE seat (id int)")
    assert _tables(database_url) == 1


def test_the_next_test_gets_another_database(database_url: str) -> None:
    assert _tables(database_url) == 0


def test_a_broker_holds_no_queue_of_ours(amqp_url: str) -> None:
    _leave_a_message(amqp_url)


def test_the_next_test_finds_none_of_the_messages_left(amqp_url: str) -> None:
    _leave_a_message(amqp_url)


def _leave_a_message(url: str) -> None:
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        queue = channel.queue_declare("upload.job-requests", durable=True, arguments={"x-queue-type": "quorum"})
        assert queue.method.message_count == 0
        channel.confirm_delivery()
        channel.basic_publish("", "upload.job-requests", b"left behind", mandatory=True)
