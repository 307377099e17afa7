"""The accepted rows as the messages that they travel in."""

from collections.abc import Iterator, Sequence

import orjson

from contracts.messages import JobSubmittedV1, SeatsAcceptedV1
from contracts.messages.seats_accepted_v1 import SCHEMA
from contracts.template import Template
from services.validator.spool import Spool


class Chunks:
    """The chunks of a job, counted from 0 here and from 1 in what they say: a spool's rows, addressed."""

    def __init__(self, job: JobSubmittedV1, template: Template, spool: Spool) -> None:
        self._job = job
        self._template = template
        self._spool = spool

    def sizes(self, *, start: int = 0) -> Sequence[int]:
        """How many bytes the chunks from one on have."""
        sizes = enumerate(self._spool.sizes[start:], start=start)
        return [len(self._begin(number)) + size - 1 for number, size in sizes]

    def bodies(self, *, start: int = 0) -> Iterator[bytes]:
        """The chunks from one on, each the body of its message."""
        for number, rows in enumerate(self._spool.chunks(start=start), start=start):
            yield self._begin(number) + rows[1:]

    def messages(self) -> Iterator[SeatsAcceptedV1]:
        """All chunks."""
        for body in self.bodies():
            yield SCHEMA.load(orjson.loads(body))

    def _begin(self, number: int) -> bytes:
        address: dict[str, object] = {
            "job_id": str(self._job.job_id),
            "account": self._job.account,
            "template_version": self._template.version,
            "chunk": number + 1,
        }
        if self._job.kind != "create":
            address["kind"] = self._job.kind
        if self._job.undo_of:
            address["undo_of"] = str(self._job.undo_of)
        return orjson.dumps(address)[:-1] + b","
