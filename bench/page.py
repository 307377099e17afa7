"""docs/performance.md: its tables, between two marks, and its plots, from the figures alone."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median

from bench import plots
from bench.ceilings import ceilings, together
from bench.errors import BenchFailed
from bench.figures import BULK_MANAGER, CELERY, COPY, IMPORT_EXPORT, ROW_BY_ROW, STAGES, Results, Series, percentile
from bench.goals import GOALS, MEGABYTE, slow_down

BEGIN, END = "<!-- figures: made by `make bench` or `make bench-full` -->", "<!-- end of figures -->"
_NOTHING = "-"
_CANDIDATES = (BULK_MANAGER, COPY, IMPORT_EXPORT, ROW_BY_ROW, CELERY)


Drawn = Sequence[tuple[str, str]]
"""Plots: what each shows, and its file in the folder `images` beside the page."""


def write(results: Results, page: Path, *, draw: Callable[[Results, Path], Drawn] = plots.draw) -> None:
    """Replace what stands between the marks, and the plots beside the page."""
    check(page)
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    drawn = draw(results, page.parent / "images")
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n\n{markdown(results, drawn)}\n\n{END}{after}", "utf-8")


def check(page: Path) -> None:
    """Raises BenchFailed if there is no place for figures: better told before they are measured."""
    text = page.read_text("utf-8") if page.exists() else ""
    if END not in text.partition(BEGIN)[2]:
        raise BenchFailed(f"{page} has no place for the figures: a line {BEGIN}, and later a line {END}.")


def markdown(results: Results, drawn: Drawn) -> str:
    """All tables, and the plots between them."""
    parts = [
        _where(results),
        "### The goals",
        _goals(results),
        "### Side by side",
        _side_by_side(results),
        *(f"![{title}](images/{name})" for title, name in drawn),
        *_titled("### Where the time goes", _stages(results)),
        *_titled("### Memory and processor, process by process", _processes(results)),
        *_titled("### Small jobs beside a big one", _fairness(results)),
        *_titled("### The validator alone", _validations(results)),
        *_titled("### How far it could go on this machine", _ceilings(results)),
    ]
    return "\n\n".join(parts)


def _titled(title: str, text: str) -> list[str]:
    return [title, text] if text else []


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], *, words: int = 1) -> str:
    """The first ``words`` columns hold words, the others numbers, which stand to the right."""
    marks = ["---" if n < words else "--:" for n in range(len(head))]
    lines = [f"| {' | '.join(cells)} |" for cells in (head, *rows)]
    return "\n".join([lines[0], f"|{'|'.join(marks)}|", *lines[1:]])


def _where(results: Results) -> str:
    machine = results.machine
    versions = ", ".join(f"{name} {number}" for name, number in results.versions.items())
    return (
        f"Measured on {results.began[:10]} by `{results.command}` in {results.minutes:.0f} minutes, on "
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory']}, {machine['system']}, with {versions}."
    )


def _goals(results: Results) -> str:
    rows = []
    for goal in GOALS:
        measured = goal.find(results)
        rows.append((goal.what, goal.text, _NOTHING if measured is None else measured.text, goal.verdict(measured)))
    return _table(("What", "Goal", "Measured", ""), rows, words=4)


def _side_by_side(results: Results) -> str:
    ours = results.largest(BULK_MANAGER)
    head = ("", "Rows", "Runs", "Time", "Rows/s", "Bulk Manager is", "CPU, own", "CPU, servers", "Memory", "Broker")
    told = [series for name in _CANDIDATES for series in results.of(name)]
    rows = [_row(series, results.one(BULK_MANAGER, series.rows) or ours) for series in told]
    note = (
        "Time: the median. *Bulk Manager is*: by rows/s, with the same file, else with its largest. CPU: processor "
        "seconds for 1,000 Seats, of the candidate's own processes, and of PostgreSQL and RabbitMQ. Memory: the peak "
        "of its largest own process. Broker: bytes into and out of RabbitMQ for a Seat."
    )
    return f"{_table(head, rows)}\n\n{note}"


def _row(series: Series, ours: Series | None) -> tuple[str, ...]:
    octets = _NOTHING if series.broker_bytes is None else f"{series.broker_bytes / series.rows:,.0f} B"
    return (
        series.candidate,
        f"{series.rows:,}",
        str(len(series.runs)),
        _seconds(series.seconds),
        _rounded(series.rate),
        _compared(series, ours),
        f"{series.cpu(servers=False):.3f} s",
        f"{series.cpu(servers=True):.3f} s",
        _megabytes(series.peak()[1]),
        octets,
    )


def _compared(series: Series, ours: Series | None) -> str:
    if ours is None or series.candidate == BULK_MANAGER:
        return ""
    times = ours.rate / series.rate
    return f"{times:,.1f} times faster" if times >= 1 else f"{1 / times:,.1f} times slower"


def _stages(results: Results) -> str:
    told = [(series, series.stages()) for series in results.of(BULK_MANAGER)]
    head = ("Rows", "Upload, before", *(name.capitalize() for name in STAGES), "Summary, after")
    rows = [
        (
            f"{series.rows:,}",
            _middle([run.upload for run in series.runs]),
            *(_seconds(stages[name]) for name in STAGES),
            _middle([run.summary for run in series.runs]),
        )
        for series, stages in told
        if len(stages) == len(STAGES)
    ]
    if not rows:
        return ""
    note = (
        "From the job's own timeline. Waiting: submitted until its check begins; validating: until the whole file is "
        "accepted; creating: from the first chunk's end to the last one's. Upload and the download of the summary are "
        "not in the times above."
    )
    return f"{_table(head, rows, words=0)}\n\n{note}"


def _processes(results: Results) -> str:
    series = results.of(BULK_MANAGER)
    if not series:
        return ""
    largest, peaks = series[-1], [one.peaks() for one in series]
    head = ("Process", *(f"Peak, {one.rows:,}" for one in series), f"CPU for 1,000 Seats, {largest.rows:,}")
    names = sorted({name for found in peaks for name in found})
    rows = [
        (name, *(_megabytes(found.get(name, 0)) for found in peaks), f"{_cpu_of(largest, name):.3f} s")
        for name in names
    ]
    servers = sorted({name for run in largest.runs for name in run.cpu} - set(names) - {"epmd"})
    rows += [(name, *("" for _ in series), f"{_cpu_of(largest, name):.3f} s") for name in servers]
    return _table(head, rows)


def _cpu_of(series: Series, part: str) -> float:
    return median(run.cpu.get(part, 0.0) for run in series.runs) / series.rows * 1000


def _fairness(results: Results) -> str:
    found = results.fairness
    if found is None:
        return ""
    head = (f"Jobs of {found.rows} rows, one after the other", "Jobs", "Median", "p95", "Longest")
    kinds = (("on an idle system", found.idle), (f"while a job of {found.big_rows:,} rows runs", found.busy))
    rows = [
        (name, str(len(taken)), _seconds(median(taken)), _seconds(percentile(taken, 0.95)), _seconds(max(taken)))
        for name, taken in kinds
        if taken
    ]
    note = f"p95 beside the big job ÷ idle median: {slow_down(found):.1f}." if found.busy else ""
    return f"{_table(head, rows)}\n\n{note}".strip()


def _validations(results: Results) -> str:
    if not results.validations:
        return ""
    head = ("File", "Until refused", "Processor time", "Rows/s of one core")
    rows = [
        (
            f"{one.rows:,} rows, {'all' if one.wrong == one.rows else 'only the last'} wrong",
            _seconds(one.seconds),
            _seconds(one.cpu),
            _rounded(one.rows / one.cpu) if one.cpu else _NOTHING,
        )
        for one in results.validations
    ]
    return _table(head, rows)


def _ceilings(results: Results) -> str:
    found = ceilings(results)
    if not found:
        return ""
    head = ("Times as fast as", "Bulk Manager", "on all cores, all the time", "COPY", "COPY on all cores")
    rows = [
        (one.rival, *(f"{times:,.1f}" for times in (one.measured, one.all_cores, one.copy, one.copies)))
        for one in found
    ]
    note = (
        "By rows/s, with the largest files. *On all cores, all the time*: for the processor time that Bulk Manager and "
        "its servers take for a row, if no core ever waited. *COPY*: on one connection, as above; what creates Seats "
        "one chunk after the other is not quicker than that. *COPY on all cores*: as many connections as there are "
        "cores, if none waited for another; with this table on this machine nothing that stores Seats goes further."
    )
    return "\n\n".join((_table(head, rows), note, *_floors(results)))


def _floors(results: Results) -> list[str]:
    if not results.floors:
        return []
    rows = [(part, _rounded(rate)) for part, rate in results.floors.items()]
    rows.append(("All of these, one after the other", _rounded(together(results.floors))))
    note = (
        "What a validator in Python must do in any case, done alone; the rules, uniqueness, the account's own Seats, "
        "and putting the rows aside come on top."
    )
    return [_table(("Part of the validator's work", "Rows/s of one core"), rows), note]


def _middle(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    return _seconds(median(known)) if known else _NOTHING


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value < 10 else f"{value:,.1f} s"


def _rounded(rate: float) -> str:
    """Three figures that count."""
    return f"{float(f'{rate:.3g}'):,.0f}"


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:,.0f} MB" if size else _NOTHING
