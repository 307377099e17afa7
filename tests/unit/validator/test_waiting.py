"""Chunks in flight: a job's first window at once, each of the others when a chunk before it is done."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

import pytest

from contracts.codec import Codec
from contracts.messages import (
    Contract,
    JobAcceptedV1,
    JobSubmittedV1,
    SeatsAcceptedV1,
    SeatsProvisionedV1,
    Successful,
    ValidationStartedV1,
)
from messaging.errors import Retry, Unavailable
from services.validator.handler import handle
from services.validator.waiting import WaitingChunks
from tests.unit.contracts.chunk_rows import rows_of
from tests.unit.validator.fakes import ACCOUNT, NOW, Kept, Site, csv_of, seat

CHUNKS = 5
DATA = csv_of(seat(n, password=f"{n:08d}") for n in range(1000 * (CHUNKS - 1) + 10))
JOB = UUID(int=7)
CODEC = Codec("test", clock=lambda: NOW)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(folder=tmp_path, window=3)


def done(job_id: UUID, chunk: int) -> SeatsProvisionedV1:
    return SeatsProvisionedV1(
        job_id=job_id, account=ACCOUNT, chunk=chunk, successful=Successful(), failed=(), provisioned_at=NOW
    )


def told(site: Site, message: Contract) -> list[Contract]:
    return list(handle(message, surroundings=site.surroundings()))


def chunks_of(messages: Iterable[Contract]) -> list[SeatsAcceptedV1]:
    return [message for message in messages if isinstance(message, SeatsAcceptedV1)]


@dataclass
class Provisioner:
    """Answers one chunk after the other, and remembers how many waited for it, and what it was sent."""

    site: Site
    job: JobSubmittedV1
    queue: deque[SeatsAcceptedV1] = field(default_factory=deque)
    seen: dict[int, SeatsAcceptedV1] = field(default_factory=dict)
    most: int = 0

    def take(self, messages: Iterable[Contract]) -> None:
        self.queue += chunks_of(messages)
        self.most = max(self.most, len(self.queue))

    def work(self, *, times: int = 1, most: int | None = None) -> None:
        """Answer chunks, each so many times, until none is left or ``most`` were answered."""
        while self.queue and most != 0:
            chunk = self.queue.popleft()
            assert lines(self.seen.setdefault(chunk.chunk, chunk)) == lines(chunk)
            for _ in range(times):
                self.take(told(self.site, done(chunk.job_id, chunk.chunk)))
            most = None if most is None else most - 1


def lines(chunk: SeatsAcceptedV1) -> tuple[int, list[int]]:
    return chunk.chunk, list(chunk.lines)


def all_rows(provisioner: Provisioner) -> list[int]:
    return [line for number in sorted(provisioner.seen) for line in provisioner.seen[number].lines]


def test_a_slow_provisioner_never_has_more_than_the_window_before_it(site: Site) -> None:
    job = site.submit(DATA)
    provisioner = Provisioner(site, job)
    started, accepted, *chunks = told(site, job)
    assert isinstance(started, ValidationStartedV1)
    assert isinstance(accepted, JobAcceptedV1)
    assert (accepted.chunks, len(chunks)) == (CHUNKS, 3)
    provisioner.take(chunks)
    provisioner.work()
    assert provisioner.most == 3
    assert sorted(provisioner.seen) == list(range(1, CHUNKS + 1))
    assert all_rows(provisioner) == list(range(2, accepted.rows + 2))


def test_a_chunk_that_waited_is_the_chunk_that_would_have_been_sent_at_once(site: Site) -> None:
    job = site.submit(DATA)
    at_once = chunks_of(told(Site(folder=site.folder, files=site.files, window=CHUNKS), job))
    told(site, job)
    for chunk in at_once[3:]:
        [waited] = told(site, done(job.job_id, chunk.chunk - 3))
        assert isinstance(waited, SeatsAcceptedV1)
        assert (waited.chunk, waited.columns, waited.template_version) == (chunk.chunk, chunk.columns, 1)
        assert lines(waited) == lines(chunk)
        assert [row.values[:5] for row in rows_of(waited)] == [row.values[:5] for row in rows_of(chunk)]
        assert CODEC.encode(waited).message_id == CODEC.encode(chunk).message_id


@pytest.mark.parametrize("window", [CHUNKS, CHUNKS + 1])
def test_of_a_small_job_nothing_is_kept(site: Site, window: int) -> None:
    kept = Kept()
    site.window, site.kept = window, kept
    job = site.submit(DATA)
    assert len(chunks_of(told(site, job))) == CHUNKS
    assert kept.stored == {}
    assert [told(site, done(job.job_id, n)) for n in range(1, CHUNKS + 1)] == [[]] * CHUNKS


def test_all_that_waits_is_safe_before_the_job_is_accepted(site: Site) -> None:
    kept = Kept()
    site.kept = kept
    messages = handle(site.submit(DATA), surroundings=site.surroundings())
    next(messages)
    assert kept.stored == {}
    assert isinstance(next(messages), JobAcceptedV1)
    assert len(kept.stored) == 1


def test_chunks_that_are_done_twice_change_nothing_but_the_number_of_messages(site: Site) -> None:
    job = site.submit(DATA)
    provisioner = Provisioner(site, job)
    provisioner.take(told(site, job))
    provisioner.work(times=2)
    assert sorted(provisioner.seen) == list(range(1, CHUNKS + 1))


@pytest.mark.parametrize("cut", range(2, 5))
@pytest.mark.parametrize("answered", [0, 3])
@pytest.mark.parametrize("window", [1, 4])
def test_killed_anywhere_and_run_again_all_chunks_come(site: Site, cut: int, answered: int, window: int) -> None:
    """Also with another window than before."""
    job = site.submit(DATA)
    provisioner = Provisioner(site, job)
    first = handle(job, surroundings=site.surroundings())
    provisioner.take([message for _, message in zip(range(cut), first, strict=False)])
    del first
    provisioner.work(most=answered)
    site.window = window
    provisioner.take(told(site, job))
    provisioner.work()
    assert sorted(provisioner.seen) == list(range(1, CHUNKS + 1))
    assert all_rows(provisioner) == list(range(2, 4012))


def test_a_job_that_is_over_gets_no_more_than_the_window(site: Site) -> None:
    job = site.submit(DATA)
    kept = Kept(over={job.job_id})
    site.kept = kept
    assert [chunk.chunk for chunk in chunks_of(told(site, job))] == [1, 2, 3]
    assert told(site, done(job.job_id, 1)) == []


def test_a_file_removed_between_its_offsets_and_its_chunk_is_no_harm(site: Site) -> None:
    class Removed(Kept):
        def read(self, account: str, job_id: UUID, start: int, stop: int) -> bytes | None:
            return None if start else super().read(account, job_id, start, stop)

    site.kept = Removed()
    job = site.submit(DATA)
    told(site, job)
    assert told(site, done(job.job_id, 1)) == []


def test_accounts_and_jobs_are_apart(site: Site) -> None:
    job = site.submit(DATA)
    told(site, job)
    assert told(site, replace(done(job.job_id, 1), account="globex")) == []
    assert told(site, done(JOB, 1)) == []


def keep(waiting: WaitingChunks, chunk: SeatsAcceptedV1) -> int | None:
    body = CODEC.encode(chunk).body
    return waiting.keep(ACCOUNT, JOB, [len(body)], [body])


@pytest.mark.parametrize("change", ["cut", "a bit", "of another job", "no chunk"])
def test_a_damaged_chunk_is_never_sent(site: Site, change: str) -> None:
    kept = Kept()
    waiting = WaitingChunks(kept)
    chunk = SeatsAcceptedV1(
        job_id=JOB, account=ACCOUNT, template_version=1, chunk=2, columns=("a",), lines=(2,), values=(["x"],)
    )
    assert keep(waiting, chunk) == 1
    assert waiting.after(ACCOUNT, JOB, 1) == chunk
    data = kept.stored.pop((ACCOUNT, JOB))
    match change:
        case "cut":
            data = data[:-1]
        case "a bit":
            data = data[:-20] + bytes([data[-20] ^ 1]) + data[-19:]
        case "of another job":
            keep(waiting, replace(chunk, job_id=UUID(int=8)))
            data = kept.stored.pop((ACCOUNT, JOB))
        case "no chunk":
            keep(waiting, replace(chunk, columns=()))
            data = kept.stored.pop((ACCOUNT, JOB))
    kept.stored[ACCOUNT, JOB] = data
    with pytest.raises(Retry, match="stored chunk"):
        waiting.after(ACCOUNT, JOB, 1)


def test_what_the_place_for_the_files_says_comes_through(site: Site) -> None:
    class Full(Kept):
        def put(self, account: str, job_id: UUID, blocks: Iterable[bytes], *, size: int) -> None:
            raise Unavailable(f"no room for {account}, {job_id}, {size} bytes of {blocks}")

    site.kept = Full()
    messages = handle(site.submit(DATA), surroundings=site.surroundings())
    assert isinstance(next(messages), ValidationStartedV1)
    with pytest.raises(Unavailable, match="no room"):
        next(messages)
