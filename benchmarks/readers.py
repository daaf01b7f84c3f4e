"""Who reads a trace and says what it means: the contestants of processes.py, each run in a fresh process.

Usage: python benchmarks/readers.py NAME TRACE
Prints the events read and the CPU seconds from before the file is opened until all is told; imports not counted.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib import import_module, util
from pathlib import Path
from time import process_time

Told = Callable[[Path], int]
"""Reads a trace and asks for all there is to know; gives the number of events read."""

SCREENFUL = 60


def orjson_alone() -> Told:
    """The floor: every line to a dict, nothing kept."""
    from fold import loads_alone

    def told(path: Path) -> int:
        loads_alone(path)
        return sum(1 for _ in path.open("rb"))

    return told


def tracetop() -> Told:
    """As tracetop's report and panes do it: one fold into columns, then what each pane and report asks of them."""
    from tracetop.analysis.timeline.timeline import entry
    from tracetop.analysis.tree.shape import TOP
    from tracetop.analysis.tree.tree import Tree
    from tracetop.app.trace import load_trace

    def told(path: Path) -> int:
        trace = load_trace(path)
        view = trace.view()
        view.summary(), view.token_flow(), view.issues(trace.event_id), view.efficiency
        for event in range(max(0, view.at - SCREENFUL), view.at):
            entry(trace.event(event), view.session.iterations.number_of(view.session.events.iteration[event]))
        tree = Tree(view, trace.tree_index(view.session))
        for run in tree.children(TOP):
            tree.facts(run)
            count = tree.child_count(run)
            for child in tree.children_between(run, max(0, count - SCREENFUL), count):
                tree.facts(child)
        return view.at

    return told


def tracetop_objects() -> Told:
    """By tracetop's documented Python interface, which gives as many objects as attocode's: all events in memory."""
    from tracetop import load_session
    from tracetop.analysis import InefficiencyDetector, SessionAnalyzer

    def told(path: Path) -> int:
        session = load_session(path)
        analyzer = SessionAnalyzer(session)
        analyzer.summary(), analyzer.token_flow(), analyzer.timeline(), analyzer.tree()
        InefficiencyDetector(session).detect()
        return len(session.events)

    return told


def attocode() -> Told:
    """attocode's own loader and analysers, all they offer."""
    analysis, load = import_module("attocode.tracing.analysis"), import_module("attocode.tracing").load_trace_session

    def told(path: Path) -> int:
        session = load(path)
        analyzer = analysis.SessionAnalyzer(session)
        analyzer.summary(), analyzer.token_flow(), analyzer.timeline(), analyzer.tree()
        analysis.InefficiencyDetector(session).detect_all()
        return len(session.events)

    return told


READERS: dict[str, Callable[[], Told]] = {
    "orjson": orjson_alone,
    "tracetop": tracetop,
    "tracetop-objects": tracetop_objects,
    "attocode": attocode,
}


def why_no_attocode() -> str:
    """Why attocode cannot be compared; empty where it can."""
    if util.find_spec("attocode") is not None:
        return ""
    return "attocode is not installed" if sys.version_info >= (3, 12) else "attocode needs Python 3.12 or newer"


def main() -> None:
    """Let one of them read."""
    told = READERS[sys.argv[1]]()
    start = process_time()
    events = told(Path(sys.argv[2]))
    print(json.dumps({"events": events, "seconds": process_time() - start}))


if __name__ == "__main__":
    main()
