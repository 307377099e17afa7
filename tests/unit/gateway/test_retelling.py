"""What services say in English is told in French, with its values in their places."""

import orjson
import pytest
from flask import Flask, Response

from contracts.template import latest
from contracts.template.rules import BrokenRule
from gateway import languages, retelling
from gateway.retelling import Sentences, sentences
from web.refusals import Refusal, register

NARROW = "\u202f"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("The check of the file began.", "La vérification du fichier a commencé."),
        (
            "The file was refused: 1,200 problems in 12,000 rows. No Seat was created.",
            f"Le fichier a été refusé\u00a0: 1{NARROW}200 problèmes dans 12{NARROW}000 lignes. "
            "Postes créés\u00a0: aucun.",
        ),
        (
            "Ann cancelled the job. 250 Seats were created before that. 1 row was not processed.",
            "Ann a annulé la tâche. 250 postes créés auparavant. Non traitées\u00a0: 1 ligne.",
        ),
        (
            "The job ended as completed with errors: 496 Seats created, 4 rows failed, 3 rows not processed.",
            "La tâche est terminée avec des erreurs\u00a0: 496 postes créés, 4 lignes en échec, 3 lignes non traitées.",
        ),
        (
            "Chunk 3 (lines 2,001 to 3,000): 999 Seats created, 1 row failed.",
            f"Paquet 3 (lignes 2{NARROW}001 à 3{NARROW}000)\u00a0: 999 postes créés, 1 ligne en échec.",
        ),
        ("First name is empty. Every row needs one.", "Prénom est vide. Chaque ligne en a besoin."),
        (
            "2 to 7 digits; unique in the file and in the account",
            "2 à 7 chiffres; unique dans le fichier et dans le compte",
        ),
        (
            "This is not a time zone of the IANA list, such as America/Vancouver. Did you mean Europe/Paris?",
            "Ce n\u2019est pas un fuseau horaire de la liste IANA, comme America/Vancouver. "
            f"Vouliez-vous dire Europe/Paris{NARROW}?",
        ),
    ],
)
def test_a_sentence_is_told_with_its_values(said: str, told: str) -> None:
    assert sentences("fr").retell(said) == told


@pytest.mark.parametrize("said", ["", "Something new. Never seen before.", "seats.csv", "1001"])
def test_what_is_not_known_stays_as_it_is(said: str) -> None:
    assert sentences("fr").retell(said) == said


def test_the_sentence_with_more_words_of_its_own_is_the_one() -> None:
    told = Sentences("fr", {"{column} is empty.": "A {column}", "The cell {cell} is empty.": "B {cell}"})
    assert told.retell("The cell B7 is empty.") == "B B7"
    assert told.retell("E-mail is empty.") == "A E-mail"


def test_a_value_is_put_in_as_it_is_whatever_it_holds() -> None:
    told = Sentences("fr", {"{who} sent {what}.": "{what}, de {who}."})
    assert told.retell("Ann sent {who}\\1.") == "{who}\\1, de Ann."


def test_sentences_within_sentences_end_somewhere() -> None:
    told = Sentences("fr", {"Not {what}": "Non {what}"})
    assert told.retell("Not " * 50 + "so").startswith("Non Non")


WRONG = ("", "4.41E+11", "x" * 300, "a\x01b", "premium", "Vancuver", "1" * 40, "1", "14155550100", "00:1A", "klingon!")


def test_everything_that_a_rule_can_find_wrong_is_told_in_french() -> None:
    said = set()
    for column in latest().columns:
        for cell in WRONG[1:]:
            try:
                column.check.normalise(cell)
            except BrokenRule as broken:
                said.add(broken.message)
        said.add(column.rule)
    assert len(said) > 30
    assert [words for words in said if sentences("fr").retell(words) == words] == []


def _app() -> Flask:
    app = Flask("gateway")
    languages.install(app)
    register(app, ())
    retelling.install(app)

    @app.get("/api/v1/refused")
    def refused() -> Response:
        raise Refusal(404, "not_found", "There is no such job.")

    @app.get("/api/v1/told")
    def told() -> Response:
        problem = {"line": 2, "message": "This is not text.", "value": "This is not text."}
        body = orjson.dumps({"problems": [problem]})
        return Response(retelling.retold_json(body), content_type="application/json")

    return app


def test_people_are_told_in_their_language_and_values_stay() -> None:
    client = _app().test_client()
    (problem,) = client.get("/api/v1/told", headers={"Accept-Language": "fr-CA, en;q=0.5"}).json["problems"]  # type: ignore[index]
    assert problem == {"line": 2, "message": "Ce n\u2019est pas du texte.", "value": "This is not text."}


def test_programs_are_told_in_english_unless_they_ask() -> None:
    client = _app().test_client()
    assert client.get("/api/v1/refused").json["detail"] == "There is no such job."  # type: ignore[index]
    answer = client.get("/api/v1/refused", headers={"Accept-Language": "fr"})
    assert (answer.status_code, answer.json["detail"]) == (404, "Cette tâche n\u2019existe pas.")  # type: ignore[index]
    assert "Accept-Language" in answer.headers["Vary"]
