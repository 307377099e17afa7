import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.provisioner.directory import NewSeat
from services.provisioner.words import as_user_id, fold, searched, tsquery, words_of
from tests.unit.provisioner.making import JOB, new_seat

NAMES = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=40)


def test_folding_forgets_case_and_accents() -> None:
    assert fold("ÉCOLE Straße İstanbul") == "ecole strasse istanbul"


def finds(text: str, seat: NewSeat) -> bool:
    known = words_of(seat)
    return all(any(word.startswith(tuple(spellings)) for word in known) for spellings in searched(text))


@pytest.mark.parametrize("text", ["+4930901820", "4930", "30901820", "901820", "1820", "(30) 90-1820"])
def test_a_number_is_found_by_its_beginning_and_by_its_end(text: str) -> None:
    assert finds(text, new_seat(2, phone_number="+4930901820"))


@pytest.mark.parametrize("text", ["820", "309018", "0281", "028"])
def test_a_number_is_not_found_by(text: str) -> None:
    assert not finds(text, new_seat(2, phone_number="+4930901820"))


def test_a_seat_without_number_and_mac_has_words() -> None:
    words = words_of(new_seat(2, firstname="Ann", lastname="Lee", phone_number=None, device_mac=None))
    assert words == {"ann", "lee", "10002", "seat2@example.com", "example.com", "seat2"}


def test_long_words_are_cut_for_the_index_and_for_the_search_alike() -> None:
    assert max(map(len, words_of(new_seat(2, firstname="x" * 500)))) == 150
    assert searched("x" * 500) == (frozenset({"x" * 150}),)


@given(firstname=NAMES, lastname=NAMES)
def test_words_are_never_empty_and_have_no_white_space(firstname: str, lastname: str) -> None:
    for word in words_of(new_seat(2, firstname=firstname, lastname=lastname)):
        assert word.split() == [word]
        assert len(word.encode()) < 2_046


def test_punctuation_in_what_is_searched_for_may_be_left_out() -> None:
    assert searched("O'Neil x") == (frozenset({"o'neil", "oneil"}), frozenset({"x"}))


def test_a_number_in_groups_is_one_word() -> None:
    assert searched(" (415) 555-0100 ") == (frozenset({"4155550100", "<0010555514"}),)


def test_dashes_alone_are_a_word_that_nobody_has() -> None:
    assert searched("-----") == (frozenset({"-----"}),)


def test_every_word_of_a_tsquery_is_quoted() -> None:
    assert tsquery(searched("a'b c\\")) == r"('a''b':* | 'ab':*) & ('c':* | 'c\\':*)"


def test_a_user_id_is_recognised() -> None:
    assert as_user_id(f" {JOB} ") == JOB
    assert as_user_id("4155550100") is None
