"""How fast a trace folds, as ratios of one run: never compare figures of two.

Prints, for a generated trace: orjson.loads alone over its lines, decoding, the whole fold, and the memory per event.

Usage: python benchmarks/fold.py [--events 100000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import gc
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import orjson
from make_trace import write
from tracetop.analysis.session import Session
from tracetop.collector.reader import read_batches

FOLD_RATIO = 3.0
BYTES_PER_EVENT = 150.0


def loads_alone(path: Path) -> None:
    """orjson.loads over every line, nothing kept."""
    with path.open("rb") as file:
        for line in file:
            orjson.loads(line)


def decode(path: Path) -> None:
    """Lines to records, nothing kept."""
    for _ in read_batches(path):
        pass


def fold(path: Path) -> Session:
    """The whole analysis."""
    session = Session()
    for batch in read_batches(path):
        session.apply(batch.records, batch.offsets)
    return session


def cpu_seconds(work: Callable[[Path], object], path: Path) -> float:
    """CPU time of one run."""
    start = time.process_time()
    work(path)
    return time.process_time() - start


def bytes_per_event(path: Path, events: int) -> float:
    """What the fold keeps, by event."""
    tracemalloc.start()
    session = fold(path)
    gc.collect()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert session.count == events
    return kept / events


def modules_of_version() -> list[str]:
    """Which of the heavy modules `tracetop --version` imports."""
    code = (
        "import sys\nfrom tracetop.app.cli import main\nsys.argv = ['tracetop', '--version']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('textual', 'watchfiles') if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return orjson.loads(done.stderr.strip().replace("'", '"'))  # type: ignore[no-any-return]


def main() -> None:
    """Run it all and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "trace.jsonl")
        write(path, options.events)
        size = path.stat().st_size
        print(
            f"{options.events:,} events, {size / options.events:.0f} bytes a line, {options.rounds} rounds, medians\n"
        )
        gc.disable()
        rounds = [tuple(cpu_seconds(work, path) for work in (loads_alone, decode, fold)) for _ in range(options.rounds)]
        gc.enable()
        base = statistics.median(row[0] for row in rounds)
        for index, name in enumerate(("orjson.loads alone", "decode to records", "whole fold")):
            seconds = statistics.median(row[index] for row in rounds)
            ratio = statistics.median(row[index] / row[0] for row in rounds)
            print(f"{name:<20} {seconds / options.events * 1e6:6.2f} µs/event  {ratio:5.2f} × orjson.loads")
        print(f"{'':<20} {base:6.2f} s for the base")
        kept = bytes_per_event(path, options.events)
        print(f"\nkept per event       {kept:6.0f} bytes   (promised: {BYTES_PER_EVENT:.0f})")
        print(f"fold                 promised: {FOLD_RATIO:.1f} × orjson.loads at most")
        heavy = modules_of_version()
        print(f"tracetop --version   imports {', '.join(heavy) if heavy else 'neither textual nor watchfiles'}")


if __name__ == "__main__":
    main()
