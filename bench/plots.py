"""The plots: SVG with paths for letters, so that they look alike everywhere, on a light page and on a dark one."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.figures import BULK_MANAGER, CELERY, COPY, IMPORT_EXPORT, ROW_BY_ROW, Results, Series
from bench.goals import MEGABYTE

_INK = "#7d8590"
"""Of axes and letters: a grey with enough contrast to white and to GitHub's dark page."""

_STYLES: Mapping[str, tuple[str, str]] = {
    BULK_MANAGER: ("#2f81f7", "o"),
    COPY: ("#8a8f98", "s"),
    IMPORT_EXPORT: ("#d97706", "^"),
    ROW_BY_ROW: ("#d1478c", "v"),
    CELERY: ("#1a9e6b", "D"),
}
_SETTINGS = {
    "svg.fonttype": "path",
    "svg.hashsalt": "bench",  # the same figures give the same file
    "font.size": 10,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def draw(results: Results, folder: Path) -> list[tuple[str, str]]:
    """Write the plots; what each shows, and its file."""
    folder.mkdir(parents=True, exist_ok=True)
    todo: tuple[tuple[str, str, str, Callable[[Series], float], float | None], ...] = (
        ("Throughput against size", "throughput.svg", "rows a second", lambda one: one.rate, None),
        (
            "Memory against size",
            "memory.svg",
            "peak of its largest process, MB",
            lambda one: one.peak()[1] / MEGABYTE,
            0.0,
        ),
    )
    for title, name, label, value, bottom in todo:
        with _figure(folder / name) as axes:
            _curves(axes, results, value)
            _axes(axes, title, label, bottom)
    return [(title, name) for title, name, *_ in todo]


@contextmanager
def _figure(path: Path) -> Iterator[Any]:
    """Axes that are saved to a file; matplotlib is loaded here, for a run of small parts does without."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(_SETTINGS):
        figure = Figure(figsize=(7.2, 3.9), layout="constrained")
        yield figure.add_subplot()
        figure.savefig(path, transparent=True, metadata={"Date": None})


def _curves(axes: Any, results: Results, value: Callable[[Series], float]) -> None:
    for name, (colour, marker) in _STYLES.items():
        points = results.of(name)
        if points:
            width = 2.4 if name == BULK_MANAGER else 1.5
            sizes, values = [one.rows for one in points], [value(one) for one in points]
            axes.plot(sizes, values, color=colour, marker=marker, linewidth=width, markersize=6, label=name)


def _axes(axes: Any, title: str, label: str, bottom: float | None) -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter

    plain = FuncFormatter(lambda number, _: f"{number:,.0f}")
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(plain)
    axes.xaxis.set_minor_formatter(NullFormatter())
    if bottom is None:
        axes.set_yscale("log")
        axes.yaxis.set_minor_formatter(NullFormatter())
    else:
        axes.set_ylim(bottom=bottom)
    axes.yaxis.set_major_formatter(plain)
    axes.set(title=title, xlabel="rows of the file", ylabel=label)
    axes.grid(visible=True, which="major", color=_INK, alpha=0.25, linewidth=0.6)
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
