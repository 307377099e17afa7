"""What is counted here."""

from prometheus_client import Counter

FILES = Counter(
    "files_validated",
    "Files that were read, by verdict: accepted, checked, rejected, cancelled or failed.",
    ["verdict"],
)
ROWS = Counter("rows_validated", "Rows of these files.")
PROBLEMS = Counter("problems_found", "Problems of rejected files, by code.", ["code"])
