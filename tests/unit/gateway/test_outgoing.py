"""The names of downloads."""

import pytest
from werkzeug.http import parse_options_header

from gateway.outgoing import attachment


@pytest.mark.parametrize(
    "filename", ["summary.csv", "Sitze €.csv", 'a "quoted" name.csv', "semi;colon, comma.csv", "100%.csv", "日本.csv"]
)
def test_a_reader_of_the_header_gets_the_very_name(filename: str) -> None:
    kind, options = parse_options_header(attachment(filename))
    assert (kind, options["filename"]) == ("attachment", filename)


@pytest.mark.parametrize("filename", ["a\r\nSet-Cookie: x=1", "a\x00b", 'a"; filename="b', "a\\b"])
def test_nothing_gets_out_of_the_header(filename: str) -> None:
    header = attachment(filename)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2


def test_old_readers_get_a_plain_name() -> None:
    assert attachment("Sitze €.csv").startswith('attachment; filename="Sitze _.csv"; ')
