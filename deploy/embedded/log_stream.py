"""One log stream of many processes: each line names the service it comes from."""

import re
import sys
import threading
from typing import IO, TextIO

_NAMED = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z [A-Z]+ (?P<service>\S+) |\{")
"""A line that our own logging wrote, as text or JSON: it names its service itself."""


def is_log_line(line: str) -> bool:
    """Whether a line of `make run` is a service's, rather than a word to the person who typed it."""
    return bool(_NAMED.match(line) or re.match(r"[a-z]+-(web|worker) \| ", line))


def named(line: str, name: str) -> str:
    """The line as it is if it says where it comes from, else (tracebacks, other programs) with the name before it."""
    return line if _NAMED.match(line) else f"{name} | {line}"


class LogStream:
    """Where all lines go, one at a time."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = sys.stdout if out is None else out
        self._lock = threading.Lock()

    def say(self, line: str) -> None:
        """Write a line now. A reader that has gone away must not stop the stack."""
        with self._lock:
            try:
                self._out.write(f"{line}\n")
                self._out.flush()
            except (BrokenPipeError, ValueError):
                return

    def follow(self, output: IO[bytes], name: str) -> threading.Thread:
        """Pass on what a process prints, in a thread of its own, until it closes its output."""
        thread = threading.Thread(target=self._pass_on, args=(output, name), name=f"log of {name}", daemon=True)
        thread.start()
        return thread

    def _pass_on(self, output: IO[bytes], name: str) -> None:
        for raw in iter(output.readline, b""):
            self.say(named(raw.decode("utf-8", "replace").rstrip("\r\n"), name))
