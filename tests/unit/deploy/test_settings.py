from pathlib import Path

import pytest

from deploy.embedded.errors import StartFailed
from deploy.embedded.settings import from_env


def test_nothing_need_be_set() -> None:
    settings = from_env({"HOME": "/root"})
    assert settings.url == "http://127.0.0.1:8080"
    assert settings.data == Path(".run").absolute()
    assert settings.admin_password is None
    assert settings.amqp_url is None
    assert settings.passed_on == {}


def test_what_is_set_counts_and_the_services_settings_are_passed_on() -> None:
    settings = from_env(
        {"BULK_PORT": "9000", "BULK_DATA": "/data", "BULK_ADMIN_PASSWORD": "x", "BULK_MAX_ROWS": "10", "OTHER": "y"}
    )
    assert (settings.port, settings.data, settings.admin_password) == (9000, Path("/data"), "x")
    assert settings.passed_on == {"BULK_MAX_ROWS": "10"}
    assert "'x'" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"), [("BULK_PORT", "0"), ("BULK_PORT", "65536"), ("BULK_PORT", "http"), ("BULK_LOG_STYLE", "xml")]
)
def test_what_can_not_be_right_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(StartFailed, match=name):
        from_env({name: value})
