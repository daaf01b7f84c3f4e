import contextlib
import errno
import gc
import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from tracetop.collector.recording import append_file
from tracetop.collector.recording import writer as writer_module
from tracetop.collector.recording.memory_lines import MemoryLines
from tracetop.collector.recording.writer import LineWriter

HOUR = 3600.0


def wait_for(condition, seconds=5.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.005)


def numbered(count, start=0):
    return [b"line %d\n" % number for number in range(start, start + count)]


def append(writer, line):
    """What the collector does with a line."""
    with writer.lock:
        pressing = writer.put(line)
    if pressing:
        writer.press_on()


def timers():
    return {thread for thread in threading.enumerate() if thread.name == "tracetop-writer"}


@pytest.fixture(autouse=True)
def no_idle_timers(monkeypatch):
    """The timer thread stays for a while when there is nothing to do; no test is to wait for that."""
    monkeypatch.setattr(writer_module, "_IDLE_SECONDS", 0.02)


@pytest.fixture
def writes(monkeypatch):
    """The sizes of all writes, and a list of outcomes for the next ones: a byte count, or an error to raise."""
    done, plan = [], []
    real = os.write

    def write(fd, data):
        step = plan.pop(0) if plan else len(data)
        if isinstance(step, Exception):
            raise step
        done.append(bytes(data[:step]))
        return real(fd, data[:step])

    monkeypatch.setattr(append_file.os, "write", write)
    return done, plan


def test_a_full_batch_is_one_write(tmp_path, writes):
    done, _ = writes
    writer = LineWriter(tmp_path / "t.jsonl", 10, HOUR)
    for line in numbered(9):
        append(writer, line)
    assert done == []
    assert writer.buffered == 9
    append(writer, b"tenth\n")
    assert done == [b"".join([*numbered(9), b"tenth\n"])]
    assert (writer.buffered, writer.written) == (0, 10)


def test_a_silent_caller_is_written_within_the_interval(tmp_path):
    path = tmp_path / "t.jsonl"
    others = timers()
    writer = LineWriter(path, 100, 0.05)
    append(writer, b"one\n")
    wait_for(lambda: path.exists() and path.read_bytes() == b"one\n")
    wait_for(lambda: not timers() - others)
    append(writer, b"two\n")
    wait_for(lambda: path.read_bytes() == b"one\ntwo\n")


def test_no_thread_outlives_the_close(tmp_path):
    others = timers()
    writer = LineWriter(tmp_path / "t.jsonl", 100, HOUR)
    append(writer, b"one\n")
    assert len(timers() - others) == 1
    writer.close()
    wait_for(lambda: not timers() - others)
    append(writer, b"two\n")
    assert len(timers() - others) == 1
    writer.close()


def test_folder_and_file_are_the_users_alone(tmp_path):
    writer = LineWriter(tmp_path / "a" / "b" / "t.jsonl")
    append(writer, b"x\n")
    assert writer.flush()
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700
    assert stat.S_IMODE(writer.path.stat().st_mode) == 0o600


