"""How a folder of many sessions is listed: the time until all are there, what was read for it, what it costs to idle.

Makes the folder with a fixed seed: mostly short sessions, one in fifty of 1 to 5 MB. Times are of this machine and this
run; the bytes are the same everywhere.

Usage: python benchmarks/sessions.py [--sessions 10000] [--folder FOLDER]
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
from figures import Figure
from make_trace import events
from plan import Plan
from tracetop.app.sessions.sessions import Sessions

SEED = 20261126
_EVENTS = 12_000
_GOALS = ("fix the parser", "add a REST API", "why is CI red", "port to 3.13", "speed up the tree", "write the docs")
_MODELS = ("claude-sonnet-4", "claude-opus-4", "gpt-5", "claude-haiku-4")


def make_folder(folder: Path, count: int, seed: int = SEED) -> int:
    """Write `count` sessions, an hour apart; return their bytes. Most have 5 to 60 events, one in fifty thousands."""
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    start, *pool = (orjson.dumps(event) + b"\n" for event in events(_EVENTS, seed))
    end = orjson.dumps({**orjson.loads(start), "kind": "session_end", "data": {"status": "complete"}}) + b"\n"
    written, now = 0, time.time()
    for number in range(count):
        length = rng.randrange(2_200, _EVENTS - 1) if number % 50 == 7 else rng.randrange(5, 60)
        data = {"goal": f"{rng.choice(_GOALS)} {number}", "model": rng.choice(_MODELS)}
        first = {**orjson.loads(start), "session_id": f"s{number}", "data": data}
        lines = [orjson.dumps(first) + b"\n", *pool[:length], *((end,) if rng.random() < 0.8 else ())]
        path = folder / f"session-{number:05d}.jsonl"
        written += path.write_bytes(b"".join(lines))
        os.utime(path, (now - 3600 - number * 3600,) * 2)
    return written


@contextmanager
def counted_reads() -> Iterator[list[int]]:
    """A list that takes the size of everything that is read by `os.pread` meanwhile."""
    sizes: list[int] = []
    real = os.pread

    def pread(descriptor: int, size: int, offset: int) -> bytes:
        content = real(descriptor, size, offset)
        sizes.append(len(content))
        return content

    os.pread = pread
    try:
        yield sizes
    finally:
        os.pread = real


def measure(folder: Path, cache: Path) -> dict[str, float]:
    """The figures, for a folder of sessions and one for the cache, which is emptied first. Seconds, and MB of 10^6."""
    shutil.rmtree(cache, ignore_errors=True)
    before = _memory()
    with counted_reads() as sizes:
        cold = Sessions([folder], cache=cache)
        start = time.perf_counter()
        cold._list()
        found = time.perf_counter() - start
        cold.look(anew=True)
        looked = time.perf_counter() - start
        read = sum(sizes)
    start, start_cpu = time.perf_counter(), time.process_time()
    cold.fold()
    folded, folded_cpu = time.perf_counter() - start, time.process_time() - start_cpu
    cold.save()
    after = _memory()
    start = time.perf_counter()
    warm = Sessions([folder], cache=cache)
    warm.look()
    cached = time.perf_counter() - start
    assert not any(entry.is_waiting for entry in warm.entries)
    start = time.process_time()
    warm.look(anew=True)
    again = time.process_time() - start
    return {
        "sessions": len(warm.entries),
        "files found (s)": found,
        "listed, cold (s)": looked,
        "read for that (MB)": read / 1e6,
        "all folded (s)": folded,
        "all folded (s of CPU)": folded_cpu,
        "listed, cached (s)": cached,
        "looked again, nothing new (s of CPU)": again,
        "cache (MB)": sum(file.stat().st_size for file in cache.rglob("*") if file.is_file()) / 1e6,
        "memory (MB)": after - before,
    }


def run(count: int = 10_000) -> dict[str, float]:
    """The figures for a folder of so many sessions, which is made for it and deleted again."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "sessions")
        size = make_folder(folder, count)
        return {"folder (MB)": size / 1e6, **measure(folder, Path(temporary, "cache"))}


def figures(plan: Plan) -> Iterator[Figure]:
    """The same as rows of the common table."""
    count = plan.sized(10_000)
    folder = plan.folder / f"{count}-sessions"
    if not folder.is_dir():
        make_folder(folder, count)
    with tempfile.TemporaryDirectory() as cache:
        rounds = [measure(folder, Path(cache, "cache")) for _ in range(plan.repeated(3))]
    for name in rounds[0]:
        what, _, unit = name.removesuffix(")").partition(" (")
        yield Figure(what, [found[name] for found in rounds], unit)


def _memory() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3


def main() -> None:
    """Make the folder, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, help="Where the sessions are made, and stay; else a temporary folder.")
    options = parser.parse_args()
    if options.folder is None:
        figures = run(options.sessions)
    else:
        if not options.folder.is_dir():
            make_folder(options.folder, options.sessions)
        with tempfile.TemporaryDirectory() as cache:
            figures = measure(options.folder, Path(cache))
    for name, value in figures.items():
        print(f"{name:<40}{value:>12,.2f}" if isinstance(value, float) else f"{name:<40}{value:>12,}")


if __name__ == "__main__":
    main()
