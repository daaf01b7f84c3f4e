"""Everything is a prefix: any chunking, any moment, bytes or objects, the view is the same."""

from __future__ import annotations

import json
import os
import random
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tracetop.analysis import Session, View
from tracetop.analysis.cost_origins import CostOrigins, cost_origins
from tracetop.analysis.fold.session_state import SessionState, put_together, take_apart
from tracetop.analysis.prices import Period, Price, Prices, Tariff, Tier
from tracetop.analysis.rules.second_pass import SecondPass
from tracetop.analysis.what_if.what_if import WhatIf
from tracetop.collector.events import KINDS, TraceEvent
from tracetop.collector.formats.native import decode_block
from tracetop.collector.reading.lines import LineSplitter
from tracetop.collector.reading.reader import load_session

Picture = Callable[[View], dict[str, Any]]
Fold = Callable[[Iterable[TraceEvent]], Session]
Content = dict[str, Any]

TRACES = Path(os.environ.get("TRACETOP_TRACES") or Path(__file__).parents[3] / "shared" / "traces") / "attocode"

quick = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

odd_numbers = st.sampled_from([0, -1, 10**9, 10**17, 1e300, -0.5, float("nan"), float("inf"), "12", "many", None, True])
agents = st.sampled_from([None, None, None, None, "a", "b", "main", "c"])
event_ids = st.sampled_from(["", "p1", "p2", "p3", "p4"])
iterations = st.one_of(st.none(), st.integers(1, 4), st.integers(1, 4), st.sampled_from([10**9, -3, "2", 2.5, 1e300]))
steps = st.sampled_from([0.0, 0.5, 0.5, 1.0, 3.0, 60.0, 900.0, -2.0, -5.0, float("nan"), 1e12])


def amounts(*usual: int) -> st.SearchStrategy[Any]:
    return st.one_of(st.sampled_from(usual), st.sampled_from(usual), st.sampled_from(usual), odd_numbers)


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Content]:
    return st.fixed_dictionaries({}, optional=fields)


models = st.sampled_from(["claude-sonnet-4", "gpt-5", "", 7])
durations = amounts(10, 31_000, 5_000)
llm_data = some(
    model=models,
    input_tokens=amounts(100, 2000, 5000),
    output_tokens=amounts(0, 10, 500),
    cache_read_tokens=amounts(0, 3000, 9000),
    cache_write_tokens=amounts(0, 6000),
    cache_write_1h_tokens=amounts(0, 100),
    cache_creation=st.sampled_from([{"ephemeral_1h_input_tokens": 100}, {}, 3]),
    tokens=amounts(300, 9000),
    cost=amounts(1, 2),
    duration_ms=durations,
    stop_reason=st.just("end_turn"),
    agent_id=agents,
)
chunk_data = st.builds(
    lambda agent: {"metadata": {"chunk_type": "text", **({} if agent is None else {"agent_id": agent})}}, agents
)
tool_data = some(
    tool_name=st.sampled_from(["bash", "read", ""]),
    tool=st.sampled_from(["bash", "grep"]),
    args=st.sampled_from([None, {}, {"a": 1, "b": 2}, {"b": 2, "a": 1}, {"path": "x"}, [1], "text"]),
    tool_id=st.sampled_from(["t1", "t2"]),
    metadata=some(tool_id=st.sampled_from(["t1", "t2"]), duration_ms=durations, agent_id=agents),
    agent_id=agents,
)
agent_data = some(
    agent_id=st.sampled_from(["a", "b", "c", "main"]),
    parent_agent_id=st.sampled_from(["a", "b", "main", "d"]),
    task_id=st.sampled_from(["a", "t"]),
    metadata=some(agent_id=agents),
)
other_data = some(
    agent_id=agents, goal=st.sampled_from(["g", "h", ""]), model=models, status=st.just("ok"), message=st.just("m")
)

TOOL_KINDS = ["tool_start", "tool_start", "tool_end", "tool_end", "tool_error", "tool", "tool_approval"]
AGENT_KINDS = [kind for kind in KINDS if kind.startswith(("subagent", "swarm"))] + ["swarm_decision"]
STRUCTURE = ["iteration_start", "iteration_start", "iteration_end", "session_start", "session_end", "llm_request"]
REST = [
    "budget_warning",
    "compaction_start",
    "compaction_end",
    "context_overflow",
    "mode_change",
    "mcp_connect",
    "error",
    "novel",
    "x_y",
]


