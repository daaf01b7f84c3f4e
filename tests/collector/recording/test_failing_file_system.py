"""A file system that does not play along: full, taken away, not to be written, or without a descriptor."""

import pytest

from .own_process import events_left_in, indented, needs_posix, numbers_in, run

pytestmark = needs_posix


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
    events = events_left_in(tmp_path)
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
