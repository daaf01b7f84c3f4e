"""Threads and processes that record at once."""

import os
import subprocess
import sys
import threading

import pytest
from tracetop import TraceCollector

from .conftest import events_in
from .own_process import BEGIN, events_left_in, indented, needs_posix, numbers_in, run


def run_code(code, *arguments):
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, timeout=30
    )


def test_eight_threads_lose_nothing(tmp_path):
    collector = TraceCollector(tmp_path, "abc", buffer_size=17, flush_interval=0.002)

    def work(name):
        for number in range(500):
            collector.record("custom", {"thread": name, "n": number})
            collector.record_llm_response({"input": 1}, 0.5)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    collector.end_session()
    events = events_in(collector.path)
    assert len({event["event_id"] for event in events}) == len(events) == 8001
    custom = [(event["data"]["thread"], event["data"]["n"]) for event in events if event["kind"] == "custom"]
    assert sorted(custom) == [(name, number) for name in range(8) for number in range(500)]
    summary = collector.summary()
    assert (summary["llm_calls"], summary["total_tokens"], summary["total_cost"]) == (4000, 4000, 2000)


EXIT = """
import sys
from tracetop import TraceCollector
collector = TraceCollector(sys.argv[1], "abc", flush_interval=3600)
collector.start_session()
for n in range(5):
    collector.record("custom", {{"n": n}})
{}
"""


@pytest.mark.parametrize("ending", ["", "sys.exit(3)", "raise RuntimeError('agent')", "del collector"])
def test_no_exit_loses_events(tmp_path, ending):
    run_code(EXIT.format(ending), tmp_path)
    events = events_in(tmp_path / "session-abc.jsonl")
    assert [event["data"].get("n") for event in events] == [None, 0, 1, 2, 3, 4]


FORK = """
import os, sys
from tracetop import TraceCollector
collector = TraceCollector(sys.argv[1], "abc", flush_interval=3600)
collector.start_session()
collector.record("custom", {"who": "parent", "n": 0})
children = []
for child in range(3):
    pid = os.fork()
    if pid == 0:
        for n in range(20):
            collector.record("custom", {"who": child, "n": n})
        os._exit(0)
    children.append(pid)
    collector.record("custom", {"who": "parent", "n": child + 1})
for pid in children:
    os.waitpid(pid, 0)
collector.end_session()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_forked_children_write_their_own_lines_once(tmp_path):
    result = run_code(FORK, tmp_path)
    assert result.returncode == 0, result.stderr
    events = events_in(tmp_path / "session-abc.jsonl")
    assert len({event["event_id"] for event in events}) == len(events) == 1 + 4 + 60 + 1
    custom = [(str(e["data"]["who"]), e["data"]["n"]) for e in events if e["kind"] == "custom"]
    expected = [("parent", n) for n in range(4)] + [(str(child), n) for child in range(3) for n in range(20)]
    assert sorted(custom) == sorted(expected)


FORK_WHILE_BUSY = """
import os, sys, threading
from tracetop import TraceCollector
collector = TraceCollector(sys.argv[1], "abc", buffer_size=3, flush_interval=0.001)
stop = threading.Event()
def work():
    while not stop.is_set():
        collector.record("custom", {"who": "thread"})
threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads: thread.start()
for child in range(20):
    pid = os.fork()
    if pid == 0:
        collector.record("custom", {"who": "child"})
        collector.summary()
        collector.flush()
        os._exit(0)
    os.waitpid(pid, 0)
stop.set()
for thread in threads: thread.join()
collector.end_session()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_never_inherits_a_held_lock(tmp_path):
    result = run_code(FORK_WHILE_BUSY, tmp_path)
    assert result.returncode == 0, result.stderr
    events = events_in(tmp_path / "session-abc.jsonl")
    assert len({event["event_id"] for event in events}) == len(events)
    assert sum(event["data"].get("who") == "child" for event in events) == 20


MANY = """
import sys
from tracetop import TraceCollector
with TraceCollector(sys.argv[1], "abc", buffer_size=13) as collector:
    for n in range(2000):
        collector.record("custom", {"who": sys.argv[2], "n": n, "fill": "x" * (n % 700)})
"""


def test_two_processes_on_one_file_tear_no_line(tmp_path):
    processes = [subprocess.Popen([sys.executable, "-c", MANY, str(tmp_path), who]) for who in "ab"]
    assert [process.wait(30) for process in processes] == [0, 0]
    events = events_in(tmp_path / "session-abc.jsonl")
    assert len({event["event_id"] for event in events}) == len(events) == 4002
    for who in "ab":
        assert [e["data"]["n"] for e in events if e["data"].get("who") == who] == list(range(2000))


@needs_posix
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
@pytest.mark.parametrize("durability", ["batch", "event"])
def test_workers_of_multiprocessing_record_into_the_same_file(tmp_path, method, durability):
    code = """
def work(collector, name):
    with collector.iteration(name):
        for n in range(120):
            collector.record("custom", {"n": n, "name": name})

if __name__ == "__main__":
    import multiprocessing
    context = multiprocessing.get_context("METHOD")
    workers = [context.Process(target=work, args=(collector, name)) for name in range(3)]
    for worker in workers: worker.start()
    for n in range(120):
        collector.record("custom", {"n": n, "name": "parent"})
    for worker in workers: worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    collector.end_session()
""".replace("METHOD", method)
    result = run(tmp_path, code, durability=durability)
    assert result.returncode == 0, result.stderr
    events = events_left_in(tmp_path)
    assert len({event["event_id"] for event in events}) == len(events) == 1 + 4 * 120 + 3 * 2 + 1
    assert [event["kind"] for event in events if event["kind"].startswith("session")] == [
        "session_start",
        "session_end",
    ]
    for name in (0, 1, 2, "parent"):
        assert [e["data"]["n"] for e in events if e["data"].get("name") == name] == list(range(120))


@needs_posix
def test_a_forked_child_that_leaves_the_with_block_does_not_end_its_parents_session(tmp_path):
    code = """
with collector:
    collector.record("custom", {"n": 0})
    collector.record("custom", {"n": 0.5})
    child = os.fork()
    if not child:
        collector.record("custom", {"n": 1})
        sys.exit(0)
    os.waitpid(child, 0)
    collector.record("custom", {"n": 2})
"""
    result = run(tmp_path, indented(code))
    assert result.returncode == 0, result.stderr
    kinds = [event["kind"] for event in events_left_in(tmp_path)]
    assert kinds.count("session_end") == 1
    assert kinds[-1] == "session_end"
    assert numbers_in(tmp_path) == [0, 0.5, 1, 2], "what was recorded before the fork comes before what came after"


MANY_AND_LONG = """
    collector.flush()
    name = sys.argv[4]
    for n in range(2000):
        collector.record("custom", {"who": name, "n": n, "fill": "x" * (n * 7 % 3000)})
"""


@needs_posix
@pytest.mark.parametrize("durability", ["batch", "event"])
def test_four_processes_on_one_file_tear_no_line(tmp_path, durability):
    script = tmp_path / "script.py"
    script.write_text(BEGIN + MANY_AND_LONG)
    arguments = [sys.executable, str(script), str(tmp_path / "traces"), durability, "0.01"]
    processes = [subprocess.Popen([*arguments, name]) for name in "abcd"]
    assert [process.wait(120) for process in processes] == [0] * 4
    events = events_left_in(tmp_path)
    for name in "abcd":
        assert [e["data"]["n"] for e in events if e["data"].get("who") == name] == list(range(2000))
