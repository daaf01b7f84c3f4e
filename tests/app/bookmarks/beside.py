"""Bookmarks of a trace as they are opened, and the file of them beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tracetop.app.bookmarks.bookmarks import Bookmarks
from tracetop.app.trace import Trace, load_trace

NOW = 1_790_000_000.0


def opened(path: Path) -> tuple[Trace, Bookmarks]:
    trace, store = load_trace(path), Bookmarks(path, clock=lambda: NOW)
    store.look_at_all(trace)
    return trace, store


def sidecar(path: Path) -> Path:
    return path.with_name(f"{path.name}.bookmarks")


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in sidecar(path).read_text().splitlines()]


def notes(store: Bookmarks) -> dict[int, str]:
    return {event: bookmark.note for event, bookmark in store.placed.items()}
