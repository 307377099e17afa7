"""Settings from the environment."""

from datetime import timedelta
from pathlib import Path

import pytest

from services.upload.settings import SettingError, database_url, web_from_env, worker_from_env

WEB = {
    "BULK_DATABASE_URL": "postgresql://u:secret@h/d",
    "BULK_SOURCES": "/data/sources",
    "BULK_LISTEN": "127.0.0.1:1",
    "BULK_ACCESS_KEY": "a very secret key of 32 characters",
}
WORKER = {
    "BULK_DATABASE_URL": "postgresql://u:secret@h/d",
    "BULK_SOURCES": "/data/sources",
    "BULK_AMQP_URL": "amqp://u:secret@h/v",
    "BULK_HEALTH_LISTEN": "127.0.0.1:2",
}


def test_the_least_that_must_be_set() -> None:
    web, worker = web_from_env(WEB), worker_from_env(WORKER)
    assert (web.sources, web.listen, web.log_style) == (Path("/data/sources"), "127.0.0.1:1", "text")
    assert (web.max_upload_bytes, web.max_rows, web.max_cell_length) == (536_870_912, 1_000_000, 1_000)
    assert (web.workbooks.rows, web.workbooks.unpacked) == (100_000, 268_435_456)
    assert web.upload_expiry == worker.upload_expiry == timedelta(hours=24)
    assert (worker.amqp_declare, worker.health_listen) == (True, "127.0.0.1:2")
    assert database_url(WEB) == WEB["BULK_DATABASE_URL"]


def test_what_may_be_set() -> None:
    more = {"BULK_UPLOAD_EXPIRY_HOURS": "2", "BULK_LOG_STYLE": "json"}
    web = web_from_env(
        WEB
        | more
        | {"BULK_MAX_WORKBOOK_ROWS": "5", "BULK_MAX_WORKBOOK_BYTES": "6"}
        | {"BULK_MAX_UPLOAD_BYTES": "1", "BULK_MAX_ROWS": "2", "BULK_MAX_CELL_LENGTH": "3", "BULK_THREADS": "4"}
    )
    assert (web.max_upload_bytes, web.max_rows, web.max_cell_length, web.threads) == (1, 2, 3, 4)
    assert (web.workbooks.rows, web.workbooks.unpacked) == (5, 6)
    assert (web.upload_expiry, web.log_style) == (timedelta(hours=2), "json")
    assert worker_from_env(WORKER | {"BULK_AMQP_DECLARE": "no"}).amqp_declare is False


@pytest.mark.parametrize("name", WEB)
def test_what_is_missing_is_named(name: str) -> None:
    with pytest.raises(SettingError, match=f"{name} must be set"):
        web_from_env(WEB | {name: ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BULK_MAX_UPLOAD_BYTES", "0"),
        ("BULK_MAX_UPLOAD_BYTES", "-1"),
        ("BULK_MAX_UPLOAD_BYTES", "1e9"),
        ("BULK_MAX_UPLOAD_BYTES", "²"),
        ("BULK_UPLOAD_EXPIRY_HOURS", "soon"),
        ("BULK_LOG_STYLE", "xml"),
        ("BULK_ACCESS_KEY", "x" * 31),
        ("BULK_AMQP_DECLARE", "maybe"),
    ],
)
def test_what_is_wrong_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name):
        worker_from_env(WORKER | {name: value}) if name == "BULK_AMQP_DECLARE" else web_from_env(WEB | {name: value})


def test_secrets_are_not_shown() -> None:
    assert "secret" not in repr(web_from_env(WEB)) + repr(worker_from_env(WORKER))
