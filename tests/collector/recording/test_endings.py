"""What is in the file after a process ended, in every way that processes end: each test really ends one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals and fork")

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

ENDS_THAT_RUN_PYTHON = {
    "normal": "",
    "exception": "raise RuntimeError('agent')",
    "sys.exit": "sys.exit(3)",
    "SystemExit in with": "with collector: raise SystemExit(4)",
    "SIGINT": "os.kill(os.getpid(), signal.SIGINT); time.sleep(30)",
    "SIGTERM with a handler": (
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(143)); os.kill(os.getpid(), signal.SIGTERM); time.sleep(30)"
    ),
    "SIGHUP with a handler": (
        "signal.signal(signal.SIGHUP, lambda *_: sys.exit(129)); os.kill(os.getpid(), signal.SIGHUP); time.sleep(30)"
    ),
    "recorded by an exit handler": "atexit.register(lambda: collector.record('custom', {'n': 250}))",
    "a thread that outlives main": (
        "threading.Thread(target=lambda: (time.sleep(0.1), collector.record('custom', {'n': 250}))).start()"
    ),
}

KILLS = {
    "SIGTERM": "os.kill(os.getpid(), signal.SIGTERM)",
    "SIGHUP": "os.kill(os.getpid(), signal.SIGHUP)",
    "SIGKILL": "os.kill(os.getpid(), signal.SIGKILL)",
    "os._exit": "os._exit(7)",
    "abort": "os.abort()",
}


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


def events_in(folder):
    """All events of the file, every line of which must be whole."""
    raw = (Path(folder) / "traces" / "session-abc.jsonl").read_bytes()
    assert raw.endswith(b"\n")
    return [json.loads(line) for line in raw.splitlines()]


def numbers_in(folder):
    return [event["data"]["n"] for event in events_in(folder) if event["kind"] == "custom"]


@pytest.mark.parametrize("ending", ENDS_THAT_RUN_PYTHON)
def test_an_end_that_runs_python_code_loses_nothing(tmp_path, ending):
    code = ENDS_THAT_RUN_PYTHON[ending]
    run(tmp_path, indented(RECORD_250) + indented(code))
    expected = 251 if "250" in code else 250
    assert numbers_in(tmp_path) == list(range(expected))


@pytest.mark.parametrize("ending", KILLS)
def test_a_kill_loses_no_more_than_the_batch_in_hand(tmp_path, ending):
    run(tmp_path, indented(RECORD_250) + indented(KILLS[ending]))
    numbers = numbers_in(tmp_path)
    assert numbers == list(range(len(numbers)))
    assert len(numbers) >= 200


@pytest.mark.parametrize("ending", KILLS)
def test_a_kill_loses_nothing_that_is_older_than_the_interval(tmp_path, ending):
    """The timer writes what a silent agent left behind; only what comes after may be missing."""
    wait = """
wait_for(lambda: collector.stats()["buffered"] == 0)
for n in range(250, 260):
    collector.record("custom", {"n": n})
"""
    run(tmp_path, indented(RECORD_250) + indented(wait) + indented(KILLS[ending]), interval=0.2)
    numbers = numbers_in(tmp_path)
    assert numbers == list(range(len(numbers)))
    assert len(numbers) >= 250


@pytest.mark.parametrize("ending", KILLS)
def test_with_durability_event_a_kill_loses_nothing(tmp_path, ending):
    run(tmp_path, indented(RECORD_250) + indented(KILLS[ending]), durability="event")
    assert numbers_in(tmp_path) == list(range(250))


def test_an_event_after_a_pause_is_in_the_file_at_once(tmp_path):
    code = """
collector.record("custom", {"n": 0})
wait_for(lambda: collector.stats()["buffered"] == 0)
time.sleep(0.06)
collector.record("custom", {"n": 1})
os.kill(os.getpid(), signal.SIGKILL)
"""
    run(tmp_path, indented(code), interval=0.05)
    assert numbers_in(tmp_path) == [0, 1]


def test_no_signal_handler_is_installed(tmp_path):
    code = """
with collector.tool("t"):
    pass
collector.end_session()
assert before == {number: signal.getsignal(number) for number in signal.valid_signals()}
"""
    result = run(tmp_path, indented(RECORD_250) + indented(code))
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("durability", ["batch", "event"])
def test_a_signal_handler_that_records_neither_deadlocks_nor_loses(tmp_path, durability):
    """The handler runs between any two steps of the recorder, in the thread that is in the midst of them."""
    code = """
