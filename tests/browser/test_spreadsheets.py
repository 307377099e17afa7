"""Files as people have them: workbooks with sheets, columns of other names, rows that are pasted."""

import re
from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook
from playwright.sync_api import Page, expect

from tests.browser.admin import JOB_MS, Admin, fresh
from tests.e2e import rows
from tests.e2e.api import Api

MakeFile = Callable[..., Path]

NAMES = rows.HEADER.split(",")


def _workbook(path: Path, sheets: dict[str, list[list[str]]]) -> Path:
    book = Workbook(write_only=True)
    for title, lines in sheets.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    book.save(path)
    return path


def _lines(count: int) -> list[list[str]]:
    made = [rows.row() for _ in range(count)]
    return [NAMES, *([row[name] for name in NAMES] for row in made)]


def test_a_workbook_with_one_sheet_is_taken_as_it_is(admin: Admin, tmp_path: Path) -> None:
    admin.send(_workbook(tmp_path / "staff.xlsx", {"Staff": _lines(3)}))
    admin.sees("3 Seats ready")
    expect(admin.pop_up).to_contain_text("Sheet Staff")
    expect(admin.pop_up.get_by_role("combobox")).to_have_count(0)
    admin.create_button().click()
    admin.sees("3 Seats created")


def test_another_sheet_of_a_workbook_can_be_chosen(admin: Admin, page: Page, tmp_path: Path) -> None:
    admin.send(_workbook(tmp_path / "staff.xlsx", {"Staff": _lines(2), "Europe": _lines(5)}))
    admin.sees("2 Seats ready")
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        admin.pop_up.get_by_label("Sheet of the workbook").select_option("Europe")
    admin.sees("5 Seats ready")
    expect(admin.pop_up.get_by_label("Sheet of the workbook")).to_have_value("Europe")
    expect(admin.create_button()).to_be_focused()
    page.reload()
    admin.main.get_by_role("link", name="Go on with it").click()
    admin.sees("5 Seats ready")
    expect(admin.pop_up).to_contain_text("Sheet Europe")
    admin.create_button().click()
    admin.sees("5 Seats created")


def test_a_sheet_that_cannot_be_used_leaves_the_first_one(admin: Admin, page: Page, tmp_path: Path) -> None:
    admin.send(_workbook(tmp_path / "staff.xlsx", {"Staff": _lines(2), "Notes": _lines(1)}))
    admin.sees("2 Seats ready")
    refusal = {"status": 422, "code": "workbook_unreadable", "title": "x", "detail": "This sheet cannot be read."}
    page.route("**/api/v1/uploads?*", lambda route: route.fulfill(status=422, json=refusal))
    admin.pop_up.get_by_label("Sheet of the workbook").select_option("Notes")
    expect(admin.pop_up.get_by_role("alert")).to_contain_text("This sheet cannot be read.")
    admin.create_button().click()
    admin.sees("2 Seats created")


def _unlike(stem: str) -> tuple[bytes, str]:
    """A file with columns that nobody can know, and that no other run of the tests has chosen a meaning for."""
    badge, notes = f"Badge {fresh(stem)[-12:-4]}", f"Notes {fresh(stem)[-12:-4]}"
    made = [rows.row() | {badge: "A", notes: "none"} for _ in range(3)]
    header = ",".join([*(name for name in NAMES if name != "seat_type"), badge, notes])
    return rows.document([row | {badge: "standard"} for row in made], header), badge


def test_unknown_columns_are_asked_for_once_and_remembered(admin: Admin, api: Api, make_file: MakeFile) -> None:
    content, badge = _unlike("columns")
    admin.send(make_file(content, "hr.csv"))
    expect(admin.pop_up.get_by_role("heading", name="Which column is which?")).to_be_focused()
    expect(admin.create_button()).to_be_hidden()
    check = admin.pop_up.get_by_role("button", name="Check the file")
    expect(admin.pop_up.get_by_role("status").filter(has_text="Required")).to_contain_text("Seat type")
    check.click()
    seat_type = admin.pop_up.get_by_label(badge)
    expect(seat_type).to_be_focused()
    assert seat_type.evaluate("select => select.validationMessage") == "Choose a column, or leave it out."
    seat_type.select_option("seat_type")
    expect(admin.pop_up.get_by_text("Every required column is there.")).to_be_visible()
    admin.pop_up.get_by_label(re.compile("^Notes")).select_option("Leave this column out")
    check.click()
    admin.sees("3 Seats ready")
    expect(admin.pop_up).to_contain_text("9 columns matched, 1 left out")
    admin.create_button().click()
    admin.sees("3 Seats created")

    fields = content.decode().split("\r\n")
    again = rows.document([rows.row() | dict.fromkeys(fields[0].split(",")[-2:], "standard")], fields[0])
    admin.send(make_file(again, "hr again.csv"))
    admin.sees("1 Seat ready")
    admin.pop_up.get_by_role("button", name="Look at the columns").click()
    admin.pop_up.get_by_text("columns that were recognised").click()
    expect(admin.pop_up.get_by_label(badge)).to_have_value("seat_type")
    expect(admin.pop_up.get_by_text("As last time")).to_have_count(2)


def test_all_surplus_columns_are_left_out_at_once(admin: Admin, make_file: MakeFile) -> None:
    surplus = [f"Surplus {number} {fresh('x')[-9:-4]}" for number in range(4)]
    content = rows.document([rows.row() | dict.fromkeys(surplus, "x")], ",".join([*NAMES, *surplus]))
    admin.send(make_file(content))
    admin.pop_up.get_by_role("button", name="Leave out all that are not chosen").click()
    admin.pop_up.get_by_role("button", name="Check the file").click()
    admin.sees("1 Seat ready")
    expect(admin.pop_up).to_contain_text("9 columns matched, 4 left out")


