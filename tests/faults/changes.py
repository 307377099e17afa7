"""Jobs that update or delete Seats which an earlier job has made, or undo that job.

The Seats are made in calm, and the jobs are asked for while things break. Two of them may be about the same
Seats, and one may change its mind.
"""

import json
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random
from uuid import UUID

from tests.faults.asking import NotTaken, Sender
from tests.faults.history import ENDED, Kind
from tests.faults.jobs import Deck, Job, Way
from tests.faults.observe import outcomes

_SECONDS = 60.0
_POLL = 0.1

Row = Mapping[str, str]


def changes(number: int, chance: Random, sender: Sender) -> Sequence[Job]:
    """One or two jobs about the Seats of one that has ended."""
    deck = Deck(number, chance)
    made = replace(deck.job("good"), delay=0.0)
    sender.send(made)
    seats = _seats(sender, made)
    hand = _Hand(deck, made, chance)
    half = len(seats) // 2
    what = chance.choice(("update", "update", "delete", "undo", "undo", "both", "cancelled", "contended"))
    match what:
        case "update":
            return [hand.update(seats)]
        case "delete":
            return [hand.delete(seats[:half] or seats)]
        case "undo":
            return [hand.undo(seats)]
        case "both":
            return [hand.update(seats[:half]), hand.delete(seats[half:])]
        case "cancelled":
            return [hand.update(seats, "cancelled") if chance.random() < 0.5 else hand.undo(seats, "cancelled")]
        case _:
            return [hand.update(seats, "shared"), hand.undo(seats, "shared")]


class _Hand:
    """Jobs about the Seats of one job, with keys of their own."""

    def __init__(self, deck: Deck, made: Job, chance: Random) -> None:
        self._deck = deck
        self._made = made
        self._chance = chance

    def update(self, seats: Sequence[Row], kind: Kind = "good") -> Job:
        """Each Seat gets another extension, which no Seat ever had."""
        fresh = self._deck.rows(len(seats))
        rows = [
            {"user_id": seat["user_id"], "extension": new["extension"], "department": "Ümzug"}
            for seat, new in zip(seats, fresh, strict=True)
        ]
        return self._job("update", kind, rows)

    def delete(self, seats: Sequence[Row]) -> Job:
        return self._job("delete", "good", [{"user_id": seat["user_id"], "email": seat["email"]} for seat in seats])

    def undo(self, seats: Sequence[Row], kind: Kind = "good") -> Job:
        return replace(self._job("undo", kind, seats), of=self._made.job_id)

    def _job(self, does: str, kind: Kind, rows: Sequence[Row]) -> Job:
        way: Way = self._chance.choice(("api", "amqp")) if len(rows) < 2_000 else "api"
        return Job(
            key=f"{self._made.key}-{does}",
            kind=kind,
            way=way,
            rows=rows,
            does=does,  # type: ignore[arg-type]  # one of those of which there is a method
            delay=self._chance.uniform(0, 0.8),
            cancel_after=self._chance.uniform(0, 1) if kind == "cancelled" else None,
        )


def _seats(sender: Sender, made: Job) -> list[Row]:
    """What the job made, with what the file of an undo has of it."""
    user_ids = _user_ids(sender, made.job_id)
    if len(user_ids) != len(made.rows):
        raise NotTaken(f"{len(user_ids)} of {len(made.rows)} Seats were made before anything was broken")
    return [
        {"user_id": str(user_id), "email": row["email"], "extension": row["extension"]}
        for user_id, row in zip(user_ids, made.rows, strict=True)
    ]


def _user_ids(sender: Sender, job_id: UUID) -> list[UUID]:
    deadline = time.monotonic() + _SECONDS
    pause = threading.Event()
    while json.loads(sender.get(f"/jobs/{job_id}"))["state"] not in ENDED and time.monotonic() < deadline:
        pause.wait(_POLL)
    return [outcome.user_id for outcome in outcomes(sender, job_id) if outcome.user_id is not None]
