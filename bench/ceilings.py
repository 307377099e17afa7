"""How far a figure could go on the machine that it was measured on, computed from the other figures of the same run."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.figures import BULK_MANAGER, CELERY, COPY, IMPORT_EXPORT, ROW_BY_ROW, Results, Series

RIVALS = (IMPORT_EXPORT, ROW_BY_ROW, CELERY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """How many times as fast as a rival, by rows/s: what was ``measured``; the same work if ``all_cores`` were busy
    with it all the time; ``copy`` on its one connection; ``copies`` on all cores, if none waited for another."""

    rival: str
    measured: float
    all_cores: float
    copy: float
    copies: float


def ceilings(results: Results) -> tuple[Ceiling, ...]:
    """Of every rival that was measured; none where COPY or Bulk Manager was not, or not with the same file."""
    ours = results.largest(BULK_MANAGER)
    copied = results.one(COPY, ours.rows) if ours else None
    if ours is None or copied is None:
        return ()
    cores = int(results.machine["cores"])
    rates = (ours.rate, _on_all(ours, cores), copied.rate, _on_all(copied, cores))
    others = {name: results.largest(name) for name in RIVALS}
    return tuple(_ceiling(name, other.rate, rates) for name, other in others.items() if other)


def _ceiling(rival: str, rate: float, rates: tuple[float, float, float, float]) -> Ceiling:
    measured, all_cores, copy, copies = (one / rate for one in rates)
    return Ceiling(rival=rival, measured=measured, all_cores=all_cores, copy=copy, copies=copies)


def _on_all(series: Series, cores: int) -> float:
    """Rows a second, if all cores did nothing but what these rows took, servers included."""
    return cores * 1_000 / (series.cpu(servers=False) + series.cpu(servers=True))


def together(floors: Mapping[str, float]) -> float:
    """Rows a second of work that has these parts, one after the other."""
    return 1 / sum(1 / rate for rate in floors.values())
