"""What is accepted as a password, and its hash."""

import pytest

from gateway.passwords import Passwords, WeakPassword

PASSWORD = "correct horse battery"


def test_a_hash_is_argon2id_with_a_salt_of_its_own() -> None:
    passwords = Passwords()
    first, second = passwords.hash(PASSWORD), passwords.hash(PASSWORD)
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second
    assert PASSWORD not in first


def test_only_the_right_password_matches() -> None:
    passwords = Passwords()
    stored = passwords.hash(PASSWORD)
    assert passwords.matches(PASSWORD, stored)
    assert not passwords.matches(PASSWORD + " ", stored)
    assert not passwords.matches("", stored)


def test_without_a_stored_hash_nothing_matches_but_the_work_is_done() -> None:
    passwords = Passwords()
    assert not passwords.matches("the hash of a password that belongs to nobody", None)
    assert "_nobodys" in vars(passwords)


def test_a_damaged_hash_matches_nothing() -> None:
    assert not Passwords().matches(PASSWORD, "not a hash")


@pytest.mark.parametrize("password", ["", "11 letters.", "x" * 1025])
def test_too_short_and_too_long_passwords_are_not_set(password: str) -> None:
    with pytest.raises(WeakPassword):
        Passwords().hash(password)


def test_the_shortest_and_the_longest_password_work() -> None:
    passwords = Passwords()
    for password in ("12 letters.x", "y" * 1024):
        assert passwords.matches(password, passwords.hash(password))
