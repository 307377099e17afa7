"""Exit status 0 if the process that listens on the given host:port is ready: `python -m deploy.docker.health :8000`."""

import http.client
import sys


def is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if is_ready(int(sys.argv[1].rpartition(":")[2])) else 1)
