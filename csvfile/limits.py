"""How much of a file is ever held in memory."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on memory, far above any sensible file. They are checked block by block, so one block more may pass.

    `line`: characters in a physical line. `record`: characters over which a quoted cell may run on through many lines.
    `columns`: cells in the header. The csv module's own limit of 131,072 characters for a cell stays as it is, since it
    belongs to the whole process.
    """

    line: int = 1_000_000
    record: int = 1_000_000
    columns: int = 1_000
