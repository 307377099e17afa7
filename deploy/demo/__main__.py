"""`python -m deploy.demo`: create 500 sample Seats through the API, save their summary, end."""

import os
import sys
from pathlib import Path

from deploy.demo.api import Api, Job, Refused
from deploy.demo.running_stack import stack
from deploy.demo.sample_job import Result, create_seats, has_been_here, new_edition
from deploy.embedded.errors import StartFailed
from deploy.embedded.parts import ROOT

SAMPLE = ROOT / "examples" / "seats-500.csv"


class Terminal:
    """Says lines, and shows progress on one line where there is a person to see it move."""

    def __init__(self) -> None:
        self._shown = ""

    def say(self, line: str) -> None:
        self._write(f"{line}\n")

    def progress(self, job: Job) -> None:
        rows = f"{job.processed} of {job.rows} rows" if job.rows else "counting rows"
        line = f"{job.state}: {rows}"
        if line != self._shown:
            self._shown = line
            moving = sys.stdout.isatty() and not job.ended
            self._write(f"\r{line:<60}" + ("" if moving else "\n"))

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()


def run(api: Api, terminal: Terminal, data: Path) -> Result:
    """The sample file as it is; where its Seats are there already, a new edition of it."""
    terminal.say(f"Sending {os.path.relpath(SAMPLE)}.")
    result = create_seats(api, SAMPLE, show=terminal.progress)
    while has_been_here(api, result.job):
        file = new_edition(data / "demo")
        terminal.say(f"Those Seats have been created before. Sending other ones: {os.path.relpath(file)}")
        result = create_seats(api, file, show=terminal.progress)
    return result


def tell(result: Result, terminal: Terminal) -> int:
    """What came of it, and the exit status."""
    job = result.job
    terminal.say(
        f"{job.rows} rows: {job.created} created, {job.failed} failed, {job.not_processed} not processed, "
        f"in {result.seconds:.1f} s from upload to end."
    )
    if result.summary is not None:
        terminal.say(f"Summary: {os.path.relpath(result.summary)}")
    if job.state == "completed":
        return 0
    terminal.say(f"The job ended as {job.state}. {job.message}")
    return 1


def main() -> int:
    terminal = Terminal()
    data = Path(os.environ.get("BULK_DATA") or ".run").absolute()
    try:
        with stack(data, os.environ, terminal.say) as connection:
            api = Api(connection.url)
            try:
                api.sign_in(connection.user, connection.password)
                return tell(run(api, terminal, data), terminal)
            finally:
                api.close()
    except (Refused, StartFailed) as error:
        terminal.say(str(error))
        return 1
    except KeyboardInterrupt:
        terminal.say("Interrupted. The job, if it was made, goes on when Bulk Manager runs again.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
