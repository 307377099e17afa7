"""Wires the validator's process: `python -m services.validator worker`."""

import gc
import os
import sys
from functools import partial

from contracts import template
from contracts.codec import Codec
from contracts.failure import job_failed
from contracts.messages import Contract
from contracts.sealing import Sealer
from contracts.topology import TOPOLOGY, VALIDATOR, VALIDATOR_LARGE, VALIDATOR_RELEASES
from messaging.consumer import Consumer
from messaging.rabbitmq import RabbitBus
from messaging.stopping import stop_on_signals
from messaging.together import run_together
from services.validator.accepted import UploadAccepted
from services.validator.conflicts import HttpDirectory
from services.validator.handler import STAGE, Surroundings, handle
from services.validator.settings import Settings
from services.validator.source import UploadSource
from services.validator.waiting import WaitingChunks
from settings import BadSetting
from telemetry import failpoints, logs
from telemetry.health import HealthServer
from web.access import AccessKey
from web.client import ServiceClient, ServiceUnavailable

# Cells come as lists of hundreds, none of them in a cycle, which each collection looks through in vain.
_COLLECT_AFTER = 20_000

# Seconds that a thread computes before others get their turn. With Python's 5 ms the steps of an HTTP call wait so long
# for the thread that checks rows that answers come later than if nobody had computed meanwhile.
_TURN = 0.000_5


def surroundings(settings: Settings) -> Surroundings:
    """What the handler works with; makes the folder for temporary files, readable by this user alone."""
    settings.spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = AccessKey(settings.access_key)
    upload = ServiceClient(settings.upload_url, key)
    return Surroundings(
        template=template.version,
        source=UploadSource(upload),
        directory=HttpDirectory(ServiceClient(settings.provisioner_url, key)),
        sealer=Sealer(settings.sealing_keys),
        limits=settings.limits,
        folder=settings.spool,
        waiting=WaitingChunks(UploadAccepted(upload)),
        window=settings.chunks_in_flight,
    )


def work(settings: Settings, around: Surroundings) -> None:
    """Validate, and release chunks, until SIGTERM or SIGINT; what is in hand is finished first."""
    bus = RabbitBus(settings.amqp_url, TOPOLOGY, declare=settings.declare, app_id=STAGE)
    stop = stop_on_signals(bus)
    health = HealthServer(settings.health_listen, alive=bus.is_alive, ready=lambda: {"broker": bus.is_ready()})
    consumers = {
        "jobs": _consumer(bus, VALIDATOR.name, around),
        "large jobs": _consumer(bus, VALIDATOR_LARGE.name, around),
        "releases": _consumer(bus, VALIDATOR_RELEASES.name, around),
    }
    health.start()
    try:
        run_together({name: consumer.run for name, consumer in consumers.items()}, stop=stop)
    finally:
        health.stop()
        bus.close()


def _consumer(bus: RabbitBus, queue: str, around: Surroundings) -> Consumer[Contract]:
    return Consumer(
        bus,
        queue=queue,
        codec=Codec(STAGE),
        handler=partial(handle, surroundings=around),
        unavailable=(ServiceUnavailable,),
        on_dead_letter=partial(job_failed, stage=STAGE),
    )


def main(arguments: list[str]) -> int:
    """Start what the argument names; the exit status."""
    if arguments != ["worker"]:
        sys.stderr.write("usage: python -m services.validator worker\n")
        return 2
    try:
        settings = Settings.from_env(os.environ)
        around = surroundings(settings)
    except (BadSetting, ValueError) as error:  # a key that is too short is a ValueError
        sys.stderr.write(f"{STAGE}: {error}\n")
        return 2
    logs.configure(STAGE, style=settings.log_style)
    failpoints.arm(os.environ)
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)
    sys.setswitchinterval(_TURN)
    work(settings, around)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
