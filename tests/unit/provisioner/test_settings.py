import pytest

from services.provisioner.settings import LogSettings, SettingMissing, WebSettings, WorkerSettings
from settings import BadSetting

ENV = {
    "BULK_DATABASE_URL": "postgresql://provisioner:secret-1@db/provisioner",
    "BULK_AMQP_URL": "amqp://provisioner:secret-2@mq/",
    "BULK_ACCESS_KEY": "secret-3" * 4,
    "BULK_LISTEN": "127.0.0.1:8103",
    "BULK_HEALTH_LISTEN": "127.0.0.1:9103",
}


def test_the_web_process_reads_its_settings() -> None:
    settings = WebSettings.from_env(ENV)
    assert settings.database_url == ENV["BULK_DATABASE_URL"]
    assert settings.access_key == ENV["BULK_ACCESS_KEY"]
    assert settings.listen == "127.0.0.1:8103"


def test_the_worker_reads_its_settings() -> None:
    settings = WorkerSettings.from_env(ENV)
    assert settings.amqp_url == ENV["BULK_AMQP_URL"]
    assert settings.health_listen == "127.0.0.1:9103"
    assert settings.declare is True
    assert WorkerSettings.from_env(ENV | {"BULK_AMQP_DECLARE": "no"}).declare is False
    assert settings.chunks_at_once == 2
    assert WorkerSettings.from_env(ENV | {"BULK_CHUNKS_AT_ONCE": "4"}).chunks_at_once == 4


@pytest.mark.parametrize("name", ["BULK_DATABASE_URL", "BULK_ACCESS_KEY", "BULK_LISTEN"])
def test_a_missing_setting_of_the_web_process_is_named(name: str) -> None:
    with pytest.raises(SettingMissing, match=name):
        WebSettings.from_env({key: value for key, value in ENV.items() if key != name})


@pytest.mark.parametrize("name", ["BULK_DATABASE_URL", "BULK_AMQP_URL", "BULK_HEALTH_LISTEN"])
def test_a_missing_setting_of_the_worker_is_named(name: str) -> None:
    with pytest.raises(SettingMissing, match=name):
        WorkerSettings.from_env(ENV | {name: ""})


@pytest.mark.parametrize("name", ["BULK_AMQP_DECLARE", "BULK_LOG_STYLE"])
def test_a_setting_that_is_none_of_its_choices_is_named(name: str) -> None:
    with pytest.raises(SettingMissing, match=name):
        (WorkerSettings if name == "BULK_AMQP_DECLARE" else LogSettings).from_env(ENV | {name: "maybe"})


@pytest.mark.parametrize("text", ["0", "-1", "many"])
def test_a_number_of_chunks_that_is_none_is_named(text: str) -> None:
    with pytest.raises(BadSetting, match=f"BULK_CHUNKS_AT_ONCE .* not '{text}'"):
        WorkerSettings.from_env(ENV | {"BULK_CHUNKS_AT_ONCE": text})


def test_log_lines_are_text_unless_json_is_asked_for() -> None:
    assert LogSettings.from_env({}).style == "text"
    assert LogSettings.from_env({"BULK_LOG_STYLE": "json"}).style == "json"


def test_settings_never_show_their_secrets() -> None:
    assert "secret" not in f"{WebSettings.from_env(ENV)!r} {WorkerSettings.from_env(ENV)!r}"
