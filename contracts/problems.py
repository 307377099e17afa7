"""What can be wrong with a file, in the spreadsheet's own terms."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with one cell, one row or the file.

    ``line`` is as a spreadsheet counts: the header is 1. ``column`` is the template's name of it, or the header's own
    where the template has none, or None for a row or file. ``value`` is the cell, shortened; None for secrets.
    ``suggestion`` is a cell that would be right and is probably meant, or None.
    """

    line: int
    column: str | None
    code: str
    message: str
    value: str | None = None
    suggestion: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemKind:
    """One entry of the catalogue: the stable ``code``, its ``title``, and the ``advice`` what to do."""

    code: str
    title: str
    advice: str


_KINDS = [
    # The file
    ("empty_file", "The file is empty", "Fill the template with one row per Seat, save it and upload it again."),
    ("no_rows", "The file has a header but no Seats", "Add one row per Seat below the header."),
    ("not_csv", "The file is not CSV", "In your spreadsheet choose «Save as» and the format «CSV UTF-8»."),
    ("nul_byte", "The file has NUL bytes", "It is damaged or not text. Save it again as «CSV UTF-8»."),
    ("wrong_encoding", "The file is not UTF-8", "Save it again as «CSV UTF-8»."),
    ("unclosed_quote", "A quotation mark is never closed", "Find the cell at the line named and close or remove it."),
    ("stray_quote", "Text stands behind a closing quotation mark", "Double quotation marks inside a quoted cell."),
    ("no_header", "The first line is not the header", "Put the names of the columns in the first line."),
    ("missing_column", "A required column is missing", "Add the column to the header and fill it in every row."),
    ("unknown_column", "A column is not known", "Rename it to the template's name, or remove it."),
    ("doubled_column", "Two columns have the same meaning", "Keep one of them."),
    ("too_many_rows", "The file has too many rows", "Split it into several files."),
    ("too_many_columns", "The header has too many columns", "Remove the columns that the template does not have."),
    ("too_many_bytes", "The file is too large", "Split it into several files."),
    ("seats_changed", "The account's Seats changed during the check", "Upload the file again."),
    # A row
    ("row_too_short", "A row has fewer cells than the header", "Fill the row up, with empty cells where need be."),
    ("row_too_long", "A row has more cells than the header", "Look for a delimiter inside a cell: quote that cell."),
    # A cell
    ("required", "A required cell is empty", "Fill the cell."),
    ("cell_too_long", "A cell is longer than any may be", "Shorten it, or look for a missing closing quotation mark."),
    ("too_long", "The text is too long", "Shorten it."),
    ("control_character", "The text has an invisible control character", "Type the cell anew."),
    ("not_allowed", "The value is not one of those allowed", "Choose one of the values of the rule."),
    ("not_digits", "Something other than digits", "Leave only the digits 0 to 9."),
    ("wrong_length", "Too few or too many digits", "See the rule of the column."),
    ("not_an_email", "Not an e-mail address", "Write it as name@example.com."),
    ("not_a_phone_number", "Not a phone number", "Write + and the country code, then the number: +14155550100."),
    ("lost_plus", "The + of a phone number is missing", "Format the column as text, then write the + again."),
    ("lost_leading_zero", "A leading zero seems lost", "Format the column as text, then write the zeros again."),
    ("scientific_notation", "A spreadsheet has shortened a number", "Format the column as text; enter it again."),
    ("spreadsheet_error", "A formula has failed", "Mend the formula, or type the value in its place."),
    ("not_a_timezone", "Not a time zone", "Use a name of the IANA list, such as America/Vancouver."),
    ("not_a_language", "Not a language", "Use a BCP 47 tag, such as en-CA."),
    ("not_a_mac", "Not a MAC address", "Write its 12 hexadecimal digits, such as 00:1A:2B:3C:4D:5E."),
    ("not_a_user_id", "Not a User ID", "Copy it from a summary, or from the Seats that you have exported."),
    ("cannot_clear", "A value that every Seat has can't be cleared", "Leave the cell blank, or give another value."),
    (
        "seat_unknown",
        "There is no Seat with this User ID",
        "Export the Seats anew, and remove rows of Seats long gone.",
    ),
    ("needed_by_seat", "The Seat can't be without this value", "Fill the cell, or switch off what needs it."),
    ("duplicate_in_file", "The same value stands in another row", "Give each Seat its own, or remove one of the rows."),
    ("seat_exists", "A Seat of the account has this already", "Remove the row, or give it another value."),
]

#: Every problem code, in the order in which the documentation tells them.
CATALOGUE: Mapping[str, ProblemKind] = MappingProxyType(
    {code: ProblemKind(code=code, title=title, advice=advice) for code, title, advice in _KINDS}
)
