"""The settings from an environment."""

from datetime import timedelta

import pytest

from gateway.settings import SettingError, Settings, from_env

NEEDED = {
    "BULK_DATABASE_URL": "postgresql://gateway:hidden-1@db/gateway",
    "BULK_ACCESS_KEY": "hidden-2",
    "BULK_UPLOAD_URL": "http://upload:8000",
    "BULK_PROVISIONER_URL": "http://provisioner:8000",
    "BULK_EVENTLOG_URL": "http://eventlog:8000",
}


def test_what_is_not_told_has_a_careful_default() -> None:
    assert from_env(NEEDED) == Settings(
        database_url=NEEDED["BULK_DATABASE_URL"],
        access_key=NEEDED["BULK_ACCESS_KEY"],
        upload_url="http://upload:8000",
        provisioner_url="http://provisioner:8000",
        eventlog_url="http://eventlog:8000",
        listen="127.0.0.1:8080",
        public_url="",
        secure=False,
        proxies=0,
        threads=32,
        token_lifetime=timedelta(hours=24),
        admin_password=None,
        log_style="text",
    )


def test_all_can_be_told() -> None:
    told = from_env(
        NEEDED
        | {
            "BULK_LISTEN": "0.0.0.0:9",
            "BULK_PUBLIC_URL": "https://bulk.example.com/",
            "BULK_TRUSTED_PROXIES": "1",
            "BULK_THREADS": "4",
            "BULK_TOKEN_HOURS": "2",
            "BULK_ADMIN_PASSWORD": "hidden-3",
            "BULK_LOG_STYLE": "json",
        }
    )
    assert (told.listen, told.public_url, told.secure) == ("0.0.0.0:9", "https://bulk.example.com", True)
    assert (told.proxies, told.threads, told.token_lifetime) == (1, 4, timedelta(hours=2))
    assert (told.admin_password, told.log_style) == ("hidden-3", "json")
    assert "hidden" not in repr(told)


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize("value", [None, ""])
def test_each_needed_setting_is_missed_by_name(name: str, value: str | None) -> None:
    env = {k: v for k, v in NEEDED.items() if k != name} | ({name: value} if value is not None else {})
    with pytest.raises(SettingError, match=name):
        from_env(env)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BULK_PUBLIC_URL", "bulk.example.com"),
        ("BULK_SECURE_COOKIES", "maybe"),
        ("BULK_TRUSTED_PROXIES", "-1"),
        ("BULK_TRUSTED_PROXIES", "one"),
        ("BULK_THREADS", "0"),
        ("BULK_TOKEN_HOURS", "0"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name):
        from_env(NEEDED | {name: value})


@pytest.mark.parametrize(
    ("public_url", "told", "secure"),
    [
        ("https://a.example", "", True),
        ("https://a.example", "no", False),
        ("http://a.example", "", False),
        ("", "yes", True),
        ("", "YES", True),
        ("", "", False),
    ],
)
def test_cookies_are_secure_where_the_address_is_https_unless_told(public_url: str, told: str, secure: bool) -> None:
    assert from_env(NEEDED | {"BULK_PUBLIC_URL": public_url, "BULK_SECURE_COOKIES": told}).secure is secure
