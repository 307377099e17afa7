"""One pass through a file: every row is checked, and kept where the whole may still be accepted."""

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass

import csvfile
from contracts.problems import Problem
from services.validator.asking import Asking
from services.validator.header import header_problems, match_header, missing_header
from services.validator.kinds import Answer
from services.validator.problem_log import ProblemLog
from services.validator.problems import of_file
from services.validator.rows import CHUNK, Gathered, Means, Rows

#: Rows that are looked at together: few enough to stay in the processor's cache. A chunk is made of whole batches.
BATCH = CHUNK // 4


@dataclass(slots=True, kw_only=True)
class Findings:
    """What has been found so far: how many ``rows`` were read, in how many ``bytes``, and the ``problems``."""

    problems: ProblemLog
    rows: int = 0
    bytes: int = 0


def examine(blocks: Iterable[bytes], means: Means, findings: Findings) -> Generator[None, None, None]:
    """Read the file, given in blocks. As long as it has no problem of its own, its rows go to the spool.

    What is found goes to ``findings``; after each batch there is a moment to look how far it is.
    """
    try:
        with Asking[Gathered, Answer](means.kind.ask) as asking:
            yield from _examine(csvfile.read(_counted(blocks, findings)), means, findings, asking)
    except csvfile.FileProblem as problem:
        findings.problems.add(of_file(problem))


def _counted(blocks: Iterable[bytes], findings: Findings) -> Iterator[bytes]:
    for block in blocks:
        findings.bytes += len(block)
        yield block


def _examine(
    reading: csvfile.Reading, means: Means, findings: Findings, asking: Asking[Gathered, Answer]
) -> Iterator[None]:
    match = match_header(means.kind.template, reading.header, means.chosen)
    no_header = missing_header(means.kind.template, reading, match)
    for problem in [no_header] if no_header else header_problems(match, reading.header):
        findings.problems.add(problem)
    if findings.problems.count:
        return  # without its columns a row can't be understood
    rows = Rows(means, match, findings.problems, asking)
    try:
        for batch in reading.batches(BATCH):
            left = means.limits.rows - findings.rows
            if batch.rows > left:
                line = sorted([*batch.lines, *(record.line for record in batch.uneven)])[left]
                findings.rows += left
                rows.take(batch.before(line))
                raise _too_many_rows(line, means.limits.rows)
            findings.rows += batch.rows
            rows.take(batch)
            yield
    except csvfile.FileProblem:
        rows.end()
        raise
    rows.end()
    if not findings.rows:
        findings.problems.add(_no_rows(reading.header))


def _no_rows(header: csvfile.Header) -> Problem:
    message = "The file has a header but no row below it. Add one row for each Seat."
    return Problem(line=header.line, column=None, code="no_rows", message=message)


def _too_many_rows(line: int, most: int) -> csvfile.FileProblem:
    message = f"The file has more than {most:,} rows, which is the most. Split it into several files."
    return csvfile.FileProblem(line=line, code="too_many_rows", message=message)
