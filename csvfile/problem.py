"""What can be wrong with a file as a whole.

Codes: `empty_file`, `not_csv`, `nul_byte`, `wrong_encoding`, `cell_too_long`, `unclosed_quote`, `stray_quote`,
`too_many_columns`.
"""


class FileProblem(Exception):
    """The file can't be read, or not further than this; `message` is fit for the person who sent it."""

    def __init__(self, *, line: int, column: str | None = None, code: str, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.code = code
        self.message = message
