"""Settings are complete or refused by name; secrets don't show."""

import pytest

from services.eventlog.reconciler import Rules
from services.eventlog.settings import WebSettings, WorkerSettings, log_style, migrated_database
from settings import BadSetting

WEB = {
    "BULK_DATABASE_URL": "postgresql://u:secret@db/eventlog",
    "BULK_LISTEN": "127.0.0.1:8083",
    "BULK_ACCESS_KEY": "a secret of more than thirty-two characters",
    "BULK_UPLOAD_URL": "http://127.0.0.1:8081",
}
WORKER = {
    "BULK_DATABASE_URL": "postgresql://u:secret@db/eventlog",
    "BULK_AMQP_URL": "amqp://u:secret@mq/",
    "BULK_HEALTH_LISTEN": "127.0.0.1:9083",
}


def test_what_web_needs() -> None:
    settings = WebSettings.from_env(WEB)
    assert (settings.listen, settings.upload_url) == ("127.0.0.1:8083", "http://127.0.0.1:8081")
    assert "secret" not in repr(settings)


def test_what_the_worker_needs() -> None:
    assert WorkerSettings.from_env(WORKER).declare is True
    assert WorkerSettings.from_env(WORKER | {"BULK_AMQP_DECLARE": "no"}).declare is False
    assert "secret" not in repr(WorkerSettings.from_env(WORKER))


def test_when_a_job_counts_as_stalled() -> None:
    settings = WorkerSettings.from_env(WORKER)
    assert (settings.reconcile_seconds, settings.rules) == (30, Rules(stalled_seconds=300, tries=3))
    given = {"BULK_RECONCILE_SECONDS": "5", "BULK_STALLED_SECONDS": "60", "BULK_RECONCILE_TRIES": "1"}
    settings = WorkerSettings.from_env(WORKER | given)
    assert (settings.reconcile_seconds, settings.rules) == (5, Rules(stalled_seconds=60, tries=1))
    for name in given:
        with pytest.raises(BadSetting, match=name):
            WorkerSettings.from_env(WORKER | {name: "0"})


@pytest.mark.parametrize("name", WEB)
def test_each_setting_of_web_is_needed(name: str) -> None:
    with pytest.raises(BadSetting, match=name):
        WebSettings.from_env(WEB | {name: " "})


@pytest.mark.parametrize("name", WORKER)
def test_each_setting_of_the_worker_is_needed(name: str) -> None:
    with pytest.raises(BadSetting, match=name):
        WorkerSettings.from_env({key: value for key, value in WORKER.items() if key != name})


def test_a_word_that_is_neither_is_refused() -> None:
    with pytest.raises(BadSetting, match="BULK_AMQP_DECLARE"):
        WorkerSettings.from_env(WORKER | {"BULK_AMQP_DECLARE": "maybe"})
    with pytest.raises(BadSetting, match="BULK_LOG_STYLE"):
        log_style({"BULK_LOG_STYLE": "xml"})


def test_migrate_needs_the_database_alone() -> None:
    assert migrated_database({"BULK_DATABASE_URL": "postgresql://db/eventlog"}) == "postgresql://db/eventlog"


def test_log_styles() -> None:
    assert [log_style({}), log_style({"BULK_LOG_STYLE": "text"}), log_style({"BULK_LOG_STYLE": "JSON"})] == [
        "text",
        "text",
        "json",
    ]
