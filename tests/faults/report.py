"""What a campaign showed, as the table of docs/reliability.md."""

from collections.abc import Sequence
from pathlib import Path

from tests.faults.campaign import Result, by_group, median_recovery

BEGIN = "<!-- figures: made by `make faults` -->"
END = "<!-- end of figures -->"


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
        *(_recovery(counted, server) for server in ("broker", "database")),
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


def _recovery(results: Sequence[Result], server: str) -> str:
    median = median_recovery(results, server)
    if median is None:
        return f"- The {server} was not restarted."
    return f"- From the return of a restarted {server} until every job under way had ended: {median:.1f} s (median)."


def write(page: Path, told: str) -> None:
    """Replace what stands between the marks."""
    text = page.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n\n{told}\n\n{END}{after}", "utf-8")
