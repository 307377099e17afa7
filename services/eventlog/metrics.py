"""What is counted here."""

from prometheus_client import Counter, Gauge

UNFINISHED = Gauge("jobs_unfinished", "Jobs that have not ended.")
OLDEST_UNFINISHED = Gauge("oldest_unfinished_job_seconds", "How long ago the oldest of them began.")
RECONCILED = Counter(
    "reconciled", "Stalled jobs that were dealt with, by what was done: repeated or given_up.", ["action"]
)
DEAD_LETTERS = Gauge("dead_letters", "Messages set aside, by the queue that they come from.", ["queue"])
OLDEST_DEAD_LETTER = Gauge(
    "dead_letters_oldest_seconds",
    "How long there have been some without a break, as far as this process has seen: the oldest is no younger, unless "
    "it was dealt with alone.",
    ["queue"],
)