def test_appends_to_what_is_there_and_never_onto_a_torn_line(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_bytes(b"whole\ntorn")
    writer = LineWriter(path)
    append(writer, b"new\n")
    assert writer.close()
    append(writer, b"after close\n")
    assert writer.close()
    assert path.read_bytes() == b"whole\ntorn\nnew\nafter close\n"


def test_a_short_write_keeps_the_rest(tmp_path, writes):
    _, plan = writes
    writer = LineWriter(tmp_path / "t.jsonl", 100, HOUR)
    for line in numbered(5):
        append(writer, line)
    full = OSError(errno.ENOSPC, "No space left on device")
    plan += [10, full]
    assert not writer.flush()
    assert writer.path.read_bytes() == numbered(1)[0], "the torn line was taken back"
    assert (writer.write_errors, writer.buffered, writer.written) == (1, 4, 1)
    assert "No space left" in writer.last_error
    append(writer, b"later\n")
    assert writer.flush()
    assert writer.path.read_bytes() == b"".join(numbered(5)) + b"later\n"
    assert (writer.buffered, writer.written, writer.dropped) == (0, 6, 0)


def test_errors_are_tried_again_by_the_timer(tmp_path):
    others = timers()
    blocked = tmp_path / "folder"
    blocked.write_text("a file where the folder should be")
    writer = LineWriter(blocked / "t.jsonl", 2, 0.02)
    for line in numbered(5):
        append(writer, line)
    wait_for(lambda: writer.write_errors > 2)
    assert writer.buffered == 5
    blocked.unlink()
    wait_for(lambda: writer.written == 5)
    assert writer.path.read_bytes() == b"".join(numbered(5))
    wait_for(lambda: not timers() - others)


def test_a_path_no_file_system_can_hold_does_not_raise(tmp_path):
    writer = LineWriter(tmp_path / "nul\0byte" / "t.jsonl", 1, HOUR)
    append(writer, b"x\n")
    assert not writer.flush()
    assert writer.write_errors > 0
    writer.after_fork()


def test_the_backlog_is_bounded_and_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(writer_module, "MAX_BACKLOG_BYTES", 50)
    (tmp_path / "f").write_text("")
    writer = LineWriter(tmp_path / "f" / "t.jsonl", 1000, HOUR)
    for line in numbered(10):
        append(writer, line)
    assert (writer.buffered, writer.dropped) == (7, 3)
    (tmp_path / "f").unlink()
    assert writer.flush()
    assert writer.path.read_bytes() == b"".join(numbered(7))
    append(writer, b"x" * 100 + b"\n")
    assert writer.flush(), "one line longer than the bound still goes through"


def test_big_backlogs_go_out_in_chunks_of_whole_lines(tmp_path, writes, monkeypatch):
    monkeypatch.setattr(writer_module, "CHUNK_BYTES", 20)
    done, _ = writes
    writer = LineWriter(tmp_path / "t.jsonl", 1000, HOUR)
    lines = [*numbered(7), b"a line longer than a chunk\n", *numbered(3)]
    for line in lines:
        append(writer, line)
    assert writer.flush()
    assert b"".join(done) == b"".join(lines) == writer.path.read_bytes()
    assert all(len(chunk) <= 20 or chunk.count(b"\n") == 1 for chunk in done)
    assert all(chunk.endswith(b"\n") for chunk in done)
    assert writer.written == 11


def test_an_interval_of_zero_writes_every_line(tmp_path):
    writer = LineWriter(tmp_path / "t.jsonl", 100, 0)
    append(writer, b"x\n")
    assert writer.path.read_bytes() == b"x\n"


def test_a_slow_disk_is_left_to_the_timer(tmp_path, monkeypatch):
    writer = LineWriter(tmp_path / "t.jsonl", 2, HOUR)
    writing_threads = []
    real = os.write

    def slow_write(fd, data):
        writing_threads.append(threading.current_thread().name)
        time.sleep(writer_module.SLOW_WRITE_SECONDS * 2)
        return real(fd, data)

    monkeypatch.setattr(append_file.os, "write", slow_write)
    for line in numbered(6):
        append(writer, line)
    wait_for(lambda: writer.written == 6)
    assert writing_threads[0] == threading.current_thread().name
    assert set(writing_threads[1:]) == {"tracetop-writer"}
    assert writer.path.read_bytes() == b"".join(numbered(6))


@pytest.mark.parametrize("call", ["flush", "close"])
def test_a_writer_interrupted_by_itself_neither_deadlocks_nor_repeats(tmp_path, monkeypatch, call):
    """A signal handler that records while its own thread is inside a write."""
    writer = LineWriter(tmp_path / "t.jsonl", 2, HOUR)
    real = os.write

    def interrupted_write(fd, data):
        monkeypatch.setattr(append_file.os, "write", real)
        for line in numbered(3, 10):
            append(writer, line)
        getattr(writer, call)()
        return real(fd, data)

    monkeypatch.setattr(append_file.os, "write", interrupted_write)
    for line in numbered(2):
        append(writer, line)
    assert writer.close()
    assert writer.write_errors == 0
    assert writer.path.read_bytes() == b"".join(numbered(2) + numbered(3, 10))


def test_without_another_thread_lines_are_written_at_once(tmp_path, monkeypatch):
    def no_thread(_self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", no_thread)
    writer = LineWriter(tmp_path / "t.jsonl", 100, HOUR)
    for line in numbered(3):
        append(writer, line)
    assert writer.path.read_bytes() == b"".join(numbered(3))


def test_a_dropped_writer_gives_its_file_back(tmp_path):
    descriptors = Path("/proc/self/fd")
    if not descriptors.exists():
        pytest.skip("needs /proc")
    path = tmp_path / "t.jsonl"

    def open_files():
        with contextlib.suppress(OSError):
            return [entry for entry in descriptors.iterdir() if entry.resolve() == path.resolve()]
        return None

    writer = LineWriter(path, 1, HOUR)
    append(writer, b"x\n")
    wait_for(open_files)
    del writer
    gc.collect()
    wait_for(lambda: open_files() == [])


def test_threads_lose_nothing_and_keep_their_order(tmp_path):
    writer = LineWriter(tmp_path / "t.jsonl", 7, 0.001)

    def work(name):
        for number in range(2000):
            append(writer, b"%d %d\n" % (name, number))

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert writer.close()
    per_thread = {}
    for line in writer.path.read_bytes().splitlines():
        name, number = line.split()
        per_thread.setdefault(name, []).append(int(number))
    assert len(per_thread) == 8
    assert all(numbers == list(range(2000)) for numbers in per_thread.values())
    assert writer.written == 16_000


def test_memory_lines():
    kept = MemoryLines()
    for line in numbered(3):
        append(kept, line)
    assert kept.lines() == numbered(3)
    assert kept.lines(2) == numbered(1, 2)
    assert kept.flush()
    assert kept.close()
    assert (kept.written, kept.buffered) == (3, 0)
    kept.lines().clear()
    assert kept.written == 3


AT_EXIT = """
import atexit, sys
from pathlib import Path
writer = None
def append(line):
    with writer.lock:
        pressing = writer.put(line)
    if pressing:
        writer.press_on()
atexit.register(lambda: append(b"before our handler\\n"))
from tracetop.collector.recording.writer import LineWriter
writer = LineWriter(Path(sys.argv[1]), 100, 3600)
append(b"one\\n")
{}
"""


@pytest.mark.parametrize("ending", ["", "sys.exit(3)", "raise RuntimeError('agent')"])
def test_every_normal_end_writes_everything(tmp_path, ending):
    path = tmp_path / "t.jsonl"
    subprocess.run([sys.executable, "-c", AT_EXIT.format(ending), str(path)], capture_output=True, timeout=20)
    assert path.read_bytes() == b"one\nbefore our handler\n"
