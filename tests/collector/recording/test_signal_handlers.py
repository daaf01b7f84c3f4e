"""Signals: no handler of ours is there, and one of the agent may record or raise in the midst of a recording."""

import pytest

from .own_process import RECORD_250, events_left_in, indented, needs_posix, numbers_in, run

pytestmark = needs_posix


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
    told = [event["data"]["heard"] for event in events_left_in(tmp_path) if event["data"].get("n") == -1]
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
