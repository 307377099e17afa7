"""Several loops in one process: they end together, and an unforeseen error of one is the process's."""

import logging
import threading
from collections.abc import Callable, Mapping

log = logging.getLogger(__name__)


def run_together(loops: Mapping[str, Callable[[threading.Event], None]], *, stop: threading.Event) -> None:
    """Run each loop in a thread until ``stop`` is set; all must end then. Raises the first error that one raised.

    A loop that ends sets ``stop``, however it ends: a process of which a part is missing is worse than none.
    """
    errors: list[BaseException] = []

    def run(name: str, loop: Callable[[threading.Event], None]) -> None:
        try:
            loop(stop)
        except BaseException as error:
            log.exception("%s broke down", name)
            errors.append(error)
        finally:
            stop.set()

    threads = [threading.Thread(target=run, args=item, name=item[0]) for item in loops.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
