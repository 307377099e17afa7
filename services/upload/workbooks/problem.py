"""What can be wrong with a workbook."""

from typing import Any


class WorkbookProblem(Exception):
    """It can't be read, or not as it is asked for. ``code`` is stable, ``message`` is fit for the person who sent it,
    ``told`` is what else a program may want to know.

    Codes: `workbook_unreadable`, `workbook_too_large`, `sheet_unknown`, `too_many_rows`, `too_many_columns`.
    """

    def __init__(self, code: str, message: str, **told: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.told = told


def unreadable(why: str) -> WorkbookProblem:
    """It is damaged, or not made as workbooks are; ``why`` goes on from “it can't be read:”."""
    return WorkbookProblem(
        "workbook_unreadable",
        f"This Excel workbook can't be read: {why}. Open it in your spreadsheet program, save it as CSV UTF-8, and"
        " upload that file.",
    )
