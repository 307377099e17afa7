"""One line a record, naming what it is about."""

import json
import logging
import sys
import threading
from collections.abc import Iterator

import pytest

from telemetry import logs


@pytest.fixture(autouse=True)
def _root_logger_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


def test_a_text_line_has_time_level_service_context_and_message(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("parcels")
    with logs.log_context(job="42"), logs.log_context(message="m1"):
        logging.getLogger("x").info("sent %d", 3)
    time, rest = capsys.readouterr().out.rstrip("\n").split(" ", 1)
    assert rest == "INFO parcels job=42 message=m1 sent 3"
    assert time.endswith("Z")
    assert len(time) == len("2026-11-22T12:00:00.123Z")


def test_the_context_ends_with_its_block_and_the_inner_one_wins() -> None:
    with logs.log_context(job="1"):
        with logs.log_context(job="2"):
            assert logs.context() == {"job": "2"}
        assert logs.context() == {"job": "1"}
    assert logs.context() == {}


def test_the_context_is_not_seen_by_another_thread() -> None:
    seen: list[object] = []
    with logs.log_context(job="1"):
        thread = threading.Thread(target=lambda: seen.append(dict(logs.context())))
        thread.start()
        thread.join()
    assert seen == [{}]


def test_a_line_break_in_a_message_cannot_forge_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("parcels")
    with logs.log_context(job="1\n2"):
        logging.getLogger().warning("bad\r\n2026 ERROR forged \x1b[31m")
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert r"job=1\n2 bad\r\n2026 ERROR forged \x1b[31m" in out


def test_letters_of_any_language_stay_readable(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("parcels")
    logging.getLogger().info("Zoë 東京")
    assert "Zoë 東京" in capsys.readouterr().out


def test_a_traceback_follows_indented(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("parcels")
    try:
        int("no")
    except ValueError:
        logging.getLogger().exception("failed")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("ERROR parcels failed")
    assert lines[-1].startswith("    ValueError: invalid literal")
    assert all(line.startswith("    ") for line in lines[1:])


def test_a_stack_is_told_too(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("parcels")
    logging.getLogger().info("here", stack_info=True)
    assert "    Stack (most recent call last):" in capsys.readouterr().out


def test_a_json_line_carries_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("parcels", style="json")
    with logs.log_context(job="42"):
        try:
            int("no")
        except ValueError:
            logging.getLogger("x.y").exception("failed\nbadly")
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    entry = json.loads(out)
    assert entry["message"] == "failed\nbadly"
    assert (entry["level"], entry["service"], entry["logger"], entry["job"]) == ("ERROR", "parcels", "x.y", "42")
    assert entry["exception"].endswith("'no'")


def test_a_json_line_without_an_error_has_no_exception(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("parcels", style="json")
    logging.getLogger().info("well")
    assert "exception" not in json.loads(capsys.readouterr().out)


def test_configuring_twice_does_not_double_the_lines(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("parcels")
    logs.configure("parcels")
    logging.getLogger().info("once")
    assert capsys.readouterr().out.count("once") == 1


def test_a_talkative_library_is_heard_from_warnings_up(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("parcels")
    logging.getLogger("pika.channel").info("hush")
    logging.getLogger("pika.adapters.blocking_connection").error("hush")
    logging.getLogger("pika.channel").warning("told")
    out = capsys.readouterr().out
    assert "hush" not in out
    assert "told" in out


def test_lines_go_to_the_standard_output_of_now() -> None:
    logs.configure("parcels")
    (handler,) = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    assert handler.stream is sys.stdout
