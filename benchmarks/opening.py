"""What opening a long trace costs: how soon its newest events are on the screen, how long it is read, in what memory.

The whole program, `tracetop FILE`, in a process and on a terminal of its own (a pty of 120x40, read and thrown away).

- first: from the moment the app is made to the first frame that shows events; promised: within 300 ms at any size.
  The start of the process, which loads Python and Textual, is told beside it.
- key: from a key to the frame that shows what it did, while the rest is read; promised: p95 under 50 ms.
- read: until all of it is read, and with how many events a second.
- peak: the most memory the program ever had, until it was quit; promised: under 200 MB for a million events.

Usage: python benchmarks/opening.py [FILE ...], by default a million events and a file of 5 GB that is mostly a hole.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from figures import Figure, at_most, percentile
from plan import Plan
from terminal import run_in_terminal

EVENTS = 1_000_000
SPARSE_BYTES = 5 << 30
KEY_SECONDS = 0.05
FIRST_MS, KEY_MS, PEAK_MB = 300.0, 50.0, 200.0
_LONGEST_SECONDS = 600.0


def opening(path: str | os.PathLike[str], *, to_the_end: bool = True, index: bool = False) -> dict[str, Any]:
    """Open a trace in a process of its own, quit when it is read, or as soon as events are shown.

    Milliseconds: `import_ms` from the start of the process until the app is made, `first_ms` from there to the first
    frame with events; `key_p50_ms` and `key_p95_ms` of `keys` pressed meanwhile. `read_seconds` from the app to the end
    of the reading, None where that was not awaited; `events` read by then, `events_per_second`; `quit_ms` from the word
    to quit to the end of the process; `peak_mb`. With `index` one is used, and made where there is none.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "found.json"
        started = time.time()
        arguments = [__file__, "--child", str(path), str(out), "end" if to_the_end else "first"]
        said, usage = run_in_terminal(arguments, {"TRACETOP_INDEX": "yes" if index else "no"})
        ended = time.time()
        if not out.exists():
            raise OSError(f"nothing was found out:\n{said}")
        found = json.loads(out.read_text())
    at_end = found["read"] is not None
    seconds = found["read"] - found["made"] if at_end else None
    return {
        "import_ms": (found["made"] - started) * 1000,
        "first_ms": (found["first"] - found["made"]) * 1000,
        "keys": len(found["keys"]),
        "key_p50_ms": percentile(found["keys"], 0.5) if found["keys"] else None,
        "key_p95_ms": percentile(found["keys"], 0.95) if found["keys"] else None,
        "read_seconds": seconds,
        "events": found["events"],
        "events_per_second": found["events"] / seconds if seconds else None,
        "quit_ms": (ended - found["quit"]) * 1000,
        "peak_mb": usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10),
    }


def child(path: str, out: str, until: str) -> None:
    """In the child: run the app, note when what happened, and leave it."""
    from textual.events import Key
    from tracetop.app.dashboard.screen import DashboardScreen
    from tracetop.app.settings.effective import effective_settings
    from tracetop.app.standalone import TracetopApp
    from tracetop.app.widgets.event_list import EventList

    gc.disable()  # as run_dashboard does
    app = TracetopApp(Path(path), settings=effective_settings({}))
    times: dict[str, float | None] = {"made": time.time(), "first": None, "read": None}
    display, latencies, pressed = app._display, [], []

    def shown(*arguments: Any) -> None:
        display(*arguments)
        screen = app.screen
        if not isinstance(screen, DashboardScreen):
            return
        rows = screen.query_one("#trace-timeline-list", EventList)
        if times["first"] is None and rows.row_count() and rows.size.height:
            times["first"] = time.time()
        if pressed and rows.cursor != pressed[0][1]:
            latencies.append((time.perf_counter() - pressed.pop()[0]) * 1000)

    def press() -> None:
        screen = app.screen
        if times["first"] is not None and isinstance(screen, DashboardScreen) and not pressed:
            rows = screen.query_one("#trace-timeline-list", EventList)
            pressed.append((time.perf_counter(), rows.cursor))
            app.post_message(Key("k" if rows.following else "j", None))

    def look() -> None:
        screen = app.screen
        if times["first"] is None or not isinstance(screen, DashboardScreen):
            return
        is_read = screen.source.is_read and screen.frame is not None and screen.frame.loading is None
        if is_read or until == "first" or time.time() - (times["made"] or 0.0) > _LONGEST_SECONDS:
            times["read"] = time.time() if is_read else None
            events = screen.source.trace.session.count
            found = {**times, "events": events, "keys": latencies, "quit": time.time()}
            Path(out).write_text(json.dumps(found))
            app.exit()

    app._display = shown  # type: ignore[method-assign]
    app.call_later(lambda: app.set_interval(0.02, look))
    app.call_later(lambda: app.set_interval(KEY_SECONDS, press))
    app.run()


