"""The description of the API."""

import re

import pytest

from gateway.description import WORKBOOK, describe
from gateway.routes import ROUTES


def test_every_route_is_described_and_nothing_else() -> None:
    described = {(method, path) for path, calls in describe()["paths"].items() for method in calls}
    assert described == {(route.method.lower(), route.path) for route in ROUTES}


def test_the_calls_that_were_promised_are_there() -> None:
    promised = {
        "POST /tokens",
        "GET /template.csv",
        "GET /template",
        "GET /limits",
        "POST /uploads",
        "DELETE /uploads/{upload_id}",
        "POST /jobs",
        "GET /jobs",
        "GET /jobs/{job_id}",
        "POST /jobs/{job_id}/cancel",
        "GET /jobs/{job_id}/problems",
        "GET /jobs/{job_id}/problems.csv",
        "GET /jobs/{job_id}/events",
        "GET /jobs/{job_id}/outcomes",
        "GET /jobs/{job_id}/summary.csv",
        "GET /seats",
        "GET /jobs/{job_id}/annotated.csv",
        "GET /jobs/{job_id}/failed.csv",
        "GET /jobs/{job_id}/created.csv",
        "GET /jobs/{job_id}/changes",
        "POST /jobs/{job_id}/retry",
        "POST /jobs/{job_id}/undo",
        "GET /seats/count",
        "GET /seats/{user_id}",
        "GET /seats.csv",
        "POST /seats/delete",
    }
    assert {f"{route.method} {route.path}" for route in ROUTES} == promised


def test_every_reference_leads_somewhere() -> None:
    description = describe()
    references = set(re.findall(r"#/components/(\w+)/(\w+)", str(description)))
    assert ("schemas", "Job") in references
    for kind, name in references:
        assert name in description["components"][kind]


@pytest.mark.parametrize("path", ["/jobs/{job_id}", "/uploads/{upload_id}"])
def test_ids_are_parameters(path: str) -> None:
    (call,) = describe()["paths"][path].values()
    (parameter,) = call["parameters"]
    assert parameter["required"]
    assert parameter["schema"] == {"type": "string", "format": "uuid"}


def test_only_a_sign_in_needs_no_token() -> None:
    description = describe()
    assert description["security"] == [{"token": []}, {"session": []}]
    open_calls = [
        path for path, calls in description["paths"].items() for c in calls.values() if c.get("security") == []
    ]
    assert open_calls == ["/tokens"]


def test_an_upload_is_raw_or_a_form() -> None:
    body = describe()["paths"]["/uploads"]["post"]["requestBody"]["content"]
    assert set(body) == {"text/csv", WORKBOOK, "multipart/form-data"}


def test_a_parameter_that_may_come_several_times_is_a_list() -> None:
    parameters = describe()["paths"]["/seats.csv"]["get"]["parameters"]
    assert {one["name"]: one["schema"]["type"] for one in parameters} == {"q": "string", "user_id": "array"}
