"""`python -m bench`: measure, keep the figures, write them into the page. `--from FILE`: only the page."""

import argparse
import os
import shlex
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from bench import figures, page, plan
from bench.errors import BenchFailed, Interrupted
from bench.measuring import measure, say
from deploy.embedded.unprivileged import OUTSIDE

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_KEPT_FROM_SHELL = ("PATH", "HOME", "LANG", "TMPDIR")
_RESULTS = Path("bench/results")
_PARTIAL = Path("build/bench")
_PAGE = Path("docs/performance.md")


def _interrupt(number: int, _: FrameType | None) -> None:
    """Stop once: a second Ctrl-C must not leave processes behind."""
    for known in (*_STOP_SIGNALS, signal.SIGALRM):
        signal.signal(known, signal.SIG_IGN)
    if number == signal.SIGALRM:
        raise BenchFailed("This takes far longer than it should, so it was stopped: see --minutes.")
    raise Interrupted(number)


@contextmanager
def _work_folder() -> Iterator[Path]:
    """A folder that goes with all that was put into it, also what root's PostgreSQL had to keep elsewhere."""
    folder = Path(tempfile.mkdtemp(prefix="bulk-bench-"))
    folder.chmod(0o711)  # root's PostgreSQL runs as another user, who must get through
    try:
        yield folder
    finally:
        data = (folder / "data/postgres/data").resolve()
        if data.is_relative_to(OUTSIDE):
            shutil.rmtree(data, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def _arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="a million rows too")
    parser.add_argument("--sizes", type=_sizes, help="other sizes, as 500,2000; to try the benchmark itself")
    parser.add_argument("--only", type=_parts, help=f"some parts only: {','.join(plan.PARTS)}")
    parser.add_argument("--from", dest="source", type=Path, help="make the page from these results, without a run")
    parser.add_argument("--results", type=Path, help=f"where the figures go (default: {_RESULTS}/NAME.json)")
    parser.add_argument("--page", type=Path, help=f"the page to write into (default: {_PAGE}; of a part: only shown)")
    parser.add_argument("--minutes", type=int, default=60, help="give up after so many (default: %(default)s)")
    return parser.parse_args(given)


def _sizes(text: str) -> list[int]:
    return [int(size) for size in text.split(",")]


def _parts(text: str) -> list[str]:
    parts = text.split(",")
    if unknown := set(parts) - set(plan.PARTS):
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
    return parts


def _run(chosen: argparse.Namespace, command: str) -> figures.Results:
    base = {name: os.environ[name] for name in _KEPT_FROM_SHELL if name in os.environ}
    of = plan.narrowed(plan.FULL if chosen.full else plan.QUICK, sizes=chosen.sizes, parts=chosen.only)
    with _work_folder() as folder:
        results = measure(of, folder, base, command or f"make {of.name}")
    path = chosen.results or (_PARTIAL if command else _RESULTS) / f"{of.name}.json"
    figures.save(results, path)
    say(f"The figures are in {path}.")
    return results


def _make(chosen: argparse.Namespace, given: Sequence[str]) -> None:
    """The figures, then the page; what is only a part of them never replaces the whole in the repository."""
    command = shlex.join(["python", "-m", "bench", *given]) if chosen.sizes or chosen.only else ""
    target = chosen.page or (None if command else _PAGE)
    if target is not None:
        page.check(target)
    results = figures.load(chosen.source) if chosen.source else _run(chosen, command)
    if target is None:
        sys.stdout.write(f"{page.markdown(results, [])}\n")
    else:
        page.write(results, target)
        say(f"{target} tells them.")


def main(given: Sequence[str]) -> int:
    chosen = _arguments(given)
    for number in (*_STOP_SIGNALS, signal.SIGALRM):
        signal.signal(number, _interrupt)
    signal.alarm(chosen.minutes * 60)
    try:
        _make(chosen, given)
    except Interrupted:
        say("Stopped; nothing was kept.")
        return 130
    except BenchFailed as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
