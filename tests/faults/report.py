"""What a campaign showed, as the table of docs/reliability.md."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from tests.faults.campaign import Result, by_group, median_recovery

Part = Literal["faults", "changes", "losses", "cluster"]


def report(results: Sequence[Result], *, seed: int) -> str:
    """In Markdown."""
    counted = [result for result in results if not result.skipped]
    violations = [violation for result in counted for violation in result.violations]
    lines = [
        f"{len(counted)} runs with the seed {seed}: {sum(r.jobs for r in counted)} jobs with "
        f"{sum(r.rows for r in counted)} rows, {len(violations)} promises broken, "
        f"{sum(r.seconds for r in counted) / 60:.0f} minutes.",
        "",
        "| Fault | Runs | Jobs | Rows | Processes that ended | Promises broken | Longest run |",
        "|---|--:|--:|--:|--:|--:|--:|",
        *(_row(name, group) for name, group in sorted(by_group(counted).items())),
        "",
        *(line for server in ("broker", "database") for line in _recovery(counted, server)),
        *_reached(counted),
    ]
    left_out = {f"{r.fault}: {r.skipped}" for r in results if r.skipped}
    return "\n".join([*lines, *(f"- Left out: {text}" for text in sorted(left_out))])


def _row(name: str, results: Sequence[Result]) -> str:
    sums = (
        len(results),
        sum(r.jobs for r in results),
        sum(r.rows for r in results),
        sum(r.deaths for r in results),
        sum(len(r.violations) for r in results),
    )
    return f"| {name} | {' | '.join(map(str, sums))} | {max(r.seconds for r in results):.0f} s |"


def _recovery(results: Sequence[Result], server: str) -> list[str]:
    median = median_recovery(results, server)
    if median is None:
        return []
    return [
        f"- From the return of a {server} that had gone until every job under way had ended: {median:.1f} s (median)."
    ]


def _reached(results: Sequence[Result]) -> list[str]:
    armed = [result for result in results if result.reached is not None]
    if not armed:
        return []
    reached = sum(bool(result.reached) for result in armed)
    return [f"- In {reached} of {len(armed)} runs with a failpoint a process came to it; the others ended before."]


def write(page: Path, told: str, *, part: Part) -> None:
    """Replace what stands between the marks of this part."""
    begin, end = f"<!-- {part}: made by `make faults` -->", f"<!-- end of {part} -->"
    text = page.read_text("utf-8")
    before, found, rest = text.partition(begin)
    if not found or end not in rest:
        raise ValueError(f"{page} has no place for the figures of {part}")
    page.write_text(f"{before}{begin}\n\n{told}\n\n{end}{rest.partition(end)[2]}", "utf-8")
