"""What is in the file after a process ended, in every way that processes end: each test really ends one."""

import pytest

from .own_process import RECORD_250, indented, needs_posix, numbers_in, run

pytestmark = needs_posix

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
