"""The SQL itself: what holds for every query, those to come as well."""

import re
from collections.abc import Mapping

import pytest

from database import queries

QUERIES: Mapping[str, bytes] = queries.load("services.provisioner")


def without_comments(query: bytes) -> str:
    return re.sub(r"--[^\n]*", "", query.decode())


@pytest.mark.parametrize("name", QUERIES)
def test_secrets_are_written_and_never_read(name: str) -> None:
    text = without_comments(QUERIES[name])
    assert "*" not in text.replace("count(*)", "")
    if "secrets" in text:
        assert name in {"copy_seats", "stage", "insert_seats"}
        assert "secrets" not in text.partition("RETURNING")[2]


@pytest.mark.parametrize("name", QUERIES)
def test_every_query_of_a_table_names_the_account(name: str) -> None:
    text = without_comments(QUERIES[name])
    tables = re.findall(r"\b(?:FROM|INTO|UPDATE)\s+(seats|provisioned_chunks|verdicts|cancelled_jobs)\b", text)
    accounts = text.count("%(account)s")
    # The one look without an account: whether a User ID is anybody's at all. It tells no more than that.
    assert accounts >= len(tables) - text.count("(SELECT true FROM seats AS t WHERE t.user_id = s.user_id)")
