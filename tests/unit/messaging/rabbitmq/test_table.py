"""What a topology needs on a broker."""

from messaging.rabbitmq.definitions import definitions
from messaging.rabbitmq.table import table
from messaging.topology import Queue, Topology

POST = Topology(
    exchange="post",
    queues=(Queue(name="q", types=("a.v1", "b.v1"), delivery_limit=3), Queue(name="r", types=("a.v1",))),
    unheard=frozenset({"c.v1"}),
)


def test_every_queue_has_its_dead_letters_and_is_a_quorum_queue() -> None:
    queues = {row.name: row.arguments for row in table(POST).queues}
    assert list(queues) == ["q", "r", "q.dead", "r.dead", "post.delay.1s", "post.delay.5s", "post.delay.30s"]
    assert {arguments["x-queue-type"] for arguments in queues.values()} == {"quorum"}
    assert queues["q"]["x-delivery-limit"] == 3
    assert (queues["q"]["x-dead-letter-exchange"], queues["q"]["x-dead-letter-routing-key"]) == ("post.dead", "q")


def test_no_limit_is_negative() -> None:
    """RabbitMQ 3 and 4 take -1 for opposite things."""
    numbers = [value for row in table(POST).queues for value in row.arguments.values() if isinstance(value, int)]
    assert min(numbers) > 0


def test_what_waits_keeps_the_routing_key_that_brings_it_home() -> None:
    waiting = [row.arguments for row in table(POST).queues if ".delay." in row.name]
    assert [arguments["x-message-ttl"] for arguments in waiting] == [1000, 5000, 30_000]
    assert all("x-dead-letter-routing-key" not in arguments for arguments in waiting)
    assert {arguments["x-dead-letter-exchange"] for arguments in waiting} == {""}


def test_bindings() -> None:
    bindings = {(row.exchange, row.routing_key, row.queue) for row in table(POST).bindings}
    assert bindings == {
        ("post", "a.v1", "q"),
        ("post", "b.v1", "q"),
        ("post", "a.v1", "r"),
        ("post.dead", "q", "q.dead"),
        ("post.dead", "r", "r.dead"),
        *((f"post.delay.{seconds}s", "", f"post.delay.{seconds}s") for seconds in (1, 5, 30)),
    }


def test_a_lane_is_bound_by_its_own_key() -> None:
    lanes = Topology(
        exchange="post",
        queues=(Queue(name="q", types=("a.v1",), lane="bulky"), Queue(name="r", types=("a.v1",))),
        unheard=frozenset(),
    )
    bound = {(row.routing_key, row.queue) for row in table(lanes).bindings if row.exchange == "post"}
    assert bound == {("a.v1.bulky", "q"), ("a.v1", "r"), ("a.v1.bulky", "r")}


def test_definitions_hold_the_whole_table() -> None:
    rows = table(POST)
    written = definitions(POST, vhost="v")
    assert {name: len(entries) for name, entries in written.items()} == {
        "exchanges": len(rows.exchanges),
        "queues": len(rows.queues),
        "bindings": len(rows.bindings),
    }
    assert {entry["vhost"] for entries in written.values() for entry in entries} == {"v"}
    assert written["queues"][0]["arguments"] == rows.queues[0].arguments
