"""The log: one line for each request, as text or as JSON, without what readers asked."""

import logging
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from gunicorn.glogging import Logger

from web.settings import LogFormat

REQUESTS = logging.getLogger("trouvaille.requests")
"""Gets one record for each answer, what is told of it being ``record.pairs``."""


def configure(form: LogFormat) -> None:
    """Write everything from ``trouvaille`` on, and warnings of others, to standard error.

    ``off`` leaves out the lines of requests; warnings and errors are always written.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    REQUESTS.setLevel(logging.WARNING if form == "off" else logging.INFO)


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, what a record says, its pairs."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        told: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        pairs = _pairs(record)
        if not pairs:
            told["message"] = record.getMessage()
        if record.exc_info:
            told["trace"] = "".join(traceback.format_exception(*record.exc_info))
        return orjson.dumps(told | dict(pairs), default=str).decode()


class TextLines(logging.Formatter):
    """Time, level, then what a record says, or its pairs as ``name=value``."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record; line breaks in what readers sent are escaped."""
        pairs = _pairs(record)
        if pairs:
            said = " ".join(f"{name}={_quoted(value)}" for name, value in pairs.items())
        else:
            said = record.getMessage()
            said = said.encode("unicode_escape").decode() if not said.isprintable() else said
        line = f"{_time(record)} {record.levelname} {said}"
        if record.exc_info:
            line += "\n" + "".join(traceback.format_exception(*record.exc_info)).rstrip()
        return line


class Propagating(Logger):  # type: ignore[misc]
    """Gunicorn's own messages, in our format rather than its."""

    def setup(self, cfg: Any) -> None:
        """Take its handlers away: what is logged goes up to ours."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


def _pairs(record: logging.LogRecord) -> Mapping[str, Any]:
    pairs: Mapping[str, Any] = getattr(record, "pairs", {})
    return pairs


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _quoted(value: Any) -> str:
    text = str(value)
    plain = text and text.isprintable() and not set(text) & set(' "=')
    return text if plain else orjson.dumps(text).decode()
