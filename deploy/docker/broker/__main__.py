"""`python -m deploy.docker.broker`: set up users and queues of the broker, once, before the services start."""

import os
import sys
import threading

from deploy.docker.broker.management import Management, ManagementRefused
from deploy.docker.broker.setup import set_up
from deploy.docker.broker.users import USERS

_TRIES = 30
_PAUSE_SECONDS = 2.0


def main() -> int:
    env = os.environ
    broker = Management(url=env["BULK_MANAGEMENT_URL"], user=env["RABBITMQ_USER"], password=env["RABBITMQ_PASSWORD"])
    passwords = {user.name: env[f"BULK_{user.name.upper()}_AMQP_PASSWORD"] for user in USERS}
    pause = threading.Event()
    for _ in range(_TRIES):
        try:
            set_up(broker, vhost=env.get("BULK_VHOST", "bulk"), users=USERS, passwords=passwords)
        except ManagementRefused as error:
            sys.stdout.write(f"{error}\n")
            return 1
        except OSError as error:  # the port opens some time after the broker answers its health check
            sys.stdout.write(f"waiting for {broker.url}: {error}\n")
            pause.wait(_PAUSE_SECONDS)
        else:
            sys.stdout.write("The broker's queues and users are set up.\n")
            return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
