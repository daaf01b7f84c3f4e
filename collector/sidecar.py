"""The file beside a trace that holds what people say of it; the trace itself is its agent's alone."""

from __future__ import annotations

from pathlib import Path

_SUFFIX = ".bookmarks"
"""Behind the whole name, so that no search for `*.jsonl` takes it for a trace."""


def bookmarks_path(trace: Path) -> Path:
    """Where the bookmarks of a trace file are kept: `session-1.jsonl.bookmarks`."""
    return trace.with_name(trace.name + _SUFFIX)
