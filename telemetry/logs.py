"""Log lines that name what they are about: one line a record, as text for people or as JSON for machines."""

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Literal

_NOTHING: Mapping[str, str] = MappingProxyType({})
_CONTEXT: ContextVar[Mapping[str, str]] = ContextVar("log_context", default=_NOTHING)

# pika writes several lines for each connection made, and a traceback for each that is not; our own code says what
# matters of them. Its channels' warnings stay: they alone tell why the broker closed one.
_QUIET = {"pika": logging.WARNING, "pika.adapters": logging.CRITICAL, "urllib3": logging.WARNING}


@contextmanager
def log_context(**fields: str) -> Iterator[None]:
    """Put `fields` (such as ``job=…``) on every line logged inside, in this thread or task.

    Inner contexts add to outer ones and win where both name a field.
    """
    token = _CONTEXT.set({**_CONTEXT.get(), **fields})
    try:
        yield
    finally:
        _CONTEXT.reset(token)


def context() -> Mapping[str, str]:
    """The fields that a line logged here and now would carry."""
    return _CONTEXT.get()


def configure(service: str, *, style: Literal["text", "json"] = "text", level: int = logging.INFO) -> None:
    """Send every log record to standard output, one line each; call once, at the start of a process."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(TextFormatter(service) if style == "text" else JsonFormatter(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(max(level, least))
    logging.captureWarnings(True)


class TextFormatter(logging.Formatter):
    """``2026-11-22T12:00:00.123Z INFO upload job=… message``; a traceback follows on indented lines."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        fields = [f"{name}={_plain(value)}" for name, value in _CONTEXT.get().items()]
        words = [_time(record), record.levelname, self._service, *fields, _plain(record.getMessage())]
        line = " ".join(words)
        trace = _traceback(self, record)
        return f"{line}\n" + "\n".join(f"    {part}" for part in trace.splitlines()) if trace else line


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, service, logger, message, the context's fields, and `exception`."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            **_CONTEXT.get(),
            "time": _time(record),
            "level": record.levelname,
            "service": self._service,
            "logger": record.name,
            "message": record.getMessage(),
        }
        trace = _traceback(self, record)
        if trace:
            entry["exception"] = trace
        return json.dumps(entry, ensure_ascii=False)


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _plain(text: str) -> str:
    """`text` with its control characters escaped, so that what a stranger sent can't forge a log line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(text))


def _traceback(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    parts = [formatter.formatException(record.exc_info)] if record.exc_info else []
    if record.stack_info:
        parts.append(record.stack_info)
    return "\n".join(parts)
