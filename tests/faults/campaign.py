"""Runs: a few jobs, one fault, and everything checked when the dust has settled. All from one seed."""

import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from deploy.embedded.errors import StartFailed
from tests.faults import observe
from tests.faults.asking import NotTaken, Sender
from tests.faults.history import ENDED, Broken, Violation, check
from tests.faults.jobs import Deck, Job
from tests.faults.nemesis import FAULTS, group, struck
from tests.faults.system import System
from tests.faults.world import CanNotStrike, Fault, World

BOUND = 90.0
"""Seconds after the fault within which every job has to end."""

_POLL = 0.1

Deal = Callable[[int, Random, Sender], Sequence[Job]]
"""Given the number of a run, its chance, and a sender."""


def creations(number: int, chance: Random, _: Sender) -> Sequence[Job]:
    """A few jobs that create Seats."""
    return Deck(number, chance).jobs()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Of one run. `recovery`: seconds from the return of a server until all was done, where one had gone. `reached`:
    whether a process came to its failpoint, where it had one."""

    number: int
    fault: str
    seconds: float
    jobs: int
    rows: int
    deaths: int
    recovery: float | None = None
    reached: bool | None = None
    notes: Sequence[str] = ()
    violations: Sequence[Violation] = ()
    skipped: str = ""


@dataclass(slots=True, kw_only=True)
class Campaign:
    """`kinds`: the faults; `only`: how the names of those to choose begin, or none for all. `bound` and `empty`:
    seconds within which jobs have to end, and queues to be empty then. `flags`: what else it takes to repeat a run.
    `deal`: how the jobs of a run are chosen; it may let a sender make what they need before anything breaks."""

    system: System
    seed: int
    only: Sequence[str] = ()
    kinds: Mapping[str, Fault] = field(default_factory=lambda: FAULTS)
    bound: float = BOUND
    empty: float = 45.0
    flags: str = ""
    deal: Deal = creations
    say: Callable[[str], None] = field(default=lambda line: print(line, flush=True))  # noqa: T201 - a program's output

    def faults(self) -> list[str]:
        names = [name for name in self.kinds if not self.only or any(name.startswith(kind) for kind in self.only)]
        if not names:
            raise StartFailed(f"there is no fault that begins with {' or '.join(self.only)}")
        return names

    def run(self, numbers: Sequence[int]) -> list[Result]:
        """All of them, but none after one that found a violation."""
        observe.listen(self.system)
        results: list[Result] = []
        for number in numbers:
            results.append(self._one(number))
            self._tell(results[-1])
            if results[-1].violations:
                break
        return results

    def _one(self, number: int) -> Result:
        """The fault follows from the number, so that all have their turn; everything else from seed and number."""
        names = self.faults()
        order = Random(f"{self.seed}:{number // len(names)}").sample(names, len(names))
        name = order[number % len(names)]
        chance = Random(f"{self.seed}:{number}")
        marks = self.system.folder / "marks" / f"{self.seed}-{number}"
        marks.mkdir(exist_ok=True)
        world = World(system=self.system, chance=chance, marks=marks, clock=time.monotonic)
        sender = Sender(self.system)
        jobs = self.deal(number, chance, sender)
        began, deaths, skipped = time.monotonic(), self.system.deaths, ""
        recovery: float | None = None
        violations: list[Violation] = []
        try:
            with ThreadPoolExecutor(len(jobs)) as senders, struck(world, self.kinds[name]) as strike:
                promised = [senders.submit(self._send, job) for job in jobs]
                strike()
                violations = _not_taken(promised, jobs)
            states = self._states(sender, jobs)
            if world.returned is not None:
                recovery = time.monotonic() - world.returned
            violations += check(observe.history(self.system, sender, jobs, states, patience=self.empty))
            self.system.disarm()
        except CanNotStrike as error:
            skipped = str(error)
        finally:
            sender.close()
        return Result(
            number=number,
            fault=name,
            seconds=time.monotonic() - began,
            jobs=len(jobs),
            rows=sum(len(job.rows) for job in jobs),
            deaths=self.system.deaths - deaths,
            recovery=recovery,
            reached=any(marks.iterdir()) if name.startswith("failpoint") else None,
            notes=world.notes,
            violations=violations,
            skipped=skipped,
        )

    def _send(self, job: Job) -> None:
        sender = Sender(self.system)
        time.sleep(job.delay)
        try:
            sender.send(job)
            if job.cancel_after is not None:
                time.sleep(job.cancel_after)
                sender.cancel(job)
        finally:
            sender.close()

    def _states(self, sender: Sender, jobs: Sequence[Job]) -> dict[UUID, str]:
        """How the jobs ended; those that did not within the bound are as they are."""
        states: dict[UUID, str] = {}
        deadline = time.monotonic() + self.bound
        while time.monotonic() < deadline:
            for job in jobs:
                status, body = sender.look(f"/jobs/{job.job_id}")
                if status == 200:
                    states[job.job_id] = json.loads(body)["state"]
            if len(states) == len(jobs) and ENDED.issuperset(states.values()):
                break
            time.sleep(_POLL)
        return states

    def _tell(self, result: Result) -> None:
        what = f"run {result.number}: {result.fault}{''.join(f', {note}' for note in result.notes)}"
        if result.skipped:
            self.say(f"{what}: left out, {result.skipped}")
            return
        found = "ok" if not result.violations else f"{len(result.violations)} VIOLATIONS"
        back = "" if result.recovery is None else f", done {result.recovery:.1f} s after its return"
        missed = ", failpoint not reached" if result.reached is False else ""
        self.say(f"{what}: {found}{missed}, {result.jobs} jobs, {result.rows} rows, {result.seconds:.1f} s{back}")
        for violation in result.violations[:20]:
            self.say(f"    {violation}")
        if result.violations:
            only = "".join(f" --only '{kind}'" for kind in self.only)
            self.say(
                f"Again: {sys.executable} -m tests.faults --seed {self.seed} --first {result.number} --runs 1{only}"
            )


def _not_taken(promised: Sequence["Future[None]"], jobs: Sequence[Job]) -> list[Violation]:
    """A job that was never taken, however often its sender asked, is a job unfinished."""
    found = []
    for future, job in zip(promised, jobs, strict=True):
        try:
            future.result()
        except NotTaken as error:
            found.append(Violation(broken=Broken.UNFINISHED, text=str(error), job_id=job.job_id))
    return found


def median_recovery(results: Sequence[Result], server: str) -> float | None:
    """In seconds; `server` is how the names of its faults begin."""
    times = [r.recovery for r in results if r.recovery is not None and r.fault.startswith(server)]
    return statistics.median(times) if times else None


def by_group(results: Sequence[Result]) -> dict[str, list[Result]]:
    """The results that count, by kind of fault."""
    groups: dict[str, list[Result]] = {}
    for result in results:
        if not result.skipped:
            groups.setdefault(group(result.fault), []).append(result)
    return groups
