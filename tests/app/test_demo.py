"""The demo: its trace is whole, coherent and shows what the dashboard can do."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import threading
import time
from types import ModuleType

import pytest
from tracetop import TraceCollector
from tracetop.analysis.fold.columns import NONE
from tracetop.app.demo import command
from tracetop.app.demo.agent import Context, DemoAgent, Usage, cost_of
from tracetop.app.demo.command import run_demo, write_demo
from tracetop.app.trace import load_trace

START = 1_700_000_000.0
DOLLARS_PER_MILLION = {
    "claude-sonnet-4": {"input": 3.0, "output": 15.0, "cache_read": 0.30, "cache_write": 3.75},
    "claude-haiku-4-5": {"input": 1.0, "output": 5.0, "cache_read": 0.10, "cache_write": 1.25},
}
SHOWN_KINDS = {
    "session_start",
    "session_end",
    "subagent_spawn",
    "subagent_complete",
    "compaction_start",
    "compaction_end",
    "llm_error",
    "llm_retry",
    "tool_error",
    "budget_check",
    "budget_warning",
    "file_change",
    "plan_created",
    "plan_step_complete",
    "mode_change",
    "mcp_connect",
    "checkpoint",
}


class CountingStop(threading.Event):
    """A stop event that never waits, adds up how long it should have, and sets itself after so many waits."""

    def __init__(self, waits: float = float("inf")):
        super().__init__()
        self.left = waits
        self.waited = 0.0

    def wait(self, timeout=None):
        self.waited += timeout
        self.left -= 1
        if self.left <= 0:
            self.set()
        return self.is_set()


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write_demo(tmp_path_factory.mktemp("demo"), start=START)


@pytest.fixture(scope="module")
def trace(path):
    return load_trace(path)


@pytest.fixture(scope="module")
def events(path):
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def pairs(events):
    """Each event that ends something, with its parent."""
    by_id = {event["event_id"]: event for event in events}
    return [(by_id[event["parent_event_id"]], event) for event in events if event.get("parent_event_id")]


# -- the written trace


def test_every_line_is_an_event_of_a_known_kind(trace, events):
    assert trace.bad_line_count == 0
    assert trace.session.count == trace.lines == len(events)
    assert trace.session.unknown_kinds == []
    assert {event["kind"] for event in events} >= SHOWN_KINDS
    assert len({event["event_id"] for event in events}) == len(events)
    assert trace.view().ended


def test_what_the_dashboard_can_show_is_there(trace):
    view = trace.view()
    main = [row for row, point in enumerate(view.token_flow()) if not point.agent]
    assert 12 <= len(main) <= 18
    assert view.runs == 1
    assert view.compactions >= 1
    assert view.running_tools == 0
    assert view.goal == "Refactor the session store to append-only columns"
    assert view.model == "claude-sonnet-4"
    assert {issue.category for issue in view.issues()} >= {
        "repeated_tool_calls",
        "cache_drop",
        "long_tool_execution",
        "token_spike",
    }


def test_the_sub_agent_works_in_its_own_lane_under_the_call_that_spawned_it(trace):
    session = trace.session
    assert len(session.agents.event) == 1
    call = session.agents.call[0]
    assert call != NONE
    assert session.labels.name(session.tools.label[call]) == "task"
    assert session.agents.announced[0]
    assert not session.agents.failed[0]
    of_sub_agent = [point for point in trace.view().token_flow() if point.agent == "a1"]
    assert [point.iteration for point in of_sub_agent] == [1, 2, 3]
    end = trace.event(session.agents.end[0])
    assert end.data["tokens"] == sum(point.total_tokens for point in of_sub_agent)
    assert end.data["cost"] == pytest.approx(sum(point.cost for point in of_sub_agent))


def test_costs_follow_from_tokens_and_add_up(trace, events):
    total = 0.0
    for event in events:
        if event["kind"] != "llm_response":
            continue
        data = event["data"]
        prices = DOLLARS_PER_MILLION[data["model"]]
        cost = sum(data[f"{bucket}_tokens"] * price for bucket, price in prices.items()) / 1e6
        assert data["cost"] == pytest.approx(cost, abs=1e-6)
        assert data["tokens"] == sum(data[f"{bucket}_tokens"] for bucket in prices)
        total += data["cost"]
    assert trace.view().cost == pytest.approx(total)
    assert 0.2 < total < 3
    assert events[-1]["data"]["summary"]["total_cost"] == pytest.approx(total)


def test_the_context_grows_and_most_of_it_is_cached(trace):
    view = trace.view()
    assert view.cache_hit_rate > 0.8
    flow = [point for point in view.token_flow() if not point.agent]
    totals = [point.total_tokens for point in flow]
    assert totals[:10] == sorted(totals[:10]), "it grows until the compaction"
    assert totals[10] < totals[9] / 2, "which makes it smaller"
    assert totals[11:] == sorted(totals[11:]), "and then it grows again"
    assert [point.iteration for point in flow if not point.cache_read_tokens] == [1, 12], "the first, and the break"


def test_times_begin_where_asked_and_agree_with_durations(events):
    times = [event["timestamp"] for event in events]
    assert times[0] == pytest.approx(START, abs=0.01)
    assert times == sorted(times)
    assert 120 < times[-1] - times[0] < 600
    for start, end in pairs(events):
        if end["kind"] in ("tool_end", "tool_error", "llm_response", "llm_error"):
            elapsed = (end["timestamp"] - start["timestamp"]) * 1000
            assert elapsed == pytest.approx(end["duration_ms"], abs=10), end


def test_times_and_contents_are_the_same_each_time(tmp_path, events):
    def told(line_or_event):
        event = dict(line_or_event)
        del event["event_id"]
        event.pop("parent_event_id", None)
        if event["kind"] == "session_end":
            del event["data"]  # holds how long the recording took in fact
        return event

    again = write_demo(tmp_path / "new" / "demo.jsonl", start=START)
    assert again == tmp_path / "new" / "demo.jsonl"
    lines = again.read_bytes().splitlines()
    assert [told(json.loads(line)) for line in lines] == [told(event) for event in events]
    assert write_demo(again, start=START) == again
    assert len(again.read_bytes().splitlines()) == len(lines), "replaced, not appended to"


def test_some_of_its_text_is_hostile(events):
    assert any("[late]" in str(event["data"].get("result")) for event in events)
    assert any("\x1b[31m" in str(event["data"].get("result")) for event in events)


# -- tokens


def test_cost_of_buckets():
    assert cost_of("claude-sonnet-4", Usage(1_000_000, 0, 0, 0)) == pytest.approx(3.0)
    assert cost_of("claude-sonnet-4", Usage(0, 1_000_000, 0, 0)) == pytest.approx(15.0)
    assert cost_of("claude-sonnet-4", Usage(0, 0, 1_000_000, 0)) == pytest.approx(0.30)
    assert cost_of("claude-sonnet-4", Usage(0, 0, 0, 1_000_000)) == pytest.approx(3.75)


def test_a_prompt_is_cached_up_to_its_newest_message():
    context = Context(1_000)
    assert context.ask(100, 10) == Usage(100, 10, 0, 1_000)
    assert context.ask(50, 20) == Usage(50, 20, 1_000, 110)
    assert context.tokens == 1_180
    assert context.compact(40) == 140
    assert context.ask(5, 1) == Usage(5, 1, 1_000, 40)
    context.change_tools(7)
    assert context.ask(5, 1) == Usage(5, 1, 0, 1_053)


# -- live


def test_at_speed_1_it_takes_about_50_seconds(tmp_path):
    stop = CountingStop()
    DemoAgent(TraceCollector(tmp_path), stop=stop).run()
    assert 45 <= stop.waited <= 60


def test_the_first_two_seconds_fill_a_screen():
    collector = TraceCollector(None)
    stop = CountingStop()
    recorded_at = []
    collector.subscribe(lambda event: recorded_at.append(stop.waited))
    DemoAgent(collector, stop=stop).run()
    assert sum(1 for waited in recorded_at if waited == 0) >= 3
    assert sum(1 for waited in recorded_at if waited < 2) >= 20


def test_stopped_it_ends_the_session_as_interrupted(tmp_path):
    collector = TraceCollector(tmp_path)
    DemoAgent(collector, stop=CountingStop(waits=20)).run()
    trace = load_trace(collector.path)
    assert trace.bad_line_count == 0
    last = trace.event(trace.session.count - 1)
    assert (last.kind, last.data["status"]) == ("session_end", "interrupted")
    assert 10 < trace.session.count < 80


def test_a_long_tool_call_tells_its_time_however_fast_it_is_played(tmp_path):
    collector = TraceCollector(tmp_path)
    began = time.monotonic()
    DemoAgent(collector, speed=float("inf")).run()
    assert time.monotonic() - began < 5
    categories = {issue.category for issue in load_trace(collector.path).view().issues()}
    assert "long_tool_execution" in categories


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_a_speed_must_be_above_0(speed):
    with pytest.raises(ValueError, match="speed"):
        DemoAgent(TraceCollector(None), speed=speed)


# -- the command


@pytest.fixture
def dashboard(monkeypatch):
    """Stand in for the dashboard: waits for the first events of the trace it is given."""
    seen = []

    def run_dashboard(path, *, debug=False, theme=None):
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            if path.exists() and path.read_bytes().count(b"\n") >= 5:
                seen.append((path, debug))
                return
            time.sleep(0.01)

    module = ModuleType("tracetop.app.standalone")
    module.run_dashboard = run_dashboard
    monkeypatch.setitem(sys.modules, "tracetop.app.standalone", module)
    monkeypatch.setattr(command, "has_screen", lambda: True)
    return seen


def test_the_dashboard_looks_on_and_nothing_is_left_behind(dashboard):
    run_demo(debug=True, speed=20)
    [(path, debug)] = dashboard
    assert debug
    assert not path.parent.exists()
    assert not [thread for thread in threading.enumerate() if thread.name == "tracetop-demo"]


def test_the_trace_is_kept_where_asked(dashboard, tmp_path, capsys):
    run_demo(speed=20, keep=tmp_path / "kept")
    [(path, _)] = dashboard
    assert path.parent == tmp_path / "kept"
    assert load_trace(path).view().ended
    assert str(path) in capsys.readouterr().out.replace("\n", "")


def test_without_a_terminal_it_prints_a_report_and_never_imports_textual():
    code = (
        "import sys; from tracetop.app.demo.command import run_demo; run_demo(); "
        "sys.exit('textual imported' if 'textual' in sys.modules else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    )
    assert "Refactor the session store" in done.stdout
    assert "\x1b" not in done.stdout


# -- the recorder's clock


def test_a_clock_scripts_the_times_of_events():
    ticks = itertools.count(5.0)
    collector = TraceCollector(None, clock=lambda: next(ticks))
    collector.start_session()
    collector.record_llm_request(1, 2, "m")
    collector.end_session()
    times = [json.loads(line)["timestamp"] for line in collector.lines()]
    assert times == sorted(times)
    assert len(times) == 3
    assert 5 <= times[0] < times[-1] < 20


@pytest.mark.parametrize("clock", [lambda: 1 / 0, lambda: "soon", lambda: float("nan")])
def test_a_clock_that_fails_costs_no_event(clock):
    collector = TraceCollector(None, clock=clock)
    event = collector.record("custom")
    assert abs(event.timestamp - time.time()) < 60
    assert len(collector.lines()) == 1
