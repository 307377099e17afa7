import pytest

from services.provisioner.phone_system.bucket import Allowance
from services.provisioner.phone_system.settings import PhoneSystemSettings
from settings import BadSetting

ENV = {
    "BULK_PHONE_SYSTEM_URL": "https://pbx.example.com/bulk",
    "BULK_PHONE_SYSTEM_TOKEN": "secret-1",
    "BULK_SEALING_KEY": "secret-2" * 4 + "," + "secret-3" * 4,
}


def test_without_an_address_there_is_no_phone_system() -> None:
    assert PhoneSystemSettings.from_env({"BULK_PHONE_SYSTEM_CALLS": "4"}) is None


def test_what_is_not_set_has_its_default() -> None:
    settings = PhoneSystemSettings.from_env(ENV)
    assert settings is not None
    assert (settings.url, settings.token) == (ENV["BULK_PHONE_SYSTEM_URL"], "secret-1")
    assert settings.sealing_keys == ("secret-2" * 4, "secret-3" * 4)
    assert (settings.calls, settings.timeout, settings.allowance) == (8, 10, None)
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("rate", "burst", "expected"),
    [
        ("10", "100", Allowance(rate=10.0, burst=100)),
        ("2.5", "", Allowance(rate=2.5, burst=3)),
        ("0.1", "", Allowance(rate=0.1, burst=1)),
    ],
)
def test_the_rate_has_a_burst(rate: str, burst: str, expected: Allowance) -> None:
    settings = PhoneSystemSettings.from_env(
        ENV | {"BULK_PHONE_SYSTEM_RATE": rate, "BULK_PHONE_SYSTEM_BURST": burst, "BULK_PHONE_SYSTEM_CALLS": "3"}
    )
    assert settings is not None
    assert (settings.allowance, settings.calls) == (expected, 3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BULK_PHONE_SYSTEM_URL", "pbx.example.com"),
        ("BULK_PHONE_SYSTEM_TOKEN", ""),
        ("BULK_SEALING_KEY", ""),
        ("BULK_PHONE_SYSTEM_CALLS", "0"),
        ("BULK_PHONE_SYSTEM_TIMEOUT", "21"),
        ("BULK_PHONE_SYSTEM_RATE", "0"),
        ("BULK_PHONE_SYSTEM_RATE", "nan"),
        ("BULK_PHONE_SYSTEM_RATE", "ten"),
        ("BULK_PHONE_SYSTEM_BURST", "5"),
    ],
)
def test_what_can_not_be_right_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        PhoneSystemSettings.from_env(ENV | {name: value})


def test_a_missing_key_is_named_as_compose_names_it_too() -> None:
    with pytest.raises(
        BadSetting, match=r"BULK_SEALING_KEY is not set, .* set BULK_PHONE_SYSTEM_SEALING_KEY to that key"
    ):
        PhoneSystemSettings.from_env(ENV | {"BULK_SEALING_KEY": ""})
