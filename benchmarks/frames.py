"""What the dashboard costs on the screen: a frame by the size of the trace, a key while events pour in, doing nothing.

Every figure is taken in a process of its own on a real terminal (see `terminal`).

- frame: mean CPU of a frame in which 10 new events have come, at 1k, 100k and 1M events. Promised: flat within 1.5x.
- key: from the key to the painted frame while 5,000 events arrive each second. Promised: p95 under 50 ms.
- seek: from a jump to an event anywhere in a million to the frame in which every pane shows it. Promised: p95 under
  50 ms.
- step: 60 steps a second through a million events, by the key. Promised: none is late.
- idle: CPU with the dashboard open on a quiet session (promised: under 2 % of a core), and hidden (under 1 %).

Usage: python benchmarks/performance.py --only frames
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from dashboards import host_of, opened, painted, standalone
from figures import Figure, at_most, percentile, ratios
from plan import Plan, is_quick
from terminal import Tasks, in_terminal, run_task

SEED = 20261126
IS_QUICK = is_quick()
SIZES = (1_000, 1_000_000) if IS_QUICK else (1_000, 100_000, 1_000_000)
FRAMES = 20 if IS_QUICK else 60
EVENTS_PER_FRAME = 10
EVENTS_PER_SECOND = 5_000
KEYS = 20 if IS_QUICK else 200
KEY_SECONDS = 0.05
SETTLE_SECONDS = 0.1 if IS_QUICK else 2.0
IDLE_SECONDS = 1.0 if IS_QUICK else 10.0
SEEKS = 10 if IS_QUICK else 120
STEPS, STEPS_PER_SECOND = 30 if IS_QUICK else 300, 60
LATE_MS = 100.0
FLAT, KEY_MS, SEEK_MS, OPEN_SHARE, HIDDEN_SHARE = 1.5, 50.0, 50.0, 0.02, 0.01


def lines_of(path: Path, count: int) -> list[bytes]:
    """The first `count` lines of a trace, or all it has."""
    with path.open("rb") as file:
        return list(islice(file, count))


async def frame_cost(app: Any, events: str, trace: str) -> list[float]:
    """Milliseconds of CPU for each of some frames in which new events have come."""
    from tracetop.collector.formats.native import decode_block
    from tracetop.collector.reading.delivery import Delivery
    from tracetop.collector.reading.lines import Block

    screen = await opened(app)
    screen.source.pause()  # the thread that reads would be counted in
    screen._timer.pause()
    blocks = [line.rstrip(b"\n") for line in lines_of(Path(trace), FRAMES * EVENTS_PER_FRAME)]
    costs = []
    for frame in range(FRAMES):
        chunk = b"\n".join(blocks[frame * EVENTS_PER_FRAME : (frame + 1) * EVENTS_PER_FRAME]) + b"\n"
        screen.source.trace.take(Delivery(decode_block(Block(chunk, 0, 1))))
        start = time.process_time()
        screen.on_tick()
        await painted(screen)
        costs.append((time.process_time() - start) * 1000)
    return costs[5:]


async def key_latency(app: Any, trace: str) -> list[float]:
    """Milliseconds from each of some keys to the frame that shows what it did, while events pour in."""
    screen = await opened(app)
    path = Path(trace)
    lines = lines_of(path, 20_000)
    done = threading.Event()

    def pour() -> None:
        with path.open("ab", buffering=0) as file:
            count = 0
            while not done.wait(0.02):
                batch = [lines[(count + index) % len(lines)] for index in range(EVENTS_PER_SECOND // 50)]
                count += len(batch)
                file.write(b"".join(batch))

    latencies: list[float] = []
    waiting: list[float] = []
    display, move = app._display, screen.move_cursor

    def moved(event: int | None) -> None:
        waiting.append(pressed[0])  # before: what it paints may be on the screen when it returns
        move(event)

    def displayed(*arguments: Any) -> None:
        display(*arguments)
        latencies.extend((time.perf_counter() - at) * 1000 for at in waiting)
        waiting.clear()

    app._display, screen.move_cursor = displayed, moved
    pressed = [0.0]
    writer = threading.Thread(target=pour, daemon=True)
    writer.start()
    from textual.events import Key

    await asyncio.sleep(1.0)
    for number in range(KEYS):
        await asyncio.sleep(KEY_SECONDS)
        pressed[0] = time.perf_counter()
        app.post_message(Key("k" if number % 20 < 10 else "j", "k"))
    await asyncio.sleep(0.5)
    done.set()
    writer.join()
    return latencies


async def seek_latency(app: Any) -> list[float]:
    """Milliseconds from each of some jumps through the trace to the frame in which every pane shows where it led."""
    screen = await opened(app)
    count, rng = screen.source.trace.session.count, random.Random(SEED)
    screen.seek(count // 2)
    await asyncio.sleep(SETTLE_SECONDS * 4)  # the track of the transport bar is being made
    display, frames = app._display, asyncio.Event()

    def displayed(*arguments: Any) -> None:
        display(*arguments)
        frames.set()

    app._display = displayed
    found = []
    for _ in range(SEEKS):
        await asyncio.sleep(KEY_SECONDS)
        await painted(screen)
        frames.clear()
        start = time.perf_counter()
        screen.call_next(screen.seek, rng.randrange(1, count + 1))
        await frames.wait()
        while screen.is_behind:
            frames.clear()
            await frames.wait()
        found.append((time.perf_counter() - start) * 1000)
    return found


async def step_lag(app: Any) -> dict[str, float]:
    """How long after the last of some keys all steps were done and shown, and how many frames a second were painted."""
    screen = await opened(app)
    screen.seek(screen.source.trace.session.count // 2)
    await asyncio.sleep(SETTLE_SECONDS * 4)
    from textual.events import Key

    display, frames, steps, latencies, waiting = app._display, [0], [0], [], []
    move = screen.move_cursor

    def displayed(*arguments: Any) -> None:
        display(*arguments)
        frames[0] += 1
        latencies.extend((time.perf_counter() - at) * 1000 for at in waiting)
        waiting.clear()

    def moved(event: int | None) -> None:
        waiting.append(due[steps[0]])
        steps[0] += 1
        move(event)

    app._display, screen.move_cursor = displayed, moved
    start, cpu = time.perf_counter(), time.process_time()
    due = [start + number / STEPS_PER_SECOND for number in range(STEPS)]
    for at in due:
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        app.post_message(Key("full_stop", "."))
    while steps[0] < STEPS or waiting:
        await asyncio.sleep(0.001)
    took = time.perf_counter() - start
    return {
        "late": (took - STEPS / STEPS_PER_SECOND) * 1000,
        "p95": percentile(latencies, 0.95),
        "frames": frames[0] / took,
        "cpu": (time.process_time() - cpu) / took,
    }


async def idle_share(app: Any, hidden: str) -> float:
    """The share of a core that is spent while nothing happens."""
    await opened(app)
    if hidden == "hidden":
        app.close_dashboard()
    await asyncio.sleep(SETTLE_SECONDS)
    start, wall = time.process_time(), time.perf_counter()
    await asyncio.sleep(IDLE_SECONDS)
    return (time.process_time() - start) / (time.perf_counter() - wall)


TASKS: Tasks = {
    "frame": (standalone, frame_cost),
    "key": (standalone, key_latency),
    "idle": (host_of, idle_share),
    "seek": (standalone, seek_latency),
    "step": (standalone, step_lag),
}


def figures(plan: Plan) -> Iterator[Figure]:
    """Frames by size, keys, seeks and steps, and an open dashboard that has nothing to do."""
    sizes = [plan.sized(size) for size in SIZES]
    rounds = range(plan.repeated(3))
    frames: dict[int, list[float]] = {size: [] for size in sizes}
    for _ in rounds:
        for size, means in frames.items():
            path = str(plan.trace(size))
            means.append(statistics.mean(in_terminal("frame", path, str(size), path, script=__file__)))
    for size, means in frames.items():
        yield Figure(f"a frame with {EVENTS_PER_FRAME} new events, after {size:,}", means, "ms CPU", note="mean")
    flat = ratios(frames[sizes[-1]], frames[sizes[0]])
    yield Figure(f"a frame, after {sizes[-1]:,} by after {sizes[0]:,}", flat, "×", at_most(FLAT))
    keys = [in_terminal("key", poured, poured, script=__file__) for poured in (plan.copy(sizes[-2]) for _ in rounds)]
    yield from _latencies(f"a key to its frame, {EVENTS_PER_SECOND:,} events/s come", keys, KEY_MS)
    largest = str(plan.trace(sizes[-1]))
    seeks = [in_terminal("seek", largest, script=__file__) for _ in rounds]
    yield from _latencies(f"a jump to its frame, {sizes[-1]:,} events", seeks, SEEK_MS)
    steps = [in_terminal("step", largest, script=__file__) for _ in rounds]
    name = f"{STEPS} steps, {STEPS_PER_SECOND} a second"
    yield Figure(f"{name}: the last is late by", [one["late"] for one in steps], "ms", at_most(LATE_MS))
    yield Figure(f"{name}: frames a second", [one["frames"] for one in steps], "")
    for state, share in (("open", OPEN_SHARE), ("hidden", HIDDEN_SHARE)):
        idle = [in_terminal("idle", str(plan.trace(sizes[0])), state, script=__file__) * 100 for _ in rounds]
        yield Figure(f"{state}, nothing happens", idle, "% of a core", at_most(share * 100))


def _latencies(name: str, found: list[list[float]], promised: float) -> Iterator[Figure]:
    """p50 and p95 of each round."""
    note = f"{len(found[0])} in a round"
    yield Figure(f"{name}, p50", [statistics.median(one) for one in found], "ms", note=note)
    yield Figure(f"{name}, p95", [percentile(one, 0.95) for one in found], "ms", at_most(promised), note=note)


if __name__ == "__main__":
    run_task(TASKS, *sys.argv[2:])
