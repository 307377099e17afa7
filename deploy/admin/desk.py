"""What is done with dead letters, and what is said about it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from deploy.admin.record import append
from deploy.admin.words import plain, shown, table
from messaging.errors import PublishFailed
from messaging.rabbitmq.dead_letters import DeadLetters, HeldLetter

_HEADINGS = ("ID", "QUEUE", "TYPE", "JOB", "SENT", "TRIES", "REASON")


class Desk:
    """One operator at work; `width` in columns. Each method gives the exit status: 0 where all asked is done."""

    def __init__(self, letters: DeadLetters, out: TextIO, err: TextIO, width: int | None) -> None:
        self._letters = letters
        self._out = out
        self._err = err
        self._width = width

    def list(self, queue: str | None) -> int:
        """A line for each letter."""
        rows = [_row(held) for held in self._letters.letters() if queue in (None, held.letter.queue)]
        if rows:
            self._out.write(table(_HEADINGS, rows, self._width))
            self._out.write(f"\n{_number(len(rows))}. `bulk-admin dead-letters show ID` shows all of one.\n")
            return 0
        return self._nothing()

    def show(self, id: str) -> int:
        """All that is known of one letter, or of each with that message id."""
        return self._with([id], lambda held: self._out.write(shown(held.letter) + "\n"))

    def replay(self, ids: Sequence[str] | None, queue: str | None) -> int:
        """Give back those with these ids, or all; a letter that can't be given back stays, and the others go on."""
        done, failed = 0, 0
        asked = Asked(ids)
        for held in self._letters.letters():
            if queue not in (None, held.letter.queue) or not asked.means(held):
                continue
            try:
                held.replay(app_id=self._letters.app_id)
            except PublishFailed as error:
                failed += 1
                self._err.write(f"{held.letter.id}: {error}. It is still a dead letter.\n")
            else:
                done += 1
                self._out.write(f"{held.letter.id} is back in {held.letter.queue}\n")
        if ids is None and not done + failed:
            return self._nothing()
        return max(self._unknown(asked), int(failed > 0))

    def discard(self, ids: Sequence[str], record: Path) -> int:
        """Remove those with these ids, each when it is in the file `record`. Raises OSError where it can't be."""

        def keep_and_remove(held: HeldLetter) -> None:
            append(record, held.letter)
            held.discard()
            self._out.write(f"{held.letter.id} is discarded; {record} has it\n")

        return self._with(ids, keep_and_remove)

    def _with(self, ids: Sequence[str], do: Callable[[HeldLetter], object]) -> int:
        asked = Asked(ids)
        for held in self._letters.letters():
            if asked.means(held):
                do(held)
        return self._unknown(asked)

    def _unknown(self, asked: "Asked") -> int:
        for id in asked.unknown():
            self._err.write(f"There is no dead letter {plain(id)}. `bulk-admin dead-letters list` has them all.\n")
        return int(bool(asked.unknown()))

    def _nothing(self) -> int:
        missing = self._letters.missing()
        if missing:
            self._err.write(
                f"This broker has no queue {', '.join(missing)}: is it the right address and virtual host? "
                "The services make their queues when they start.\n"
            )
            return 1
        self._out.write("There are no dead letters.\n")
        return 0


class Asked:
    """The ids that were asked for, None for all, and which of them were found."""

    def __init__(self, ids: Sequence[str] | None) -> None:
        self._ids = None if ids is None else tuple(dict.fromkeys(ids))
        self._found: set[str] = set()

    def means(self, held: HeldLetter) -> bool:
        """Whether this letter is one of them."""
        if self._ids is None:
            return True
        names = [id for id in self._ids if held.letter.answers_to(id)]
        self._found.update(names)
        return bool(names)

    def unknown(self) -> tuple[str, ...]:
        """Those that no letter had."""
        return tuple(id for id in self._ids or () if id not in self._found)


def _row(held: HeldLetter) -> tuple[str, ...]:
    letter, message = held.letter, held.letter.message
    sent = message.timestamp.strftime("%Y-%m-%d %H:%M:%SZ")
    return (letter.id, letter.queue, message.type, message.correlation_id, sent, str(letter.attempts), letter.reason)


def _number(letters: int) -> str:
    return "1 dead letter" if letters == 1 else f"{letters} dead letters"
