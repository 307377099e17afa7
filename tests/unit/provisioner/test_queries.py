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
    if name == "known_seats":  # which secrets a Seat has may be told
        text = text.replace("jsonb_object_keys(secrets)", "")
    if name == "change_seats":  # what is new is put beside what is there, within the database
        text = text.replace("jsonb_strip_nulls(s.secrets || c.secrets)", "")
        assert "RETURNING" not in text
    elif "secrets" in text:
        assert name in {"copy_seats", "stage", "insert_seats"}
        assert "secrets" not in text.partition("RETURNING")[2]


@pytest.mark.parametrize("name", QUERIES)
def test_every_query_of_a_table_names_the_account(name: str) -> None:
    text = without_comments(QUERIES[name])
    names = "seats|provisioned_chunks|verdicts|cancelled_jobs|phone_system_chunks"
    tables = re.findall(rf"\b(?:FROM|INTO|UPDATE)\s+({names})\b", text)
    accounts = text.count("%(account)s")
    # The one look without an account: whether a User ID is anybody's at all. It tells no more than that.
    assert accounts >= len(tables) - text.count("(SELECT true FROM seats AS t WHERE t.user_id = s.user_id)")
