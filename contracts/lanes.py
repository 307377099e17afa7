"""Large jobs go in a lane of their own, so that a small one never waits behind them.

Where nothing is said here a message goes in the lane of its cause: the first message of a job decides for those that
follow from it.
"""

from contracts.messages import Contract, JobSubmittedV1, SeatsAcceptedV1
from contracts.messages.job_requested_v1 import MAX_INLINE_BYTES

LARGE = "large"

#: Bytes of a file; a larger one makes its job a large one. What other services may send inline is small: some 5,000
#: usual rows, which are read in less time than a person notices.
SMALL_BYTES = MAX_INLINE_BYTES

#: Chunks; a file of many short rows may have more of them, and those behind these go with the large ones.
SMALL_CHUNKS = 5


def lane_of(contract: Contract) -> str | None:
    """The lane in which this is told; None: in that of its cause, and in the ordinary one if it has none."""
    match contract:
        case JobSubmittedV1() if contract.size > SMALL_BYTES:
            return LARGE
        case SeatsAcceptedV1() if contract.chunk > SMALL_CHUNKS:
            return LARGE
        case _:
            return None
