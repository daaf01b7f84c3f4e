"""What it costs to watch an agent: from a line's write to the frame that shows it, and keys while events pour in.

A process writes the trace, another shows it on a real terminal of 120x40 (see `frames`). Written lines are the rest of
the trace that was there before, with the present time.

- write to paint: one event at a time, 100 a second. Promised: p50 under 60 ms, p99 under 250 ms, 15 % of a core.
- pouring: 5,000 events a second for a minute. Promised: nothing falls behind, keys p95 under 50 ms.
- the same in a session that holds a million events already.
- one more event: reading and folding a line alone, in sessions of 1k to 1M events. Promised: flat within 1.3x.
- quiet: `frames` looks at CPU where nothing happens. Promised: under 2 % of a core, hidden under 1 %.

Usage: python benchmarks/live.py [--quick]
"""

from __future__ import annotations

import argparse
import asyncio
import bisect
import json
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TypedDict

from frames import (
    HIDDEN_SHARE,
    KEY_MS,
    KEY_SECONDS,
    OPEN_SHARE,
    SETTLE_SECONDS,
    Tasks,
    host_of,
    idle_share,
    in_terminal,
    judged,
    opened,
    percentile,
    run_task,
    standalone,
)

SIZES, QUICK_SIZES = (1_000, 1_000_000), (1_000, 100_000)
TRICKLE, POUR = 100, 5_000
SECONDS, QUICK_SECONDS = 60.0, 5.0
WRITES_PER_SECOND = 100
WARM_SECONDS = 2.0
TRICKLE_P50_MS, TRICKLE_P99_MS, TRICKLE_SHARE = 60.0, 250.0, 0.15
BEHIND_SECONDS = 0.5
"""What is not painted of so much time's events is no lag that grows: a look, a fold and a frame take some of it."""
APPLY_SIZES, QUICK_APPLY_SIZES = (1_000, 10_000, 100_000, 1_000_000), (1_000, 10_000, 100_000)
APPLIED, APPLY_FLAT = 2_000, 1.3
TIMESTAMP = re.compile(rb'"timestamp":[0-9.]+')


class Figure(TypedDict):
    """A figure, and what it was promised to be at most; None where nothing was promised."""

    name: str
    value: float
    unit: str
    promise: float | None


