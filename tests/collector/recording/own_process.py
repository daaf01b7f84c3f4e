"""A script in a process of its own that records, and the file it left."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals and fork")

BEGIN = """
import atexit, os, signal, sys, threading, time
from tracetop import TraceCollector

def wait_for(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)

if __name__ == "__main__":
    before = {number: signal.getsignal(number) for number in signal.valid_signals()}
    collector = TraceCollector(sys.argv[1], "abc", durability=sys.argv[2], flush_interval=float(sys.argv[3]))
    collector.start_session("to be ended")
"""

RECORD_250 = """
for n in range(250):
    collector.record("custom", {"n": n})
"""


def run(folder, code, durability="batch", interval=3600.0, **options):
    """Run a script on its own; the file is whatever it left."""
    script = Path(folder) / "script.py"
    script.write_text(BEGIN + code)
    traces = Path(folder) / "traces"
    return subprocess.run(
        [sys.executable, str(script), str(traces), durability, str(interval)],
        capture_output=True,
        text=True,
        timeout=120,
        **options,
    )


def indented(code):
    return "".join(f"    {line}\n" for line in code.strip().splitlines())


def events_left_in(folder):
    """All events of the file, every line of which must be whole."""
    raw = (Path(folder) / "traces" / "session-abc.jsonl").read_bytes()
    assert raw.endswith(b"\n")
    return [json.loads(line) for line in raw.splitlines()]


def numbers_in(folder):
    return [event["data"]["n"] for event in events_left_in(folder) if event["kind"] == "custom"]
