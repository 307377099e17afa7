"""Numbers in the XML of workbooks."""


def whole(text: str | None) -> int:
    """A whole number that is 0 or more; 0 where there is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def column_of(reference: str) -> int:
    """The column of a cell from 1, by a reference such as `AB12`; 0 where it is none."""
    column = 0
    for character in reference[:4]:
        if not "A" <= character <= "Z":
            break
        column = column * 26 + ord(character) - 64
    return column