def sparse(path: Path, end: Path) -> None:
    """A file of `SPARSE_BYTES`: a hole, which reads as NUL bytes, and the last megabyte of another at its end."""
    with end.open("rb") as source, path.open("wb") as file:
        source.seek(-(1 << 20), os.SEEK_END)
        tail = source.read()
        file.truncate(SPARSE_BYTES - len(tail))
        file.seek(0, os.SEEK_END)
        file.write(tail)


def figures(plan: Plan) -> Iterator[Figure]:
    """The rows of the table."""
    path = plan.trace(plan.sized(EVENTS))
    events = f"{plan.sized(EVENTS):,} events"
    found = [opening(path) for _ in range(plan.repeated(3))]
    first, peak = [each["first_ms"] for each in found], [each["peak_mb"] for each in found]
    keys = [each["key_p95_ms"] for each in found if each["key_p95_ms"] is not None]
    yield Figure(f"newest events on the screen, {events}", first, "ms", at_most(FIRST_MS), note="from the app made")
    yield Figure("the process before that", [each["import_ms"] for each in found], "ms", note="Python and Textual")
    yield Figure(f"key to paint while {events} are read, p95", keys, "ms", at_most(KEY_MS))
    yield Figure(f"all of {events} read", [each["read_seconds"] for each in found], "s", note="keys pressed meanwhile")
    yield Figure(f"peak memory of the dashboard, {events}", peak, "MB", at_most(PEAK_MB), note="Textual included")
    with cache_of_its_own():
        opening(path, index=True)
        again = [opening(path, index=True) for _ in range(plan.repeated(3))]
    shown, read = ([each[name] for each in again] for name in ("first_ms", "read_seconds"))
    yield Figure(f"newest events on the screen again, {events}", shown, "ms", at_most(FIRST_MS), note="from the index")
    yield Figure(f"all of {events} there again", read, "s", note="from the app made")
    hole = plan.folder / "hole.jsonl"
    sparse(hole, path)
    first = [opening(hole, to_the_end=False)["first_ms"] for _ in range(plan.repeated(3))]
    hole.unlink()
    yield Figure("newest events on the screen, 5 GB", first, "ms", at_most(FIRST_MS), note="mostly a hole")


@contextmanager
def cache_of_its_own() -> Iterator[None]:
    """Indexes made meanwhile are deleted at the end."""
    before = os.environ.get("XDG_CACHE_HOME")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        try:
            yield
        finally:
            if before is None:
                del os.environ["XDG_CACHE_HOME"]
            else:
                os.environ["XDG_CACHE_HOME"] = before


def told(name: str, found: dict[str, Any]) -> str:
    """A line about one opening."""
    read = ""
    if found["read_seconds"] is not None and found["keys"]:
        held = "kept" if found["peak_mb"] < PEAK_MB else "NOT KEPT"
        read = (
            f"; {found['keys']} keys p50 {found['key_p50_ms']:.0f} ms, p95 {found['key_p95_ms']:.0f}, "
            f"promised {KEY_MS:.0f}; "
            f"read in {found['read_seconds']:.1f} s, {found['events_per_second']:,.0f} events/s; "
            f"peak {found['peak_mb']:.0f} MB, promised {PEAK_MB:.0f} for a million: {held}"
        )
    held = "kept" if found["first_ms"] < FIRST_MS else "NOT KEPT"
    return (
        f"{name}: events shown {found['first_ms']:.0f} ms after the app is made, promised {FIRST_MS:.0f}: {held} "
        f"({found['import_ms']:.0f} ms before it for the process){read}; quit in {found['quit_ms']:.0f} ms"
    )


def main() -> None:
    if len(sys.argv) > 1:
        for name in sys.argv[1:]:
            print(told(name, opening(name)))
        return
    from make_trace import write

    with tempfile.TemporaryDirectory() as folder:
        million, hole = Path(folder) / "million.jsonl", Path(folder) / "hole.jsonl"
        write(million, EVENTS)
        sparse(hole, million)
        print(told(f"{EVENTS:,} events", opening(million)))
        print(told("5 GB, mostly a hole", opening(hole, to_the_end=False)))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
    else:
        main()
