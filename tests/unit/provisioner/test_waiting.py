import psycopg
import pytest
from psycopg import errors

from messaging.errors import Reject, Retry, Unavailable
from services.provisioner.waiting import plain_errors

QUOTED = 'canceling statement\nCONTEXT:  COPY staged_seats, line 3: "7 sealed:abc"'


@pytest.mark.parametrize(
    ("raised", "meant"),
    [
        (errors.DeadlockDetected, Retry),
        (errors.SerializationFailure, Retry),
        (errors.LockNotAvailable, Retry),
        (errors.QueryCanceled, Retry),
        (psycopg.DataError, Reject),
        (errors.ProgramLimitExceeded, Reject),
        (errors.AdminShutdown, Unavailable),
        (psycopg.OperationalError, Unavailable),
        (psycopg.ProgrammingError, RuntimeError),
    ],
)
def test_an_error_of_the_database_is_told_without_the_rows_it_quotes(
    raised: type[psycopg.Error], meant: type[Exception]
) -> None:
    with pytest.raises(meant, match="canceling statement") as caught, plain_errors():
        raise raised(QUOTED)
    assert "sealed" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_other_errors_pass() -> None:
    with pytest.raises(KeyError), plain_errors():
        raise KeyError("x")
