"""`tracetop demo`: the scripted agent records, the dashboard looks on."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ...collector.recording.recorder import TraceCollector
from ..commands.headless import has_screen, write_lines
from ..reports.layout import terminal_width
from ..reports.report import report_text
from ..safe_text import one_line
from ..trace import load_trace
from .agent import LIVE_PACE, DemoAgent

DEFAULT_START = 1_780_000_000.0
"""When the written demo begins: 28 May 2026, in Unix epoch seconds."""

_FLUSH_SECONDS = 0.1
_JOIN_SECONDS = 2.0


def run_demo(*, debug: bool = False, speed: float = 1.0, keep: Path | None = None, theme: str | None = None) -> None:
    """Record a scripted session live and open the dashboard on it.

    The trace is removed afterwards unless a folder to `keep` it in is given. Without a terminal it is recorded at
    once and reported as text. Raises ValueError for a speed that is not above 0, NoSuchThemeError.
    """
    with _folder(keep) as folder:
        if has_screen():
            path = _watch_live(folder, debug, speed, theme)
        else:
            path = write_demo(folder)
            write_lines(report_text(load_trace(path), terminal_width()))
        if keep is not None:
            write_lines([f"The trace is in {one_line(str(path))}"])


def write_demo(path_or_dir: str | Path, *, start: float = DEFAULT_START) -> Path:
    """Write the whole demo at once, as a finished trace that begins at `start` (Unix epoch seconds).

    Times, durations, tokens and costs are the same each time, event ids are not. A folder (or a path without the
    suffix `.jsonl`) gets a file of its own in it; one that exists is replaced.
    """
    path = Path(path_or_dir)
    if path.suffix != ".jsonl":
        path /= "session-demo.jsonl"
    clock = ScriptedClock(start)
    collector = TraceCollector(None, "demo", clock=clock)
    # As slow as a real agent, so that the durations are a real agent's.
    DemoAgent(collector, speed=1 / LIVE_PACE, sleep=clock.sleep, clock=clock).run()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(collector.lines()))
    return path


class ScriptedClock:
    """A clock that stands still but for what it is told to wait, and a millisecond each time somebody looks."""

    def __init__(self, start: float) -> None:
        self._start = start
        self._slept = 0.0
        self._looks = itertools.count()

    def __call__(self) -> float:
        return round(self._start + self._slept + next(self._looks) / 1000, 6)

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self._slept += seconds


def _watch_live(folder: Path, debug: bool, speed: float, theme: str | None) -> Path:
    from ..standalone import run_dashboard

    stop = threading.Event()
    collector = TraceCollector(folder, flush_interval=_FLUSH_SECONDS)
    agent = DemoAgent(collector, speed=speed, stop=stop)
    path = collector.path or folder
    thread = threading.Thread(target=agent.run, name="tracetop-demo", daemon=True)
    thread.start()
    try:
        run_dashboard(path, debug=debug, theme=theme)
    finally:
        stop.set()
        thread.join(_JOIN_SECONDS)
    return path


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        yield keep
        return
    # On Windows a file that a thread still holds open cannot be removed; that is no reason to fail on the way out.
    with TemporaryDirectory(prefix="tracetop-demo-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)
