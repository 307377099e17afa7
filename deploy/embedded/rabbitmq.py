"""A private RabbitMQ node: own name, ports, data folder, cookie and port mapper on loopback; no system service."""

import os
import secrets
import socket
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from deploy.embedded.errors import StartFailed
from deploy.embedded.ports import HOST
from deploy.embedded.process import Process, Program

PORTS = ("amqp", "management", "distribution", "epmd")
_START_SECONDS = 120.0
_POLL_SECONDS = 0.2
_AMQP_GREETING = b"AMQP\x00\x00\x09\x01"
_METHOD_FRAME = b"\x01"
_CONFIG = """\
listeners.tcp.1 = {host}:{amqp}
management.tcp.ip = {host}
management.tcp.port = {management}
default_vhost = {vhost}
default_user = {user}
default_pass = {password}
disk_free_limit.absolute = 50MB
log.console = true
log.console.level = warning
log.file = false
"""


@dataclass(slots=True, kw_only=True)
class RabbitServer:
    """The node; a context manager. `ports` has a number for each of PORTS; keep folder and node name together.

    `maps`: whether it has a port mapper of its own; nodes that are to find each other have one together.
    """

    program: Path
    folder: Path
    ports: dict[str, int]
    password: str
    user: str = "bulk"
    vhost: str = "bulk"
    node: str = "bulk@localhost"
    maps: bool = True
    _mapper: Process | None = field(default=None, init=False)
    _broker: Process | None = field(default=None, init=False)

    def __enter__(self) -> "RabbitServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def url(self, vhost: str | None = None) -> str:
        name = quote(self.vhost if vhost is None else vhost, safe="")
        return f"amqp://{self.user}:{quote(self.password, safe='')}@{HOST}:{self.ports['amqp']}/{name}"

    @property
    def management_url(self) -> str:
        return f"http://{HOST}:{self.ports['management']}"

    def start(self) -> None:
        """Start the port mapper and the node, and return when the node takes connections."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Start the port mapper and the node without waiting: it takes a while, in which other things can start."""
        self._write_files()
        self._broker = Process(self._broker_program(), self.folder / "rabbitmq.pid")
        if self.maps:
            self._mapper = Process(self.mapper_program(), self.folder / "epmd.pid")
            self._mapper.start()
        self._broker.start()

    def wait(self) -> None:
        """Return when the node takes connections; if it fails, everything is stopped and StartFailed tells why."""
        if self._broker is None:
            raise RuntimeError("launch it first")
        try:
            self._wait(self._broker)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the node, then the port mapper."""
        for process in (self._broker, self._mapper):
            if process is not None:
                process.stop()
        self._broker = self._mapper = None

    def is_running(self) -> bool:
        needed = (self._broker, self._mapper) if self.maps else (self._broker,)
        return all(process is not None and process.is_running() for process in needed)

    def _write_files(self) -> None:
        """Its configuration, plug-ins and cookie; only the owner may read them, for they hold the password."""
        for name in ("", "data", "log", "generated", "conf.d"):
            (self.folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        address = {"host": HOST, **self.ports}
        config = _CONFIG.format(vhost=self.vhost, user=self.user, password=self.password, **address)
        _write_private(self.folder / "rabbitmq.conf", config)
        _write_private(self.folder / "rabbitmq-env.conf", "")
        _write_private(self.folder / "enabled_plugins", "[rabbitmq_management].\n")
        if not (self.folder / ".erlang.cookie").exists():
            _write_private(self.folder / ".erlang.cookie", secrets.token_hex(20))

    def environment(self) -> dict[str, str]:
        """All paths are set, so that nothing under /etc/rabbitmq or /var/lib/rabbitmq has a say."""
        folder = self.folder
        return {
            "PATH": os.pathsep.join(
                ["/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin", "/usr/sbin", "/usr/bin", "/bin"]
            ),
            "HOME": str(folder),
            "LC_ALL": "C.UTF-8",
            "ERL_EPMD_PORT": str(self.ports["epmd"]),
            "ERL_EPMD_ADDRESS": HOST,
            "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_DIST_PORT": str(self.ports["distribution"]),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_CONFIG_FILES": str(folder / "conf.d"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "generated"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_PID_FILE": str(folder / "node.pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RUNNING_UNDER_SYSTEMD": "true",  # its start script becomes the node, instead of a shell that waits for it
        }

    def mapper_program(self) -> Program:
        """`epmd` in the foreground as our child; left to itself RabbitMQ would start one that outlives it."""
        argv = ["epmd", "-port", str(self.ports["epmd"]), "-address", HOST]
        log = self.folder / "log" / "epmd.log"
        return Program(name="epmd", argv=argv, env=self.environment(), cwd=self.folder, grace=3, log=log)

    def _broker_program(self) -> Program:
        log = self.folder / "log" / "rabbitmq.log"
        argv = [str(self.program)]
        return Program(name="rabbitmq", argv=argv, env=self.environment(), cwd=self.folder, grace=45, log=log)

    def _wait(self, broker: Process) -> None:
        deadline = time.monotonic() + _START_SECONDS
        pause = threading.Event()
        while not speaks_amqp(HOST, self.ports["amqp"]):
            if broker.ended() is not None:
                raise StartFailed(f"RabbitMQ ended while starting. The end of its log:\n{broker.log_tail()}")
            if time.monotonic() > deadline:
                raise StartFailed(
                    f"RabbitMQ was not ready within {_START_SECONDS:.0f} s. The end of its log:\n{broker.log_tail()}"
                )
            pause.wait(_POLL_SECONDS)


def speaks_amqp(host: str, port: int) -> bool:
    """Whether a broker answers the protocol's greeting; RabbitMQ opens its listeners last, so it is then ready."""
    try:
        with socket.create_connection((host, port), timeout=5) as connection:
            connection.sendall(_AMQP_GREETING)
            return connection.recv(1) == _METHOD_FRAME
    except OSError:
        return False


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text)
