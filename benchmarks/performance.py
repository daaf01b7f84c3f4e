"""Every speed and size this project promises, measured in one run: a table per group, ratios beside absolute figures.

Usage: python benchmarks/performance.py [--quick] [--only NAME,NAME] [--rounds 5] [--folder FOLDER] [--markdown FILE]

--quick asks whether everything works, on small traces, and judges no time. --folder keeps the traces that are made, for
another run. --markdown puts the tables into a page, between its two marks, and leaves the rest of it alone.
Ends with 1 where a benchmark failed, however fast or slow the others were.

A benchmark is a module beside this one with `figures(plan: Plan) -> Iterator[Figure]`, and a line in `GROUPS`. It makes
its traces by `plan.trace`, repeats by `plan.repeated`, is small where `plan.quick`, and raises where anything does not
work; a figure that cannot be had here is `not_measured`, with the reason.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path

from figures import Figure, markdown_table, text_table
from machine import description
from plan import QUICK, Plan

BEGIN, END = "<!-- figures: made by `make performance` -->", "<!-- end of figures -->"


@dataclass(frozen=True, slots=True)
class Group:
    """A table: its title, and the module whose `figures(plan)` gives its rows."""

    title: str
    module: str


GROUPS = (
    Group("Reading and folding", "fold"),
    Group("Beside attocode, and whole processes", "processes"),
    Group("Opening a long trace", "opening"),
    Group("Opening again", "reopening"),
    Group("A folder of sessions", "sessions"),
    Group("Search", "search"),
    Group("Frames and keys", "frames"),
    Group("Watching an agent", "live"),
    Group("Recording", "recording"),
)
"""In the order in which they are measured and shown. Another benchmark is another line."""


@dataclass(frozen=True, slots=True)
class Table:
    """What a group gave; `failure` is what went wrong, if anything did."""

    title: str
    figures: Sequence[Figure]
    failure: str = ""


def measured(group: Group, plan: Plan) -> Table:
    """Measure a group in a process of its own: what one leaves in memory is not the next one's."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        try:
            return process.submit(measured_here, group, plan).result()
        except BrokenProcessPool as error:
            return Table(group.title, [], f"its process was killed: {error}")


def measured_here(group: Group, plan: Plan) -> Table:
    """The same in this process. A benchmark that fails costs its own table only."""
    found: list[Figure] = []
    try:
        for figure in import_module(group.module).figures(plan):
            found.append(replace(figure, promise=None) if plan.quick else figure)
            tell(f"{group.title}: {figure.name}")
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told, and counts
        traceback.print_exc()
        return Table(group.title, found, f"{type(error).__name__}: {error}")
    finally:
        tell("")
    return Table(group.title, found)


def tell(progress: str) -> None:
    """How far it is, where anybody looks."""
    if sys.stderr.isatty():
        print(f"\r\033[K{progress[:100]}", end="\r" if not progress else "", file=sys.stderr, flush=True)


def print_table(table: Table) -> None:
    """A group, for a terminal."""
    print(f"\n{table.title}\n")
    if table.figures:
        print(text_table(table.figures))
    if table.failure:
        print(f"FAILED: {table.failure}")
    sys.stdout.flush()


def markdown(tables: Sequence[Table], machine: str) -> str:
    """All groups, for a page."""
    parts = [machine]
    for table in tables:
        parts.append(f"### {table.title}")
        if table.figures:
            parts.append(markdown_table(table.figures))
        if table.failure:
            parts.append(f"Failed: {table.failure}")
    return "\n\n".join(parts)


def put_between_marks(page: Path, text: str) -> None:
    """Replace what stands between the two marks of a page. Raises ValueError where it has no such marks."""
    before, begin, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page}: lacks the line {BEGIN} or {END}")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")


def summary(tables: Sequence[Table]) -> str:
    """One line: how many promises are kept."""
    verdicts = [figure.kept() for table in tables for figure in table.figures if figure.promise]
    missed = [figure.name for table in tables for figure in table.figures if figure.kept() is False]
    told = f"{verdicts.count(True)} of {len(verdicts)} promises kept, {verdicts.count(None)} not measured"
    return f"{told}; missed: {', '.join(missed)}" if missed else told


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="whether everything works, on small traces")
    parser.add_argument("--only", metavar="NAME,NAME", help=f"of {', '.join(group.module for group in GROUPS)}")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where to make traces, and keep them; some 2 GB")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="put the tables into this page")
    options = parser.parse_args()
    known = [group.module for group in GROUPS]
    options.names = options.only.split(",") if options.only else known
    if unknown := set(options.names) - set(known):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    if options.rounds < 1:
        parser.error("a median needs one round")
    return options


@contextmanager
def folder_for(wanted: Path | None) -> Iterator[Path]:
    """The folder for traces: one that is kept, or one that goes with the run."""
    if wanted is not None:
        wanted.mkdir(parents=True, exist_ok=True)
        yield wanted
        return
    with tempfile.TemporaryDirectory(prefix="tracetop-bench-") as folder:
        yield Path(folder)


def main() -> int:
    """Measure, print, and write the page."""
    options = arguments()
    if options.quick:
        os.environ[QUICK] = "1"
    machine, started = description(), time.monotonic()
    print(machine)
    tables = []
    with folder_for(options.folder) as folder:
        plan = Plan(options.quick, folder, options.rounds)
        for group in GROUPS:
            if group.module in options.names:
                tables.append(measured(group, plan))
                print_table(tables[-1])
    print(f"\n{time.monotonic() - started:.0f} s", end="; ")
    print("quick: whether it works, no time is judged" if options.quick else summary(tables))
    if options.markdown is not None:
        put_between_marks(options.markdown, f"{markdown(tables, machine)}\n\n{summary(tables)}.")
    return int(any(table.failure for table in tables))


if __name__ == "__main__":
    sys.exit(main())
