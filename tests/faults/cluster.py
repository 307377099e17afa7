"""Three RabbitMQ nodes on this machine as one cluster: quorum queues live on all of them, any one may be away."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.embedded.errors import StartFailed
from deploy.embedded.ports import free_ports
from deploy.embedded.process import Process
from deploy.embedded.rabbitmq import PORTS, RabbitServer
from deploy.embedded.rabbitmq_program import find

SIZE = 3


@dataclass(slots=True)
class Cluster:
    """Start and stop it, and its nodes one by one, from one thread that lives as long."""

    folder: Path
    password: str
    nodes: list[RabbitServer] = field(default_factory=list, init=False)
    _mapper: Process | None = field(default=None, init=False)

    @property
    def urls(self) -> str:
        """The addresses of all nodes, as the services take them."""
        return ",".join(node.url() for node in self.nodes)

    def start(self) -> None:
        """The first node alone, then the others, who join it."""
        program = find()
        if program is None:
            raise StartFailed("RabbitMQ is not on this machine: `make test` installs it.")
        ports = iter(free_ports(1 + SIZE * len(PORTS)))
        epmd, names = next(ports), [f"bulk{number}@localhost" for number in range(1, SIZE + 1)]
        cookie = secrets.token_hex(20)
        for name in names:
            folder = self.folder / name.partition("@")[0]
            node = RabbitServer(
                program=program,
                folder=folder,
                ports={kind: next(ports) for kind in PORTS} | {"epmd": epmd},
                password=self.password,
                node=name,
                maps=False,
            )
            _prepare(folder, cookie, names)
            self.nodes.append(node)
        self._mapper = Process(self.nodes[0].mapper_program(), self.folder / "epmd.pid")
        self._mapper.start()
        for node in self.nodes:
            node.start()

    def stop(self) -> None:
        for node in reversed(self.nodes):
            node.stop()
        if self._mapper is not None:
            self._mapper.stop()


def _prepare(folder: Path, cookie: str, names: list[str]) -> None:
    """What the nodes have in common: who they are, and the word by which they know each other."""
    for name in ("", "log", "conf.d"):
        (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    lines = ["cluster_formation.peer_discovery_backend = classic_config", "cluster_partition_handling = pause_minority"]
    lines += [f"cluster_formation.classic_config.nodes.{n} = {name}" for n, name in enumerate(names, 1)]
    (folder / "conf.d" / "10-cluster.conf").write_text("\n".join(lines) + "\n")
    word = folder / ".erlang.cookie"
    word.touch(mode=0o600)
    word.write_text(cookie)


@contextmanager
def started(folder: Path, *, password: str) -> Iterator[Cluster]:
    cluster = Cluster(folder, password)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
