"""What is counted of calls to the phone system."""

from prometheus_client import Counter, Histogram

CALLS = Counter(
    "phone_system_calls",
    "Calls to the phone system, by what was answered: accepted, refused, busy, failed or wrong.",
    ["answer"],
)
SECONDS = Histogram("phone_system_call_seconds", "How long the phone system took for a Seat.")