def write_lines(path: str, pour: str, log: str, rate: str, seconds: str) -> None:
    """In a process of its own: append lines at a rate, and log when each write began and how many there were then."""
    each = max(1, int(rate) // WRITES_PER_SECOND)
    writes = int(float(seconds) * int(rate) / each)
    with open(pour, "rb") as file:  # noqa: PTH123 - as the rest: bytes, quickly
        lines = list(islice(file, writes * each))
    written: list[tuple[float, int]] = []
    with open(path, "ab", buffering=0) as file:  # noqa: PTH123
        start = time.monotonic()
        for number in range(writes):
            time.sleep(max(0.0, start + number * each / int(rate) - time.monotonic()))
            stamp = b'"timestamp":%.6f' % time.time()
            chunk = b"".join(TIMESTAMP.sub(stamp, line, 1) for line in lines[number * each : (number + 1) * each])
            begun = time.monotonic()
            file.write(chunk)
            written.append((begun, (number + 1) * each))
    Path(log).write_text(json.dumps(written))


class Frames:
    """When frames were painted, and how many events were in each."""

    def __init__(self, app: Any, screen: Any) -> None:
        self.times: list[float] = []
        self.counts: list[int] = []
        display = app._display

        def displayed(*arguments: Any) -> None:
            drawn = screen.frame.view.at
            display(*arguments)
            self.times.append(time.monotonic())
            self.counts.append(drawn)

        app._display = displayed

    def lags(self, written: list[tuple[float, int]], before: int) -> Iterator[float]:
        """Milliseconds from each write to the frame that has the last of its events."""
        for begun, count in written:
            frame = bisect.bisect_left(self.counts, before + count)
            if frame == len(self.counts):
                raise SystemExit(f"event {before + count:,} was never painted")
            yield (self.times[frame] - begun) * 1000

    def behind(self, written: list[tuple[float, int]], before: int) -> list[int]:
        """How many events had been written and not painted, at each write."""
        starts = [begun for begun, _ in written]
        found = []
        for at in starts:
            frame = bisect.bisect_right(self.times, at) - 1
            seen = max(0, self.counts[frame] - before) if frame >= 0 else 0
            found.append(written[bisect.bisect_right(starts, at) - 1][1] - seen)
        return found


class Keys:
    """Presses keys and takes the time from each to the frame that shows what it did."""

    def __init__(self, app: Any, screen: Any) -> None:
        self.app = app
        self.latencies: list[float] = []
        self._pressed, self._waiting = 0.0, []
        display, move = app._display, screen.move_cursor

        def moved(event: int | None, **how: Any) -> None:
            self._waiting.append(self._pressed)  # before: what it paints may be on the screen when it returns
            move(event, **how)

        def displayed(*arguments: Any) -> None:
            display(*arguments)
            self.latencies.extend((time.monotonic() - at) * 1000 for at in self._waiting)
            self._waiting.clear()

        app._display, screen.move_cursor = displayed, moved

    async def press(self, running: Any) -> None:
        """Press keys until a process has ended."""
        from textual.events import Key

        number = 0
        while running.poll() is None:
            await asyncio.sleep(KEY_SECONDS)
            self._pressed = time.monotonic()
            self.app.post_message(Key("k" if number % 20 < 10 else "j", "k"))
            number += 1


async def watched(app: Any, trace: str, pour: str, rate: str, seconds: str, keys: str) -> dict[str, Any]:
    """Open a trace, have it written to, and look at what is painted."""
    screen = await opened(app)
    await asyncio.sleep(SETTLE_SECONDS)
    before, frames = screen.source.trace.session.count, Frames(app, screen)
    presser = Keys(app, screen)
    with tempfile.NamedTemporaryFile() as log:
        command = [sys.executable, __file__, "--write", trace, pour, log.name, rate, seconds]
        writer = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while screen.source.trace.session.count == before and writer.poll() is None:
            await asyncio.sleep(0.01)
        cpu, wall, peak = time.process_time(), time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if keys == "keys":
            await presser.press(writer)
        while writer.poll() is None:
            await asyncio.sleep(0.1)
        spent = (time.process_time() - cpu) / (time.monotonic() - wall)
        await asyncio.sleep(SETTLE_SECONDS)
        written = json.loads(Path(log.name).read_text())
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) * (1 if sys.platform == "darwin" else 1024)
    behind = frames.behind(written, before)
    warm = int(len(written) * min(0.2, WARM_SECONDS / float(seconds)))
    return {
        "lags": list(frames.lags(written, before))[warm:],
        "cpu": spent,
        "keys": presser.latencies,
        "behind": behind[warm:],
        "rate": written[-1][1] / (written[-1][0] - written[0][0]),
        "bytes": grown / written[-1][1],
        "frames": sum(written[0][0] <= at <= written[-1][0] for at in frames.times) / (written[-1][0] - written[0][0]),
    }


TASKS: Tasks = {"watched": (standalone, watched), "idle": (host_of, idle_share)}


