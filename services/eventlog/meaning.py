"""How the header of a job's file is understood."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts import template
from contracts.template import Template
from contracts.template.header import Chosen
from contracts.template.rules import fold
from services.eventlog.job import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """How the cells of a file's header are understood: by a template, and by what was ``chosen`` for some of them."""

    template: Template
    chosen: Chosen

    def places(self, header: Sequence[str]) -> dict[str, int]:
        """Where the columns of the template are, by their names, in the order of the file."""
        found = self.template.match_header(header, self.chosen).columns
        return {column.name: at for at, column in enumerate(found) if column is not None}

    def is_chosen(self, cell: str) -> bool:
        """Whether it was chosen what a header cell means."""
        return fold(cell) in {fold(name) for name in self.chosen}


def meaning_of(job: Job) -> Meaning:
    """How a job's file is understood."""
    return Meaning(template=template.version(job.template_version or 1).for_kind(job.kind), chosen=job.columns)