import itertools
heard, numbers = [], itertools.count()
def on_alarm(*_):
    collector.record("custom", {"n": -1, "heard": next(numbers)})
    heard.append(1)
    if len(heard) % 7 == 0:
        collector.flush()
signal.signal(signal.SIGALRM, on_alarm)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.0003)
n = 0
while len(heard) < 300:
    collector.record("custom", {"n": n})
    n += 1
signal.setitimer(signal.ITIMER_REAL, 0)
collector.end_session()
print(n, len(heard))
"""
    result = run(tmp_path, indented(code), durability=durability, interval=0.002)
    assert result.returncode == 0, result.stderr
    recorded, heard = map(int, result.stdout.split())
    numbers = numbers_in(tmp_path)
    assert sorted(n for n in numbers if n >= 0) == list(range(recorded))
    told = [event["data"]["heard"] for event in events_in(tmp_path) if event["data"].get("n") == -1]
    assert sorted(told) == list(range(heard))


@pytest.mark.parametrize("durability", ["batch", "event"])
def test_an_exception_out_of_a_signal_handler_neither_loses_nor_doubles(tmp_path, durability):
    """Ctrl+C may come between any two steps of the recorder; what `record()` had returned for is there, once."""
    code = """
class Interrupt(Exception):
    pass
armed, heard, done, n = False, 0, [], 0
def on_alarm(*_):
    global armed, heard
    if armed:
        armed, heard = False, heard + 1
        raise Interrupt
signal.signal(signal.SIGALRM, on_alarm)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.0002)
while heard < 500:
    try:
        armed = True
        collector.record("custom", {"n": n})
        armed = False
        done.append(n)
    except Interrupt:
        pass
    n += 1
signal.setitimer(signal.ITIMER_REAL, 0)
collector.end_session()
print(*done)
"""
    result = run(tmp_path, indented(code), durability=durability, interval=0.002)
    assert result.returncode == 0, result.stderr
    numbers = numbers_in(tmp_path)
    assert len(set(numbers)) == len(numbers)
    assert set(map(int, result.stdout.split())) <= set(numbers)


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
    events = events_in(tmp_path)
    assert len({event["event_id"] for event in events}) == len(events) == 1 + 4 * 120 + 3 * 2 + 1
    assert [event["kind"] for event in events if event["kind"].startswith("session")] == [
        "session_start",
        "session_end",
    ]
    for name in (0, 1, 2, "parent"):
        assert [e["data"]["n"] for e in events if e["data"].get("name") == name] == list(range(120))


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
    kinds = [event["kind"] for event in events_in(tmp_path)]
    assert kinds.count("session_end") == 1
    assert kinds[-1] == "session_end"
    assert numbers_in(tmp_path) == [0, 0.5, 1, 2], "what was recorded before the fork comes before what came after"


def test_tasks_of_asyncio_keep_their_own_place(tmp_path):
    code = """
import asyncio
async def agent(name):
    with collector.subagent(name):
        for n in range(5):
            with collector.iteration():
                with collector.tool("sleep", {"n": n}):
                    await asyncio.sleep(0.001)
async def main():
    with collector.iteration(1):
        await asyncio.gather(*(agent(f"a{number}") for number in range(20)))
asyncio.run(main())
sys.exit(0)
"""
    result = run(tmp_path, indented(code))
    assert result.returncode == 0, result.stderr
    events = {event["event_id"]: event for event in events_in(tmp_path)}
    starts = [event for event in events.values() if event["kind"] == "tool_start"]
    assert len(starts) == 100
    for start in starts:
        iteration = events[start["parent_event_id"]]
        spawn = events[iteration["parent_event_id"]]
        assert iteration["kind"] == "iteration_start"
        assert spawn["kind"] == "subagent_spawn"
        assert iteration["iteration"] == start["iteration"] == start["data"]["args"]["n"] + 1
        assert start["data"]["agent_id"] == iteration["data"]["agent_id"] == spawn["data"]["agent_id"]


MANY = """
    collector.flush()
    name = sys.argv[4]
    for n in range(2000):
        collector.record("custom", {"who": name, "n": n, "fill": "x" * (n * 7 % 3000)})
"""


@pytest.mark.parametrize("durability", ["batch", "event"])
def test_four_processes_on_one_file_tear_no_line(tmp_path, durability):
    script = tmp_path / "script.py"
    script.write_text(BEGIN + MANY)
    arguments = [sys.executable, str(script), str(tmp_path / "traces"), durability, "0.01"]
    processes = [subprocess.Popen([*arguments, name]) for name in "abcd"]
    assert [process.wait(120) for process in processes] == [0] * 4
    events = events_in(tmp_path)
    for name in "abcd":
        assert [e["data"]["n"] for e in events if e["data"].get("who") == name] == list(range(2000))


# -- a file system that does not play along


@pytest.mark.parametrize("durability", ["batch", "event"])
def test_a_full_disk_costs_nothing_once_there_is_room_again(tmp_path, durability):
    code = """
