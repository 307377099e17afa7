"""One file from upload to summary, with progress on the terminal."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy import sample
from deploy.demo.api import Api, Job, Refused

_POLL_SECONDS = 0.1
_PATIENCE_SECONDS = 300.0
_TAKEN = "seat_exists"
COUNT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    job: Job
    file: Path
    summary: Path | None
    seconds: float


def create_seats(api: Api, file: Path, *, show: Callable[[Job], None]) -> Result:
    """Do the main job with a file. The summary is written beside it, unless nothing was created."""
    began = time.monotonic()
    job_id = api.create(api.upload(file))
    pause = threading.Event()
    job = api.job(job_id)
    while not job.ended:
        show(job)
        if time.monotonic() - began > _PATIENCE_SECONDS:
            raise Refused(f"Job {job_id} has not ended within {_PATIENCE_SECONDS:.0f} s; it is still {job.state}.")
        pause.wait(_POLL_SECONDS)
        job = api.job(job_id)
    seconds = time.monotonic() - began
    show(job)
    summary: Path | None = None
    if job.state in {"completed", "completed_with_errors"}:
        summary = file.with_suffix(".summary.csv")
        api.save_summary(job_id, summary)
    return Result(job=job, file=file, summary=summary, seconds=seconds)


def has_been_here(api: Api, job: Job) -> bool:
    """Whether a file was refused only because its Seats are there already."""
    if job.state != "rejected":
        return False
    codes = {str(problem["code"]) for problem in api.problems(job.job_id)}
    return codes == {_TAKEN}


def new_edition(folder: Path) -> Path:
    """The same people under other e-mails, extensions, numbers and devices: a file that no earlier one clashes with."""
    folder.mkdir(parents=True, exist_ok=True)
    edition = 1
    while (file := folder / f"seats-{COUNT}-{edition}.csv").exists():
        edition += 1
    file.write_text(sample.csv_text(COUNT, edition=edition), "utf-8", newline="")
    return file
