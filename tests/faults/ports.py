"""Ports that stay free while their server is away."""

import random

from deploy.embedded.ports import is_free

_chance = random.SystemRandom()


def quiet_ports(count: int) -> list[int]:
    """Free ports that no outgoing connection is given while their server is away: below the range for these."""
    chosen: list[int] = []
    while len(chosen) < count:
        port = _chance.randrange(10_000, 32_000)
        if port not in chosen and is_free(port):
            chosen.append(port)
    return chosen
