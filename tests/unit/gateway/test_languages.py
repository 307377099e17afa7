"""Which language a viewer gets, and choosing another."""

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from gateway import language_choice, languages
from gateway.languages import COOKIE, LANGUAGES


@pytest.fixture
def client() -> FlaskClient:
    app = Flask("gateway")
    languages.install(app)
    app.register_blueprint(language_choice.blueprint(secure=False))
    words = """{{ language }}: {{ _("Sign out") }}, {{ "Failed" | translated }}"""

    @app.get("/")
    def page() -> str:
        return render_template_string(words)

    return app.test_client()


@pytest.mark.parametrize(
    ("liked", "language"),
    [
        ("fr", "fr"),
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("en-GB,fr;q=0.5", "en"),
        ("de", "en"),
        ("", "en"),
        ("fr;q=0,de", "en"),
    ],
)
def test_the_language_is_the_one_that_the_browser_likes_best(client: FlaskClient, liked: str, language: str) -> None:
    assert client.get("/", headers={"Accept-Language": liked}).text.startswith(f"{language}: ")


def test_the_words_are_those_of_the_language(client: FlaskClient) -> None:
    assert client.get("/", headers={"Accept-Language": "fr"}).text.startswith("fr: Déconnexion, En échec")
    assert client.get("/").text.startswith("en: Sign out, Failed")


def test_what_was_chosen_counts_more_than_what_the_browser_likes(client: FlaskClient) -> None:
    answer = client.post("/language", data={"language": "fr"}, headers={"Referer": "http://localhost/?job=1"})
    assert (answer.status_code, answer.location) == (303, "/?job=1")
    assert client.get("/", headers={"Accept-Language": "en"}).text.startswith("fr: ")


@pytest.mark.parametrize(
    "referer", ["", "http://localhost//evil.example", "nonsense", "http://[", "http://localhost/language"]
)
def test_a_choice_never_leads_elsewhere(client: FlaskClient, referer: str) -> None:
    assert client.post("/language", data={"language": "fr"}, headers={"Referer": referer}).location == "/"


def test_a_page_of_another_site_is_not_gone_back_to(client: FlaskClient) -> None:
    answer = client.post(
        "/language", data={"language": "fr"}, headers={"Referer": "https://evil.example/configuration"}
    )
    assert answer.location == "/configuration"


def test_a_language_without_words_is_refused(client: FlaskClient) -> None:
    client.set_cookie(COOKIE, "xx")
    assert client.get("/").text.startswith("en: ")
    assert client.post("/language", data={"language": "xx"}).status_code >= 400
    assert set(LANGUAGES) == {"en", "fr"}
