"""What recording an event costs, beside the least possible and other recorders: ratios of one run, never of two.

Every contestant runs in a fresh process, in turns: floor, A, B, ..., floor, A, B, ... CPU time, percentiles and ratios
are medians over the rounds, so that one disturbed round changes nothing; a ratio is to the other's figure of the same
round; max is the worst of all rounds. Then some of them again, while another process writes to the same disk.

Usage: python benchmarks/record.py [--events 50000] [--rounds 5] [--only NAME,NAME] [--folder FOLDER] [--quick]
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

import orjson
import recorders
from recorders import CONTESTANTS, SPAN_COUNT, Measures

BUSY = ("floor", "tracetop", "tracetop-event")
QUICK = ("floor", "tracetop", "tracetop-event", "tracetop-spans", "logging")
COMPARED_PACKAGES = ("tracetop", "structlog", "opentelemetry-sdk", "attocode")
LEGEND = (
    'floor: dict, orjson, one os.write · tracetop-event: durability="event" · tracetop-spans: per span, two events\n'
    "opentelemetry: per span, exporter that writes nothing · times in µs; CPU of all threads, final flush included"
)

CHUNK = 1 << 20
SYNCED_BYTES = 16 * CHUNK
SPACE = 300 * CHUNK
LONGEST_WRITING_SECONDS = 900.0


@dataclass(frozen=True)
class Promise:
    """A figure of tracetop's default is at most `limit` times that of `base`."""

    figure: str
    base: str
    limit: float
    busy: bool = False

    def __str__(self) -> str:
        figure = {"cpu": "mean", "p999": "p99.9 of one call"}[self.figure]
        return f"{figure}{' on a busy disk' if self.busy else ''}, to {self.base}"


PROMISES = (
    Promise("cpu", "floor", 1.6),
    Promise("cpu", "attocode", 0.35),
    Promise("cpu", "opentelemetry", 0.25),
    Promise("p999", "floor", 3.0),
    Promise("p999", "floor", 3.0, busy=True),
)


class Broken(Exception):
    """A recorder failed, or its file does not hold what was recorded."""


