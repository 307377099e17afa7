"""One program run as a child: started so that it can't outlive us, stopped in steps, found again after a crash."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from deploy.embedded import identity

_LAUNCH = Path(__file__).with_name("launch.py")
_POLL_SECONDS = 0.05
_TAIL_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to run and how it likes to be stopped."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    user: str = ""  # a system user to become, or empty for our own
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 20.0  # seconds between the stop signal and SIGKILL
    log: Path | None = None  # where its output goes; None gives a pipe for the caller to read


@dataclass(slots=True)
class Process:
    """A run of a program. Start it from a thread that lives as long as the program should: Linux ends the child
    when the *thread* that made it ends."""

    program: Program
    pid_file: Path
    _child: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    def start(self) -> None:
        end_leftover(self.pid_file, self.program.stop_signal, grace=self.program.grace)
        program = self.program
        parent = [str(os.getpid()), str(int(program.stop_signal)), program.user]
        argv = [sys.executable, "-I", "-S", str(_LAUNCH), *parent, "--", *program.argv]
        if program.log is None:
            self._child = self._spawn(argv, subprocess.PIPE)
        else:
            with program.log.open("wb") as log:
                self._child = self._spawn(argv, log)
        identity.write(self.pid_file, self._child.pid)

    def _spawn(self, argv: list[str], output: "int | IO[bytes]") -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            argv,
            env=dict(self.program.env),
            cwd=self.program.cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for us alone: we stop our children in order
        )

    @property
    def output(self) -> IO[bytes] | None:
        """The pipe of what it prints, if it has no log file."""
        return None if self._child is None else self._child.stdout

    def ended(self) -> int | None:
        """The exit status, or None while it runs or before it was started."""
        return None if self._child is None else self._child.poll()

    def is_running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def wait(self, seconds: float) -> int | None:
        """The exit status when it has ended by itself, or None if it had to be stopped after that many seconds."""
        if self._child is None:
            return None
        try:
            status = self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            status = None
        self.stop()
        return status

    def ask_to_stop(self) -> None:
        """Send the stop signal and return at once; `stop` does the rest."""
        if self._child is not None and self._child.poll() is None:
            self._child.send_signal(self.program.stop_signal)

    def stop(self) -> None:
        """Ask it to stop, wait for as long as its grace, then end it and whatever it left in its session."""
        child = self._child
        if child is None:
            return
        self.ask_to_stop()
        try:
            child.wait(self.program.grace)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        end_session(child.pid)
        if child.stdout is not None:
            child.stdout.close()
        self.pid_file.unlink(missing_ok=True)
        self._child = None

    def log_tail(self) -> str:
        """The last lines of its log file, to show when it failed."""
        log = self.program.log
        if log is None or not log.exists():
            return ""
        return log.read_bytes()[-_TAIL_BYTES:].decode("utf-8", "replace").strip()


def end_session(leader: int) -> None:
    """SIGKILL what is left of a session whose leader was ours."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def end_leftover(pid_file: Path, stop_signal: signal.Signals, *, grace: float) -> None:
    """Stop the process that an earlier, killed run left behind; a number that now belongs to another is let be."""
    left = identity.read(pid_file)
    if left is not None:
        os.kill(left.pid, stop_signal)
        deadline = time.monotonic() + grace
        pause = threading.Event()
        while left.is_alive() and time.monotonic() < deadline:
            pause.wait(_POLL_SECONDS)
        end_session(left.pid)
    pid_file.unlink(missing_ok=True)
