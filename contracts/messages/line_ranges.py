"""Lines told as ranges, to store them: a thousand rows without a gap are two numbers."""

from collections.abc import Sequence


def ranges_of(lines: Sequence[int]) -> list[int]:
    """Ascending lines as the first and the last line of each run without a gap, one pair after the other."""
    if lines and lines[-1] - lines[0] + 1 == len(lines):
        return [lines[0], lines[-1]]
    ranges: list[int] = []
    for line in lines:
        if ranges and line == ranges[-1] + 1:
            ranges[-1] = line
        else:
            ranges += (line, line)
    return ranges


def lines_in(ranges: Sequence[int]) -> tuple[int, ...]:
    """The lines of such ranges."""
    pairs = zip(ranges[::2], ranges[1::2], strict=True)
    return tuple(line for first, last in pairs for line in range(first, last + 1))
