"""What it costs to watch an agent: from a line's write to the frame that shows it, and keys while events pour in.

A process writes the trace, another shows it on a real terminal of 120x40 (see `terminal`). Written lines are the rest
of the trace that was there before, with the present time.

- write to paint: one event at a time, 100 a second. Promised: p50 under 60 ms, p99 under 250 ms, 15 % of a core.
- pouring: 5,000 events a second for a minute. Promised: nothing falls behind, keys p95 under 50 ms.
- both in a session that holds a million events already.
- one more event: reading and folding a line alone, in sessions of 1k to 1M events. Promised: flat within 1.3x.

Usage: python benchmarks/performance.py --only live
"""

from __future__ import annotations

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
from typing import Any

from dashboards import opened, standalone
from figures import Figure, at_most, percentile
from frames import KEY_MS, KEY_SECONDS, SETTLE_SECONDS
from plan import Plan
from terminal import Tasks, in_terminal, run_task

SIZES = (1_000, 1_000_000)
TRICKLE, POUR = 100, 5_000
SECONDS, QUICK_SECONDS = 60.0, 2.0
WRITES_PER_SECOND = 100
WARM_SECONDS = 2.0
TRICKLE_P50_MS, TRICKLE_P99_MS, TRICKLE_SHARE = 60.0, 250.0, 0.15
BEHIND_MS = 500.0
"""What is not painted of so much time's events is no lag that grows: a look, a fold and a frame take some of it."""
APPLY_SIZES = (1_000, 10_000, 100_000, 1_000_000)
APPLIED, APPLY_FLAT = 2_000, 1.3
TIMESTAMP = re.compile(rb'"timestamp":[0-9.]+')


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


TASKS: Tasks = {"watched": (standalone, watched)}


def figures(plan: Plan) -> Iterator[Figure]:
    """Writing slowly and quickly to a short and a long session, and one event more at any size."""
    for size in dict.fromkeys(plan.sized(size) for size in SIZES):
        yield from _figures_of_writing(plan, size)
    yield from _figures_of_one_more(plan, list(dict.fromkeys(plan.sized(size) for size in APPLY_SIZES)))


def _figures_of_writing(plan: Plan, size: int) -> Iterator[Figure]:
    seconds = QUICK_SECONDS if plan.quick else SECONDS
    pour, what, took = str(_rest(plan, size, int(POUR * seconds))), f"after {size:,}", f"{seconds:.0f} s"
    trace = plan.copy(size)
    found = in_terminal("watched", trace, trace, pour, str(TRICKLE), str(seconds), "", script=__file__)
    lags, name = found["lags"], f"{TRICKLE} events/s, {what}"
    yield Figure(f"write to paint, p50, {name}", [statistics.median(lags)], "ms", at_most(TRICKLE_P50_MS), note=took)
    yield Figure(f"write to paint, p99, {name}", [percentile(lags, 0.99)], "ms", at_most(TRICKLE_P99_MS), note=took)
    share = at_most(TRICKLE_SHARE * 100)
    yield Figure(
        f"watching, {name}", [found["cpu"] * 100], "% of a core", share, note=f"{found['frames']:.0f} frames/s"
    )
    trace = plan.copy(size)
    found = in_terminal("watched", trace, trace, pour, str(POUR), str(seconds), "keys", script=__file__)
    behind = [events / POUR * 1000 for events in found["behind"]]
    keys, name = found["keys"], f"{POUR:,} events/s, {what}"
    tenth = max(1, len(behind) // 10)
    ends = f"p50 {statistics.median(behind[:tenth]):.0f} at first, {statistics.median(behind[-tenth:]):.0f} at last"
    yield Figure(f"behind, p99, {name}", [percentile(behind, 0.99)], "ms", at_most(BEHIND_MS), note=ends)
    yield Figure(f"write to paint, p50, {name}", [statistics.median(found["lags"])], "ms", note=took)
    note = f"{len(keys)} keys in {took}"
    yield Figure(f"a key to its frame, p50, {name}", [statistics.median(keys)], "ms", note=note)
    yield Figure(f"a key to its frame, p95, {name}", [percentile(keys, 0.95)], "ms", at_most(KEY_MS), note=note)
    yield Figure(f"a key to its frame, p99, {name}", [percentile(keys, 0.99)], "ms", note=note)
    cpu, frames = [found["cpu"] * 100], f"{found['frames']:.0f} frames/s, keys among them"
    yield Figure(f"watching, {name}", cpu, "% of a core", note=frames)
    yield Figure(f"memory an event, {name}", [found["bytes"]], "bytes", note="growth of the peak")


def _figures_of_one_more(plan: Plan, sizes: list[int]) -> Iterator[Figure]:
    """What a line alone costs in sessions of these sizes, each in turn so that all have the same weather."""
    from tracetop.app.trace import load_trace
    from tracetop.collector.formats.native import decode_block
    from tracetop.collector.reading.delivery import Delivery
    from tracetop.collector.reading.lines import Block

    traces, lines = {}, {}
    for size in sizes:
        traces[size] = load_trace(plan.trace(size))
        with _rest(plan, size, APPLIED).open("rb") as file:
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
        note = f"p99 {percentile(found, 0.99):.0f}"
        yield Figure(f"one event more, p50, after {size:,}", [medians[size]], "µs", note=note)
    ratio = [max(medians.values()) / min(medians.values())]
    yield Figure("one event more, the dearest size by the cheapest", ratio, "×", at_most(APPLY_FLAT))


def _rest(plan: Plan, size: int, count: int) -> Path:
    """A file of at least `count` lines that may follow a trace of a size; made once."""
    import orjson
    from make_trace import events

    path = plan.folder / f"rest-{size}-{count}.jsonl"
    if not path.exists():
        made = path.with_suffix(".part")
        with made.open("wb") as file:
            for event in islice(events(size + count), size, None):
                file.write(orjson.dumps(event) + b"\n")
        made.rename(path)
    return path


if __name__ == "__main__":
    if sys.argv[1] == "--write":
        write_lines(*sys.argv[2:])
    else:
        run_task(TASKS, *sys.argv[2:])
