"""A file that is not accepted: nothing is created, every problem is told, the corrected file goes through."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.admin import Admin, table
from tests.e2e import rows
from tests.e2e.api import Api

MakeFile = Callable[..., Path]


def test_a_wrong_file_creates_nothing_and_tells_what_to_correct(admin: Admin, api: Api, make_file: MakeFile) -> None:
    good = [rows.row() for _ in range(3)]
    wrong = [
        good[0],
        good[1] | {"email": "<img src=x>"},
        good[2] | {"seat_type": "premium", "phone_number": "4.41E+11"},
    ]
    admin.send(make_file(wrong, "wrong.csv"))
    admin.sees("3 problems to correct")
    expect(admin.pop_up).to_contain_text("Nothing has been created.")
    expect(admin.create_button()).to_be_hidden()
    expect(admin.pop_up.get_by_role("list", name="Problems by kind").get_by_role("button")).to_have_text(
        ["3 All", re.compile("^1 "), re.compile("^1 "), re.compile("^1 ")]
    )
    told = admin.pop_up.get_by_role("table").get_by_role("row")
    expect(told).to_have_count(4)
    expect(told.nth(1).get_by_role("cell").first).to_have_text("3")
    expect(told.nth(1)).to_contain_text("email")
    expect(told.nth(1)).to_contain_text("<img src=x>")
    expect(told.filter(has_text="4.41E+11")).to_contain_text("phone_number")
    assert api.get(f"/seats?q={good[0]['email']}").json["seats"] == []

    name, text = admin.download(admin.pop_up.get_by_role("link", name="Download problems CSV"))
    assert name.endswith(".csv")
    problems = [(row["line"], row["column"], row["code"]) for row in table(text)]
    assert ("3", "email", "not_an_email") in problems
    assert {line for line, _, _ in problems} == {"3", "4"}
    assert len(problems) == 3

    admin.pop_up.get_by_role("button", name="Upload a corrected file").click()
    admin.choose(make_file(good, "corrected.csv"))
    admin.create_button().click()
    admin.sees("3 Seats created")


def test_the_page_of_a_rejected_job_lists_its_problems_a_page_at_a_time(
    admin: Admin, api: Api, make_file: MakeFile
) -> None:
    wrong = [rows.row(email="nobody") for _ in range(150)]
    job = api.run(make_file(wrong).read_bytes(), "wrong-150.csv")
    admin.go(f"/event-logs/{job['job_id']}")
    card = admin.main.get_by_role("region", name="Problems")
    expect(card).to_contain_text("100 of 150")
    card.get_by_role("button", name="Show more problems").click()
    expect(card.get_by_role("row")).to_have_count(151)
    expect(card.get_by_role("button", name="Show more problems")).to_be_hidden()
    expect(admin.main.get_by_role("link", name="Upload a corrected file")).to_be_visible()