def events_of(kinds: list[str], data: st.SearchStrategy[Content]) -> st.SearchStrategy[Content]:
    return st.fixed_dictionaries(
        {"kind": st.sampled_from(kinds), "step": steps, "event_id": event_ids, "iteration": iterations, "data": data},
        optional={
            "parent_event_id": event_ids,
            "duration_ms": durations,
            "session_id": st.sampled_from(["", "s1", "s2"]),
        },
    )


def timed(steps_taken: list[Content]) -> list[Content]:
    now, contents = 1_700_000_000.0, []
    for number, content in enumerate(steps_taken):
        step = content["step"]
        fields = {name: value for name, value in content.items() if name != "step"}
        now = now + step if abs(step) < 1e6 else now
        contents.append({"session_id": "", **fields, "timestamp": now if abs(step) < 1e6 else step, "n": number})
    return contents


contents_of_traces = st.lists(
    st.one_of(
        events_of(["llm_response"], llm_data),
        events_of(["llm_response"], chunk_data),
        events_of(TOOL_KINDS, tool_data),
        events_of(AGENT_KINDS, agent_data),
        events_of(STRUCTURE, other_data),
        events_of(REST, other_data),
    ),
    max_size=45,
).map(timed)


def as_event(content: Content) -> TraceEvent:
    return TraceEvent(**{name: value for name, value in content.items() if name != "n"})


@given(contents_of_traces, st.randoms(use_true_random=False))
@settings(quick, max_examples=150)
def test_any_chunking_gives_the_same_view(
    picture: Picture, fold: Fold, contents: list[Content], chance: random.Random
) -> None:
    events = [as_event(content) for content in contents]
    whole = picture(fold(events).view())
    one_by_one, chunked = Session(), Session()
    for event in events:
        one_by_one.apply_events([event])
    rest = events
    while rest:
        size = chance.randint(0, 9)
        chunked.apply_events(rest[:size])
        rest = rest[size:]
    assert picture(one_by_one.view()) == whole
    assert picture(chunked.view()) == whole


@given(contents_of_traces, st.randoms(use_true_random=False))
@settings(quick, max_examples=150)
def test_the_view_as_of_an_event_is_that_of_a_trace_that_ends_there(
    picture: Picture, fold: Fold, contents: list[Content], chance: random.Random
) -> None:
    events = [as_event(content) for content in contents]
    full = fold(events)
    for at in sorted({chance.randint(0, len(events)) for _ in range(4)}, key=lambda _: chance.random()):
        assert picture(full.view(at)) == picture(fold(events[:at]).view())


@given(contents_of_traces, st.randoms(use_true_random=False))
@settings(quick, max_examples=100)
def test_a_fold_goes_on_from_what_was_kept_of_it(
    picture: Picture, fold: Fold, contents: list[Content], chance: random.Random
) -> None:
    events = [as_event(content) for content in contents]
    session, rest = Session(), events
    while rest:
        size = chance.randint(1, 20)
        session.apply_events(rest[:size])
        rest = rest[size:]
        session = put_together(copied(take_apart(session)))
    assert picture(session.view()) == picture(fold(events).view())


class AList:
    """A price list of two models, by the time of the call and the length of its prompt."""

    name = "a list"

    def tariff_of(self, model: str) -> Tariff | None:
        price, dear, later = (Price(dollars, dollars, dollars, dollars, 2 * dollars) for dollars in (1.0, 2.0, 3.0))
        periods = (Period(price, (Tier(3000, dear),)), Period(later, since=1_700_000_010.0))
        return Tariff(periods) if model in ("gpt-5", "7") else None

    def window_of(self, model: str) -> int | None:
        return 20_000 if model == "gpt-5" else None

    def others(self, model: str) -> tuple[str, ...]:
        return ("7",)


def without_cost(content: Content, chance: random.Random) -> Content:
    """The event, if it is a response mostly with tokens and without a cost."""
    if content["kind"] != "llm_response" or "metadata" in content["data"] or chance.random() < 0.2:
        return content
    usual = {"input_tokens": chance.choice([100, 5000]), "output_tokens": 10, "tokens": None, "cost": None}
    model = chance.choice(["claude-sonnet-4", "gpt-5", "strange", None])
    return {**content, "data": {**content["data"], **usual, "model": model}}


def told_of_cost(view: View) -> tuple[list[str], CostOrigins]:
    return view.bill.price_sources, cost_origins(view)


