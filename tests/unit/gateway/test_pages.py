"""The shells of the pages, before any script has run."""

from uuid import uuid4

from flask import Flask, redirect
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue

from contracts.messages.fields import KINDS
from contracts.problems import CATALOGUE
from contracts.template import OUTCOME_COLUMNS, latest
from gateway import languages, pages, retelling
from services.eventlog.job import State
from services.eventlog.listing import NEWEST, SORTS
from web.access import Principal


def _client(*, let_in: bool = True) -> FlaskClient:
    def guard() -> ResponseReturnValue | None:
        return None if let_in else redirect("/login")

    app = Flask("gateway", static_folder=None)
    app.register_blueprint(pages.blueprint(latest(), tuple(CATALOGUE.values()), guard=guard))
    languages.install(app)
    retelling.install(app)
    app.context_processor(lambda: {"viewer": Principal(account="a<b>&", user="Zoë", role="admin")})
    return app.test_client()


def test_the_first_page_is_configuration() -> None:
    answer = _client().get("/")
    assert (answer.status_code, answer.location) == (302, "/configuration")


def test_who_is_not_let_in_gets_the_assets_only() -> None:
    client = _client(let_in=False)
    assert client.get("/configuration").location == "/login"
    assert client.get("/assets/css/tokens.css", buffered=True).status_code == 200


def test_every_page_names_the_viewer_and_the_account_as_text() -> None:
    details = (f"/event-logs/{uuid4()}", f"/seats/{uuid4()}")
    for path in ("/configuration", "/seats", "/event-logs", *details, "/template-reference"):
        text = _client().get(path).text
        assert "Zoë" in text
        assert "a&lt;b&gt;&amp;" in text


def test_what_is_searched_for_stands_in_the_form_again_as_text() -> None:
    text = _client().get('/event-logs?q="><script>&state=failed').text
    assert 'value="&#34;&gt;&lt;script&gt;"' in text
    assert '<option value="failed" selected>' in text


def test_a_filter_of_event_logs_can_be_asked_for_by_address_and_unknown_ones_are_none() -> None:
    text = _client().get("/event-logs?kind=update&sort=-failed&state=odd&who=Zo%C3%AB&to=2026-11-22").text
    for chosen in ('value="update" selected', 'value="-failed" selected', 'value="Zoë"', 'value="2026-11-22"'):
        assert chosen in text
    assert "odd" not in text
    assert '<details class="more" open>' in text


def test_checks_are_no_state_that_event_logs_can_be_narrowed_to() -> None:
    text = _client().get("/event-logs").text
    assert '<option value="checked"' not in text
    assert 'data-state="checked"' in text


def test_a_seat_has_a_page_that_names_all_columns_but_secret_ones() -> None:
    user_id = uuid4()
    text = _client().get(f"/seats/{user_id}").text
    assert f'data-seat="{user_id}"' in text
    for column in latest().columns:
        assert (f'data-column="{column.name}"' in text) is not column.secret
    assert _client().get("/seats/nonsense").status_code == 404


def test_the_pop_up_of_the_seats_tab_updates() -> None:
    text = _client().get('/seats?q="><b>').text
    assert 'value="&#34;&gt;&lt;b&gt;"' in text
    assert ">Update</button>" in text
    assert ">Create</button>" not in text


def test_every_order_and_every_kind_is_one_that_the_event_log_knows() -> None:
    assert {sort for sort, _ in pages.SORTS} == {*SORTS}
    assert pages.SORTS[0][0] == NEWEST
    assert {kind for kind, _ in pages.KINDS} == {*KINDS}


def test_a_job_has_a_page_and_what_is_no_job_number_has_none() -> None:
    job_id = uuid4()
    assert f'data-job="{job_id}"' in _client().get(f"/event-logs/{job_id}").text
    assert _client().get("/event-logs/nonsense").status_code == 404


def test_every_state_of_a_job_has_a_word() -> None:
    assert {state for state, _ in pages.STATES} == {state.value for state in State}


def test_the_reference_tells_all_columns_all_problems_and_what_is_ignored() -> None:
    text = _client().get("/template-reference").text
    for name in (*(column.name for column in latest().columns), *CATALOGUE, *OUTCOME_COLUMNS):
        assert f"<code>{name}</code>" in text