import resource
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, most))
for n in range(800):
    collector.record("custom", {"n": n, "fill": "x" * 50})
assert not collector.flush()
told = collector.stats()
assert told["write_errors"] > 0 and told["buffered"] > 0 and "too large" in told["last_error"].lower(), told
whole = collector.path.read_bytes()
assert whole.endswith(b"\\n") and len(whole) <= 20_000, "no torn line, not even now"
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
assert collector.flush()
collector.end_session()
"""
    result = run(tmp_path, indented(code), durability=durability)
    assert result.returncode == 0, result.stderr
    assert numbers_in(tmp_path) == list(range(800))


def test_what_had_to_be_dropped_is_said(tmp_path):
    code = """
import resource
import tracetop.collector.recording.writer as writer
writer.MAX_BACKLOG_BYTES = 20_000
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, most))
for n in range(800):
    collector.record("custom", {"n": n, "fill": "x" * 50})
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
assert collector.flush()
collector.end_session()
print(collector.stats()["dropped"])
"""
    result = run(tmp_path, indented(code))
    assert result.returncode == 0, result.stderr
    dropped = int(result.stdout)
    assert dropped > 0
    events = events_in(tmp_path)
    assert sum("fill" in event["data"] for event in events) == 800 - dropped
    notes = [event["data"] for event in events if event["data"].get("name") == "recorder"]
    assert sum(note["dropped"] for note in notes) == dropped
    assert events[-1]["kind"] == "session_end"


@pytest.mark.parametrize("durability", ["batch", "event"])
def test_a_removed_folder_costs_no_later_event(tmp_path, durability):
    code = """
import shutil
for n in range(100):
    collector.record("custom", {"n": n})
collector.flush()
shutil.rmtree(collector.path.parent, ignore_errors=True)
for n in range(100, 400):
    collector.record("custom", {"n": n})
shutil.rmtree(collector.path.parent, ignore_errors=True)
for n in range(400, 1000):
    collector.record("custom", {"n": n})
collector.end_session()
"""
    result = run(tmp_path, indented(code), durability=durability)
    assert result.returncode == 0, result.stderr
    numbers = numbers_in(tmp_path)
    assert numbers[-600:] == list(range(400, 1000))
    assert numbers == sorted(set(numbers)), "none twice"


def test_a_file_moved_away_is_left_and_begun_anew(tmp_path):
    code = """
collector.record("custom", {"n": 0})
collector.flush()
collector.path.rename(collector.path.with_name("moved.jsonl"))
time.sleep(0.02)
collector.record("custom", {"n": 1})
collector.end_session()
"""
    result = run(tmp_path, indented(code))
    assert result.returncode == 0, result.stderr
    assert numbers_in(tmp_path) == [1]
    assert b'"n":0' in (tmp_path / "traces" / "moved.jsonl").read_bytes()


def test_a_folder_that_may_not_be_written_hurts_nobody(tmp_path):
    code = """
collector.end_session()
collector.path.unlink()
collector.path.parent.chmod(0o555)
if os.geteuid() == 0:
    os.seteuid(65534)  # root may write everything
for n in range(250):
    collector.record("custom", {"n": n})
assert not collector.flush()
assert collector.stats()["buffered"] == 250
with collector.tool("t"):
    pass
collector.end_session()
print(collector.stats()["last_error"], flush=True)
"""
    result = run(tmp_path, indented(code))
    assert result.returncode == 0, result.stderr
    assert "ermission denied" in result.stdout
    assert list((tmp_path / "traces").iterdir()) == []


def test_without_a_free_descriptor_events_wait(tmp_path):
    code = """
import resource
collector.end_session()
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
taken = []
try:
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, most))
    while True:
        taken.append(os.open(os.devnull, os.O_RDONLY))
except OSError:
    pass
for n in range(250):
    collector.record("custom", {"n": n})
assert not collector.flush()
assert "open files" in collector.stats()["last_error"]
for fd in taken:
    os.close(fd)
assert collector.flush()
assert collector.stats()["buffered"] == 0
"""
    result = run(tmp_path, indented(code))
    assert result.returncode == 0, result.stderr
    assert numbers_in(tmp_path) == list(range(250))
