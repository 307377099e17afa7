import io
import os
import subprocess
import sys

import pytest

from deploy.embedded.log_stream import LogStream, is_log_line, named

OURS = "2026-11-22T12:00:00.123Z INFO upload job=1 received"


@pytest.mark.parametrize("line", [OURS, '{"service": "upload"}'])
def test_a_line_that_names_its_service_is_left_alone(line: str) -> None:
    assert named(line, "upload-web") == line
    assert is_log_line(line)


@pytest.mark.parametrize("line", ["Traceback (most recent call last):", "    raise", "", "[2026] [INFO] Listening"])
def test_any_other_line_gets_the_name(line: str) -> None:
    assert named(line, "upload-web") == f"upload-web | {line}"
    assert is_log_line(named(line, "upload-web"))


def test_words_to_people_are_not_log_lines() -> None:
    assert not is_log_line("Bulk Manager is ready at http://127.0.0.1:8080")


def test_what_a_process_prints_is_passed_on_by_line() -> None:
    out = io.StringIO()
    code = f"import sys; print({OURS!r}); sys.stdout.flush(); sys.stdout.buffer.write(b'caf\\xff\\n')"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        LogStream(out).follow(child.stdout, "upload-web").join()
    assert out.getvalue() == f"{OURS}\nupload-web | caf\N{REPLACEMENT CHARACTER}\n"


def test_a_reader_that_went_away_does_no_harm() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(os.dup(writing), "w", buffering=1) as out:
        LogStream(out).say("nobody hears this")
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())  # so that closing it has somewhere to flush to
    os.close(writing)
