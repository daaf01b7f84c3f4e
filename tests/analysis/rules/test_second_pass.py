"""The second pass is a prefix too: any slices find the same, and as of an event what a trace that ends there tells."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tracetop.analysis import Session
from tracetop.analysis.cache.losses import CacheLosses
from tracetop.analysis.fold.session_state import put_together, take_apart
from tracetop.analysis.rules.findings import describe
from tracetop.analysis.rules.second_pass import SecondPass
from tracetop.analysis.rules.thresholds import THRESHOLDS, Tuning
from tracetop.analysis.rules.waste import assess
from tracetop.analysis.rules.words.cache import CATEGORIES as CACHE
from tracetop.analysis.tree.tree import Tree
from tracetop.collector.events import TraceEvent
from tracetop.collector.reading.reader import load_session

from ..conftest import without_iterations

Fold = Callable[[Iterable[TraceEvent]], Session]

EARLY = {threshold.key: threshold.least for threshold in THRESHOLDS if threshold.name != "regularity"}
OF_THE_CACHE = {threshold.key: threshold.default for threshold in THRESHOLDS if threshold.rule in CACHE}
EAGER = Tuning(
    {
        **EARLY,
        **OF_THE_CACHE,
        "never_cached.responses": 2,
        "write_churn.responses": 3,
        "alternating_misses.changes": 2,
        "frozen_boundary.responses": 2,
        "repeated_expiry.expiries": 2,
        "useless_compaction.saved": 0.2,
        "compaction_thrash.responses": 5,
        "amnesia.within": 20,
        "burn_forecast.iterations": 40.0,
    }
)
"""All rules fire as early as they can, so that short traces have many findings."""

TRACES = Path(os.environ.get("TRACETOP_TRACES") or Path(__file__).parents[4] / "shared" / "traces") / "attocode"
quick = settings(deadline=None, max_examples=180, suppress_health_check=[HealthCheck.too_slow])

arguments = st.sampled_from(
    [
        None,
        {"path": "a.py"},
        {"path": "b.py"},
        {"command": "make 1"},
        {"command": "make 2"},
        {"command": "sleep 1"},
        {"command": "cat a.py > b.py"},
        {"id": 1},
    ]
)
calls = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["tool_start", "tool_end", "tool_end", "tool_error"]),
        "step": st.sampled_from([0.0, 1.0, 1.0, 60.0, -2.0]),
        "event_id": st.sampled_from(["", "p1", "p2"]),
        "iteration": st.integers(1, 9),
        "data": st.fixed_dictionaries(
            {"tool_name": st.sampled_from(["bash", "read_file", "edit_file"]), "args": arguments},
            optional={"agent_id": st.just("a")},
        ),
    },
    optional={"parent_event_id": st.sampled_from(["p1", "p2"])},
)
others = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(
            [
                "session_end",
                "session_start",
                "llm_retry",
                "llm_error",
                "llm_response",
                "iteration_start",
                "compaction_end",
                "mode_change",
                "file_change",
            ]
        ),
        "step": st.sampled_from([0.0, 1.0, 60.0]),
        "event_id": st.just(""),
        "iteration": st.integers(1, 9),
        "data": st.just({}),
    }
)
turn_ends = st.just({"kind": "custom", "step": 1.0, "event_id": "", "iteration": None, "data": {"name": "turn_end"}})


responses = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["llm_response", "llm_response", "llm_response", "llm_request"]),
        "step": st.sampled_from([1.0, 1.0, 1.0, 301.0, 3_700.0]),
        "event_id": st.just(""),
        "iteration": st.integers(1, 9),
        "data": st.fixed_dictionaries(
            {
                "cache_read_tokens": st.sampled_from([0, 0, 5_000, 5_000, 10_000]),
                "input_tokens": st.sampled_from([100, 2_000, 6_000]),
                "cache_write_tokens": st.sampled_from([0, 0, 4_000, 9_000]),
                "output_tokens": st.just(10),
            },
            optional={
                "agent_id": st.just("a"),
                "model": st.sampled_from(["claude-a", "claude-b"]),
                "cost": st.sampled_from([0.01, 0.02]),
                "tools": st.sampled_from([["a"], ["b"]]),
                "cache_miss_reason": st.sampled_from(["odd_weather", "cache_expired"]),
            },
        ),
    }
)


budgets = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["budget_check", "budget_warning", "iteration_start", "compaction_start"]),
        "step": st.just(1.0),
        "event_id": st.just(""),
        "iteration": st.integers(1, 40),
        "data": st.fixed_dictionaries({"usage_fraction": st.sampled_from([0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95])}),
    }
)


agents = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["subagent_spawn", "subagent_complete", "subagent_error", "swarm_task_start"]),
        "step": st.sampled_from([1.0, 400.0]),
        "event_id": st.just(""),
        "iteration": st.integers(1, 3),
        "data": st.fixed_dictionaries(
            {"agent_id": st.sampled_from(["a", "b", "c"])},
            optional={
                "task": st.sampled_from(["read all of it", "write all of it"]),
                "result": st.sampled_from(["", "x"]),
                "parent_agent_id": st.sampled_from(["a", "b"]),
            },
        ),
    }
)
theirs = st.builds(
    lambda step, name: {**step, "data": {**step["data"], "agent_id": name}},
    st.one_of(calls, calls, responses),
    st.sampled_from(["a", "b", "c"]),
)


def plain(kind: str, **data: Any) -> dict[str, Any]:
    return {"kind": kind, "step": 1.0, "event_id": "", "iteration": 1, "data": data}


def read_by(agent: str, path: str) -> list[dict[str, Any]]:
    data = {"agent_id": agent, "tool_name": "read_file", "args": {"path": path}}
    start = {**plain("tool_start", **data), "event_id": f"{agent}{path}"}
    return [start, {**plain("tool_end", **data), "parent_event_id": start["event_id"]}]


lengths = st.sampled_from([None, 0, 500, 4_000, 5_000])
filled = st.one_of(
    st.builds(read_by, st.sampled_from(["a", "b"]), st.sampled_from(["x.py", "y.py", "z.py"])),
    st.builds(read_by, st.just("a"), st.sampled_from(["x.py", "y.py"])),
    st.builds(
        lambda agent, prompt: [plain("llm_response", agent_id=agent, input_tokens=prompt, output_tokens=10)],
        st.sampled_from(["a", "a", "a", "b"]),
        st.sampled_from([None, 3_000, 4_000, 5_000, 6_000, 7_000]),
    ),
    st.builds(
        lambda kinds, before, after, saved, micro: [
            plain(kind, agent_id="a", tokens_before=before, tokens_after=after, tokens_saved=saved, micro=micro)
            for kind in kinds
        ],
        st.sampled_from([("compaction_start",), ("compaction_end",), ("compaction_start", "compaction_end")]),
        lengths,
        lengths,
        lengths,
        st.sampled_from([False, False, True]),
    ),
    st.builds(
        lambda agent, path: [plain("file_change", agent_id=agent, path=path)],
        st.sampled_from(["a", "b"]),
        st.sampled_from([None, "x.py", "/work/y.py"]),
    ),
)
paid = st.lists(st.tuples(st.sampled_from([0.0, 0.02, 0.05, 0.05, 0.05, -0.5]), st.booleans()), min_size=8, max_size=20)


def spent(turns: list[tuple[float, bool]]) -> list[dict[str, Any]]:
    """Iterations, each of which uses so much more of the budget; in some nothing says so."""
    used, steps = 0.3, []
    for number, (more, is_told) in enumerate(turns, 1):
        used = max(0.1, used + more)
        steps.append({**plain("iteration_start"), "iteration": number})
        if is_told:
            steps.append({**plain("budget_check", usage_fraction=used), "iteration": number})
    return steps


def timed(steps: list[dict[str, Any]]) -> list[TraceEvent]:
    now, events = 1_700_000_000.0, []
    for fields in steps:
        now += fields["step"]
        events.append(TraceEvent(timestamp=now, session_id="s", **{k: v for k, v in fields.items() if k != "step"}))
    return events


numbered = st.one_of(
    st.lists(st.one_of(calls, calls, calls, others, turn_ends), max_size=60).map(timed),
    st.lists(st.one_of(responses, responses, responses, responses, responses, others), max_size=60).map(timed),
    st.lists(st.one_of(responses, calls, calls, others, budgets), max_size=80).map(timed),
    st.lists(st.one_of(agents, agents, theirs, theirs, others), max_size=60).map(timed),
    st.lists(filled, min_size=15, max_size=40).map(lambda steps: timed(list(chain.from_iterable(steps)))),
    paid.map(lambda turns: timed(spent(turns))),
)


traces = st.one_of(numbered, numbered, numbered, numbered.map(without_iterations))


def told(found: SecondPass, at: int) -> list[Any]:
    view = found.session.view(at)
    tree = Tree(view)
    return [
        (describe(episode, view, str, found.tuning), assess(episode, tree).toll, episode.updated(at))
        for episode in found.standing(at)
    ]


def begun(session: Session, events: list[TraceEvent]) -> SecondPass:
    return SecondPass(session, EAGER, CacheLosses(session, events.__getitem__))


def whole(session: Session, events: list[TraceEvent]) -> SecondPass:
    found = begun(session, events)
    found.extend_to_end()
    return found


@given(traces, st.randoms(use_true_random=False))
@quick
def test_any_slices_find_the_same_as_of_any_event(fold: Fold, events: list[TraceEvent], chance: random.Random) -> None:
    full = whole(fold(events), events)
    grown = Session()
    pieces = begun(grown, events)
    rest = events
    while rest:
        size = chance.randint(1, 9)
        grown.apply_events(rest[:size])
        rest = rest[size:]
        for _ in range(chance.randint(0, 3)):
            pieces.extend(chance.randint(1, 9))
        if chance.random() < 0.3:
            grown.cache_breaks.extend()
    pieces.extend_to_end()
    assert told(pieces, len(events)) == told(full, len(events))
    for at in (chance.randint(0, len(events)) for _ in range(3)):
        alone = whole(fold(events[:at]), events)
        assert told(full, at) == told(alone, at)
        assert full.version(at) == alone.version(at)


@given(traces)
@quick
def test_it_finds_the_same_in_a_session_that_was_kept(fold: Fold, events: list[TraceEvent]) -> None:
    half = len(events) // 2
    kept = put_together(take_apart(fold(events[:half])))
    kept.apply_events(events[half:])
    assert told(whole(kept, events), len(events)) == told(whole(fold(events), events), len(events))


@pytest.mark.parametrize("name", ["cli-errors", "collector-issues", "collector-typed", "cli-compaction"])
def test_as_of_an_event_of_a_real_trace(fold: Fold, name: str) -> None:
    path = TRACES / f"{name}.jsonl"
    if not path.exists():
        pytest.skip(f"no real traces in {TRACES}; set TRACETOP_TRACES")
    events = load_session(path).events
    full, chance = whole(fold(events), events), random.Random(name)
    for at in [len(events), *(chance.randint(0, len(events)) for _ in range(4))]:
        assert told(full, at) == told(whole(fold(events[:at]), events), at)