@given(contents_of_traces, st.randoms(use_true_random=False))
@settings(quick, max_examples=80)
def test_estimates_are_prefixes_and_go_on_from_what_was_kept(
    picture: Picture, contents: list[Content], chance: random.Random
) -> None:
    prices = Prices({"claude-*": Price(input=1.0, output=1.0, cache_read=0.1)}, AList())
    events = [as_event(without_cost(content, chance)) for content in contents]
    cut = chance.randint(0, len(events))
    whole, first = Session(prices), Session(prices)
    whole.apply_events(events)
    first.apply_events(events[:cut])
    assert picture(whole.view(cut)) == picture(first.view())
    assert told_of_cost(whole.view(cut)) == told_of_cost(first.view())
    assert WhatIf(SecondPass(whole)).all(cut) == WhatIf(SecondPass(first)).all(cut)
    first = put_together(copied(take_apart(first)), prices)
    first.apply_events(events[cut:])
    assert picture(first.view()) == picture(whole.view())
    assert told_of_cost(first.view()) == told_of_cost(whole.view())


def copied(state: SessionState) -> SessionState:
    return SessionState({name: column[:] for name, column in state.columns.items()}, bytes(state.rest))


@given(contents_of_traces)
@settings(quick, max_examples=60)
def test_a_view_taken_while_the_trace_grows_stays_as_it_was(
    picture: Picture, fold: Fold, contents: list[Content]
) -> None:
    events = [as_event(content) for content in contents]
    half = len(events) // 2
    session = fold(events[:half])
    before = picture(session.view())
    session.apply_events(events[half:])
    assert picture(session.view(half)) == before


@given(contents_of_traces, st.randoms(use_true_random=False))
@settings(quick, max_examples=100)
def test_bytes_in_any_chunking_fold_like_objects(
    picture: Picture, fold: Fold, contents: list[Content], chance: random.Random
) -> None:
    rest = b"".join(json.dumps(content).encode() + b"\n" for content in contents)
    splitter, session = LineSplitter(), Session()
    while rest:
        size = chance.randint(1, 2000)
        block = splitter.feed(rest[:size])
        rest = rest[size:]
        if block is not None:
            batch = decode_block(block)
            assert not batch.bad
            session.apply(batch.records, batch.offsets)
    assert picture(session.view()) == picture(fold(map(as_event, contents)).view())


def real_traces() -> list[Any]:
    found = sorted(TRACES.glob("*.jsonl"))
    if found:
        return [pytest.param(path, id=path.stem) for path in found]
    why = f"no real traces in {TRACES}; set TRACETOP_TRACES"
    marks = () if os.environ.get("CI") == "true" else pytest.mark.skip(reason=why)
    return [pytest.param(None, id="missing", marks=marks)]


@pytest.mark.parametrize("path", real_traces())
def test_a_real_trace_is_a_prefix_of_itself(picture: Picture, fold: Fold, path: Path | None) -> None:
    assert path is not None, f"no real traces in {TRACES}; set TRACETOP_TRACES"
    events = load_session(path).events
    full, chance = fold(events), random.Random(path.name)
    for at in [len(events), *(chance.randint(0, len(events)) for _ in range(4))]:
        alone, grown = fold(events[:at]), Session()
        rest = events[:at]
        while rest:
            size = chance.randint(1, 40)
            grown.apply_events(rest[:size])
            rest = rest[size:]
        expected = picture(alone.view())
        assert picture(full.view(at)) == expected
        assert picture(grown.view()) == expected


def test_views_drawn_while_another_thread_folds_are_prefixes_too(picture: Picture, fold: Fold, new_trace: Any) -> None:
    trace = new_trace()
    for number in range(1, 60):
        trace.busy([number])
        trace.add("subagent_spawn", number, agent_id=f"a{number % 3}")
        trace.llm(number, agent=f"a{number % 3}")
        trace.tool(number, agent=f"a{number % 3}", failed=number % 2 == 0)
    session, seen = Session(), []

    def grow() -> None:
        for first in range(0, len(trace.events), 16):
            session.apply_events(trace.events[first : first + 16])

    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        folder = threading.Thread(target=grow)
        folder.start()
        while folder.is_alive():
            seen.append(picture(session.view()))
        folder.join()
    finally:
        sys.setswitchinterval(usual)
    assert session.count == len(trace.events)
    for drawn in seen:
        assert drawn == picture(fold(trace.events[: drawn["at"]]).view())