def test_a_column_of_nearly_the_right_name_is_suggested(admin: Admin, make_file: MakeFile) -> None:
    content = rows.document([rows.row()]).replace(b"lastname", b"lastnmae")
    admin.send(make_file(content))
    expect(admin.pop_up.get_by_label("lastnmae")).to_have_value("lastname")
    expect(admin.pop_up.get_by_text("Our suggestion")).to_have_count(1)
    admin.pop_up.get_by_role("button", name="Check the file").click()
    admin.sees("1 Seat ready")


def test_one_column_is_not_chosen_twice(admin: Admin, make_file: MakeFile) -> None:
    name = f"Second {fresh('x')[-9:-4]}"
    admin.send(make_file(rows.document([rows.row() | {name: "x"}], f"{rows.HEADER},{name}")))
    admin.pop_up.get_by_label(name).select_option("email")
    admin.pop_up.get_by_role("button", name="Check the file").click()
    expect(admin.pop_up.get_by_text("Used more than once: E-mail.")).to_be_visible()
    expect(admin.pop_up.get_by_label(name)).to_have_attribute("aria-invalid", "true")
    admin.pop_up.get_by_label(name).select_option("Leave this column out")
    admin.pop_up.get_by_role("button", name="Check the file").click()
    admin.sees("1 Seat ready")


def _copied(lines: list[list[str]]) -> str:
    """Cells as a spreadsheet puts them on the clipboard."""
    return "".join("\t".join(line) + "\r\n" for line in lines)


def _paste(page: Page, text: str) -> None:
    """Paste into what has the focus, as Ctrl+V does."""
    page.evaluate(
        """text => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            const paste = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
            document.activeElement.dispatchEvent(paste);
        }""",
        text,
    )


def test_rows_are_pasted_with_their_header(admin: Admin, page: Page) -> None:
    admin.open_upload()
    _paste(page, _copied(_lines(3)))
    expect(admin.pop_up.get_by_role("checkbox", name="The first row names the columns")).to_be_checked()
    expect(admin.pop_up).to_contain_text("3 rows")
    admin.pop_up.get_by_role("button", name="Upload these rows").click()
    admin.sees("3 Seats ready")
    expect(admin.pop_up).to_contain_text("pasted rows.csv")
    admin.create_button().click()
    admin.sees("3 Seats created")


def test_rows_without_a_header_get_that_of_the_template(admin: Admin) -> None:
    admin.open_upload()
    admin.pop_up.get_by_role("button", name="Paste rows instead").click()
    box = admin.pop_up.get_by_label("Rows from your spreadsheet")
    expect(box).to_be_focused()
    admin.pop_up.get_by_role("button", name="Upload these rows").click()
    expect(box).to_have_js_property("validationMessage", "Paste the rows here first.")
    box.fill(_copied([line[:5] for line in _lines(2)[1:]]))
    expect(admin.pop_up.get_by_role("checkbox", name="The first row names the columns")).not_to_be_checked()
    header = admin.pop_up.get_by_role("region", name="Preview of the rows").get_by_role("columnheader")
    expect(header).to_have_text(["firstname", "lastname", "email", "extension", "seat_type"])
    admin.pop_up.get_by_role("button", name="Upload these rows").click()
    admin.sees("2 Seats ready")


def test_very_many_rows_without_a_header_are_pasted(admin: Admin, page: Page) -> None:
    admin.open_upload()
    _paste(page, "Ada\tLovelace\tada@example.com\r\n" * 150_000)
    expect(admin.pop_up).to_contain_text("150,000 rows", timeout=JOB_MS)


def test_of_a_long_paste_the_beginning_is_shown_and_all_is_uploaded(admin: Admin, page: Page) -> None:
    admin.open_upload()
    admin.pop_up.get_by_role("button", name="Paste rows instead").click()
    box = admin.pop_up.get_by_label("Rows from your spreadsheet")
    lines = _lines(3_000)
    _paste(page, _copied(lines))
    expect(admin.pop_up).to_contain_text("3,000 rows", timeout=JOB_MS)
    expect(admin.pop_up).to_contain_text("Only the first rows are shown in the box.")
    expect(box).not_to_be_editable()
    expect(box).to_have_accessible_description(re.compile("^Only the first rows"))
    assert len(box.input_value()) < 20_000
    admin.pop_up.get_by_role("button", name="Paste other rows").click()
    expect(box).to_be_focused()
    expect(box).to_be_editable()
    expect(box).to_have_accessible_description(re.compile("^Select the cells"))
    expect(box).to_have_value("")
    box.fill("Ada\tLovelace\tada@example.com")
    expect(admin.pop_up).to_contain_text("1 row")
    box.select_text()
    _paste(page, _copied(lines))
    admin.pop_up.get_by_role("button", name="Upload these rows").click()
    admin.sees("3,000 Seats ready")


def test_pasting_can_be_left_again(admin: Admin) -> None:
    admin.open_upload()
    admin.pop_up.get_by_role("button", name="Paste rows instead").click()
    admin.pop_up.get_by_role("button", name="Back").click()
    expect(admin.pop_up.get_by_text("Drag your file here")).to_be_visible()


def test_a_cell_with_a_line_break_stays_one_cell(page: Page, admin: Admin) -> None:
    admin.go("/configuration")
    parsed = page.evaluate(
        "async text => (await import('/assets/js/delimited.js')).parse(text).rows",
        'a\tb\r\n"two\nlines ""quoted"""\tx\r\n\r\nc\td',
    )
    assert parsed == [["a", "b"], ['two\nlines "quoted"', "x"], ["c", "d"]]
