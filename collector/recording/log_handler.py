"""The host's own log in the trace: a `logging.Handler` that records what is logged as events."""

from __future__ import annotations

import logging
from typing import Any

from .agent_acts import error_fields
from .plain_values import as_text, attempt
from .spans import RecordingSpans, mark_told, was_told

_OURS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class TraceLogHandler(logging.Handler):
    """Records log records in a trace: `logging.getLogger().addHandler(TraceLogHandler(collector))`.

    Records of `error_level` and above become `error` events, unless their exception was already recorded by a span;
    all others are `custom`. The payload has the message, level, logger and place, and what the host added as `extra`.
    Iteration and parent are those of the span that logged.

    Args:
        collector: what records.
        level: records below it are left out.
        error_level: from this level on a record is an error.
    """

    def __init__(
        self, collector: RecordingSpans, level: int | str = logging.NOTSET, error_level: int = logging.ERROR
    ) -> None:
        super().__init__(level)
        self._collector = collector
        self._error_level = error_level

    def emit(self, record: logging.LogRecord) -> None:
        """Record one log record. Never raises."""
        error = record.exc_info[1] if record.exc_info else None
        message = attempt(logging.LogRecord.getMessage, record, as_text(record.msg))
        data: dict[str, Any] = {
            "message": message,
            "level": record.levelname,
            "logger": record.name,
            "where": f"{record.pathname}:{record.lineno}",
            **{name: value for name, value in vars(record).items() if name not in _OURS},
        }
        if error is not None:
            data["exception"] = error_fields(error)["error"]
        kind = "custom"
        if record.levelno >= self._error_level and not was_told(error):
            kind = "error"
            data = {"error": message, "error_type": None if error is None else type(error).__name__, **data}
            mark_told(error)
        self._collector.record(kind, data, timestamp=record.created)