def figures_of_writing(folder: Path, size: int, seconds: float) -> Iterator[Figure]:
    """The figures of a session of a size that is written to slowly and quickly."""
    trace, pour = made(folder, size, int(POUR * seconds))
    what = f"{size:,} events"
    found = in_terminal("watched", str(trace), str(trace), str(pour), str(TRICKLE), str(seconds), "", script=__file__)
    lags = found["lags"]
    yield figure(f"write to paint, p50, {TRICKLE}/s, {what}", statistics.median(lags), "ms", TRICKLE_P50_MS)
    yield figure(f"write to paint, p95, {TRICKLE}/s, {what}", percentile(lags, 0.95), "ms")
    yield figure(f"write to paint, p99, {TRICKLE}/s, {what}", percentile(lags, 0.99), "ms", TRICKLE_P99_MS)
    yield figure(f"CPU, {TRICKLE}/s, {what}", found["cpu"] * 100, "%", TRICKLE_SHARE * 100)
    yield figure(f"frames, {TRICKLE}/s, {what}", found["frames"], "/s")
    trace, pour = made(folder, size, int(POUR * seconds))
    found = in_terminal("watched", str(trace), str(trace), str(pour), str(POUR), str(seconds), "keys", script=__file__)
    behind, keys = found["behind"], found["keys"]
    yield figure(f"written, {POUR:,}/s, {what}", found["rate"], "events/s")
    yield figure(f"behind, p99, {what}", percentile(behind, 0.99) / POUR * 1000, "ms", BEHIND_SECONDS * 1000)
    last = behind[-max(1, len(behind) // 10) :]
    yield figure(f"behind in the last tenth, p50, {what}", statistics.median(last) / POUR * 1000, "ms")
    yield figure(f"behind in the first tenth, p50, {what}", statistics.median(behind[: len(last)]) / POUR * 1000, "ms")
    yield figure(f"write to paint, p50, {POUR:,}/s, {what}", statistics.median(found["lags"]), "ms")
    yield figure(f"key to paint, p50, {POUR:,}/s, {what}", statistics.median(keys), "ms")
    yield figure(f"key to paint, p95, {POUR:,}/s, {what}", percentile(keys, 0.95), "ms", KEY_MS)
    yield figure(f"key to paint, p99, {POUR:,}/s, {what}", percentile(keys, 0.99), "ms")
    yield figure(f"CPU, {POUR:,}/s, {what}", found["cpu"] * 100, "%")
    yield figure(f"frames, {POUR:,}/s, {what}", found["frames"], "/s")
    yield figure(f"memory an event, {what}", found["bytes"], "bytes")


def figures_of_one_more(folder: Path, sizes: tuple[int, ...]) -> Iterator[Figure]:
    """What a line alone costs in sessions of these sizes, each in turn so that all have the same weather."""
    from tracetop.app.trace import load_trace
    from tracetop.collector.follow import Delivery
    from tracetop.collector.formats.native import decode_block
    from tracetop.collector.lines import Block

    traces, lines = {}, {}
    for size in sizes:
        path, pour = made(folder, size, APPLIED)
        traces[size] = load_trace(path)
        with pour.open("rb") as file:
            lines[size] = [line.rstrip(b"\n") for line in islice(file, APPLIED)]
    costs: dict[int, list[float]] = {size: [] for size in sizes}
    for number in range(APPLIED):
        for size, trace in traces.items():
            line = lines[size][number]
            start = time.perf_counter()
            trace.take(Delivery(decode_block(Block(line, 0, 1))))
            costs[size].append((time.perf_counter() - start) * 1e6)
    medians = {size: statistics.median(found) for size, found in costs.items()}
    for size, found in costs.items():
        yield figure(f"one more event, p50, {size:,} events", medians[size], "µs")
        yield figure(f"one more event, p99, {size:,} events", percentile(found, 0.99), "µs")
    yield figure("one more event, dearest size", max(medians.values()) / min(medians.values()), "x", APPLY_FLAT)


def figures_of_quiet(folder: Path) -> Iterator[Figure]:
    """CPU where nothing happens."""
    trace, _ = made(folder, 1_000, 1)
    for state, most in (("open", OPEN_SHARE), ("hidden", HIDDEN_SHARE)):
        share = in_terminal("idle", str(trace), state, script=__file__)
        yield figure(f"CPU, quiet, {state}", share * 100, "%", most * 100)


def figure(name: str, value: float, unit: str, promise: float | None = None) -> Figure:
    return {"name": name, "value": value, "unit": unit, "promise": promise}


def figures(quick: bool = False) -> Iterator[Figure]:
    """All of them, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        seconds = QUICK_SECONDS if quick else SECONDS
        for size in QUICK_SIZES if quick else SIZES:
            yield from figures_of_writing(Path(folder), size, seconds)
        yield from figures_of_quiet(Path(folder))
        yield from figures_of_one_more(Path(folder), QUICK_APPLY_SIZES if quick else APPLY_SIZES)


def made(folder: Path, size: int, more: int) -> tuple[Path, Path]:
    """A trace of a size, made anew, and `more` lines that may follow."""
    import orjson
    from make_trace import events

    trace, pour = folder / "trace.jsonl", folder / "pour.jsonl"
    with trace.open("wb") as first, pour.open("wb") as rest:
        for number, event in enumerate(events(size + more)):
            (first if number < size else rest).write(orjson.dumps(event) + b"\n")
    return trace, pour


def told(found: Figure) -> str:
    """A line of the report."""
    value, promise = found["value"], found["promise"]
    number = f"{value:10,.0f}" if value >= 1000 else f"{value:10.1f}"
    if promise is None:
        return f"{found['name']:<52} {number} {found['unit']}"
    return f"{found['name']:<52} {number} {found['unit']}, promised {promise:g}: {judged(value <= promise)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="seconds in place of minutes, and up to 100k events only")
    for found in figures(parser.parse_args().quick):
        print(told(found), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--task"]:
        run_task(TASKS, *sys.argv[2:])
    elif sys.argv[1:2] == ["--write"]:
        write_lines(*sys.argv[2:])
    else:
        main()