@dataclass
class Outcome:
    """What the rounds gave: by contestant, its runs, or why there are none."""

    runs: dict[str, list[Measures]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    bytes_a_line: int = 0

    def median(self, name: str, figure: str) -> float:
        return float(statistics.median(getattr(run, figure) for run in self.runs[name]))

    def ratios(self, name: str, base: str, figure: str) -> list[float]:
        """By round; none where one of the two did not run."""
        pairs = zip(self.runs.get(name, ()), self.runs.get(base, ()), strict=False)
        return [getattr(one, figure) / getattr(other, figure) for one, other in pairs]

    def ratio(self, name: str, base: str, figure: str) -> float | None:
        """The median of these; None where one of the two did not run."""
        ratios = self.ratios(name, base, figure)
        return statistics.median(ratios) if ratios else None

    def play(self, names: list[str], events: int, rounds: int, folder: Path, writer_count: Path | None = None) -> None:
        """All rounds, in turns."""
        for number in range(1, rounds + 1):
            for name in names:
                if name in self.skipped or name in self.broken:
                    continue
                if sys.stderr.isatty():
                    print(f"\r\033[Kround {number} of {rounds}: {name}", end="\r", file=sys.stderr, flush=True)
                try:
                    self._play_one(name, events, folder, writer_count)
                except recorders.Skip as skip:
                    self.skipped[name] = str(skip)
                except Broken as problem:
                    self.broken[name] = str(problem)
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def _play_one(self, name: str, events: int, folder: Path, writer_count: Path | None) -> None:
        with tempfile.TemporaryDirectory(dir=folder, prefix="record-") as place:
            command = [sys.executable, recorders.__file__, name, str(events), place]
            done = subprocess.run(
                command + ([str(writer_count)] if writer_count else []), capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise Broken(done.stderr.strip().rpartition("\n")[2] or f"exit code {done.returncode}")
            told = orjson.loads(done.stdout)
            if "skip" in told:
                raise recorders.Skip(told["skip"])
            if not CONTESTANTS[name].kinds:
                if (spans := int(Path(place, SPAN_COUNT).read_text())) != events:
                    self.notes[name] = f"its queue was full: {events - spans:,} of {events:,} spans dropped in a round"
            else:
                size = check_files(name, events, Path(place))
                if name == "floor":
                    self.bytes_a_line = round(size / events)
        self.runs.setdefault(name, []).append(Measures(**told))


def check_files(name: str, events: int, folder: Path) -> int:
    """The size of a contestant's files, which must hold every event once, and nothing else."""
    contestant = CONTESTANTS[name]
    kinds: Counter[str] = Counter()
    numbers: list[int] = []
    size = 0
    for path in sorted(folder.glob("*.jsonl")):
        content = path.read_bytes()
        size += len(content)
        for line in content.splitlines():
            try:
                event = orjson.loads(line)
            except ValueError:
                raise Broken(f"a line does not parse: {line[:80]!r}") from None
            kind = event[contestant.kind_key]
            kinds[kind] += 1
            if kind == contestant.kinds[0]:
                numbers.append(event["data"]["args"]["timeout"])
    expected = Counter(dict.fromkeys(contestant.kinds, events))
    if contestant.session:
        expected.update(["session_start", "session_end"])
    if kinds != expected:
        raise Broken(f"the file holds {dict(kinds)}, not {dict(expected)}")
    if sorted(numbers) != list(range(events)):
        raise Broken("some events are lost, others are there twice")
    return size


def write_without_end(folder: Path, count_path: Path) -> None:
    """Write 300 MB, over and over in place, until killed; tell the bytes in a file. Bounded in space and time."""
    chunk = os.urandom(CHUNK)
    parent, ends_at = os.getppid(), time.monotonic() + LONGEST_WRITING_SECONDS
    count = 0
    counter = os.open(count_path, os.O_WRONLY)
    with (folder / "busy").open("wb", buffering=0) as file:
        while time.monotonic() < ends_at and os.getppid() == parent:
            if count % SPACE == 0:
                file.seek(0)
            file.write(chunk)
            count += CHUNK
            os.pwrite(counter, count.to_bytes(8, "little"), 0)
            if count % SYNCED_BYTES == 0:
                os.fsync(file.fileno())


@contextmanager
def busy_disk(folder: Path) -> Iterator[Path]:
    """Another process writes as fast as it can. Gives the file in which it counts the bytes."""
    with tempfile.TemporaryDirectory(dir=folder, prefix="busy-") as place:
        count_path = Path(place, "count")
        count_path.write_bytes(bytes(8))
        writer = multiprocessing.get_context("spawn").Process(
            target=write_without_end, args=(Path(place), count_path), daemon=True
        )
        writer.start()
        try:
            while writer.is_alive() and not any(count_path.read_bytes()):
                time.sleep(0.05)
            yield count_path
            if not writer.is_alive():
                print("The process that keeps the disk busy ended too early: these figures are those of an idle disk.")
        finally:
            writer.terminate()
            writer.join()


def print_table(outcome: Outcome) -> None:
    """One line per contestant."""
    head = ("µs/event", "× floor", "p50", "p99", "p99.9", "× floor", "max", "events/s")
    print(f"{'':<15}" + "".join(f"{title:>10}" for title in head))
    for name, runs in outcome.runs.items():
        cpu, p50, p99, p999, rate = (
            outcome.median(name, figure) for figure in ("cpu", "p50", "p99", "p999", "per_second")
        )
        times, tail = (outcome.ratio(name, "floor", figure) or 0 for figure in ("cpu", "p999"))
        slowest = max(run.slowest for run in runs)
        print(
            f"{name:<15}{cpu:10.2f}{times:10.2f}{p50:10.1f}{p99:10.1f}{p999:10.1f}{tail:10.2f}{slowest:10,.0f}{rate:10,.0f}"
        )


def print_remarks(outcome: Outcome) -> None:
    """Who did not run, and what else is to be known."""
    for name, why in outcome.skipped.items():
        print(f"{name}: skipped, {why}")
    for name, note in outcome.notes.items():
        print(f"{name}: {note}")
    for name, problem in outcome.broken.items():
        print(f"{name}: BROKEN, {problem}")


def print_promises(idle: Outcome, busy: Outcome) -> None:
    """Each promise with its figure."""
    print("\nPromised of tracetop's default:")
    for promise in PROMISES:
        ratio = (busy if promise.busy else idle).ratio("tracetop", promise.base, promise.figure)
        verdict = "not measured" if ratio is None else "met" if ratio <= promise.limit else "missed"
        told = "" if ratio is None else f"{ratio:.2f}"
        print(f"  {promise!s:<45} at most {promise.limit:.2f} ×  {told:>6}  {verdict}")


def versions() -> str:
    """What is compared, on what."""
    known = {one.metadata["Name"]: one.version for one in metadata.distributions()}
    packages = [f"{name} {known[name]}" for name in COMPARED_PACKAGES if name in known]
    return ", ".join([f"Python {platform.python_version()}", f"{os.cpu_count()} CPUs", *packages])


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", action="append", metavar="NAME,NAME", help=f"of {', '.join(CONTESTANTS)}")
    parser.add_argument("--folder", type=Path, default=tempfile.gettempdir(), help="where to write; best on a disk")
    parser.add_argument("--quick", action="store_true", help="only whether every event reaches its file, in seconds")
    options = parser.parse_args()
    if options.quick:
        options.events, options.rounds = 2_000, 1
    if options.events < 1_000 or options.rounds < 1:
        parser.error("a p99.9 needs 1,000 events, a median one round")
    wanted = ",".join(options.only or [",".join(QUICK if options.quick else CONTESTANTS)]).split(",")
    if unknown := set(wanted) - CONTESTANTS.keys():
        parser.error(f"no such contestant: {', '.join(sorted(unknown))}; there are {', '.join(CONTESTANTS)}")
    # The floor always runs: without it there is no ratio.
    options.names = [name for name in CONTESTANTS if name in wanted or name == "floor"]
    return options


def main() -> int:
    """Run it all and print; 1 if a recorder lost something, 0 however long it took."""
    options = arguments()
    idle, busy = Outcome(), Outcome()
    idle.play(options.names, options.events, options.rounds, options.folder)
    if options.quick:
        print_remarks(idle)
        print(f"recording: {options.events:,} events are in their files: {', '.join(idle.runs) or 'no one'}")
        return bool(idle.broken)
    print(
        f"{options.events:,} events, {idle.bytes_a_line} bytes a line, {options.rounds} rounds, medians · {versions()}"
    )
    print(f"{LEGEND}\n")
    print_table(idle)
    print_remarks(idle)
    busy_names = [name for name in BUSY if name in idle.runs]
    with busy_disk(options.folder) as writer_count:
        busy.play(busy_names, options.events, options.rounds, options.folder, writer_count)
        written = [run.disk_bytes for runs in busy.runs.values() for run in runs]
        print(
            f"\nWhile another process writes and syncs on the same disk ({sum(written) / 1e6:,.0f} MB during the runs,"
            f" {min(written, default=0) / 1e6:.0f} MB at least in each):\n"
        )
        print_table(busy)
        print_remarks(busy)
    print_promises(idle, busy)
    return bool(idle.broken or busy.broken)


if __name__ == "__main__":
    sys.exit(main())
