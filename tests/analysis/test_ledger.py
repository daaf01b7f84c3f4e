"""The waste ledger: every token and dollar once, by a fixed order, never more than the bill, as of any event."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tracetop.analysis import Session
from tracetop.analysis.ledger.claims import CLAIM_OF, CLAIMS
from tracetop.analysis.ledger.entry import Wasted
from tracetop.analysis.ledger.ledger import Ledger
from tracetop.analysis.ledger.share import share_of
from tracetop.analysis.rules.findings import ALL_CATEGORIES
from tracetop.analysis.rules.second_pass import SecondPass
from tracetop.analysis.rules.thresholds import DEFAULT_TUNING, THRESHOLDS, Tuning
from tracetop.collector.events import TraceEvent

from .conftest import without_iterations

Fold = Callable[[Iterable[TraceEvent]], Session]
EAGER = Tuning({threshold.key: threshold.least for threshold in THRESHOLDS if threshold.name != "regularity"})
quick = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])


def ledger_of(session: Session, tuning: Tuning = DEFAULT_TUNING) -> Ledger:
    found = SecondPass(session, tuning)
    found.extend_to_end()
    ledger = Ledger(found)
    ledger.extend_to_end()
    return ledger


def by_category(ledger: Ledger, at: int | None = None) -> dict[str, tuple[int, float | None]]:
    """What each category has, of those that have anything."""
    at = ledger.session.count if at is None else at
    standing = [*ledger.session.issues.standing(at), *ledger.found.standing(at)]
    sums: dict[str, Wasted] = {}
    for episode in standing:
        wasted = ledger.wasted_by(episode, at)
        if wasted is not None and wasted.tokens:
            sums[episode.category] = sums.get(episode.category, Wasted()).plus(wasted)
    return {name: (each.tokens, None if each.cost is None else round(each.cost, 9)) for name, each in sums.items()}


def answer(trace: Any, iteration: int | None, **more: Any) -> None:
    """1,000 tokens in, 100 out, for a cent."""
    trace.llm(iteration, **{"cost": 0.01, **more})


def read(trace: Any, iteration: int | None, path: str) -> None:
    trace.tool(iteration, "read_file", args={"path": path})


def test_of_identical_reads_those_after_the_first_are_waste(trace: Any) -> None:
    for iteration in range(1, 5):
        answer(trace, iteration)
        read(trace, iteration, "a.py")
    ledger = ledger_of(trace.view().session)
    # Identical calls are both issue and finding: the rank of the documented one is the better, so it has them all.
    assert by_category(ledger) == {"repeated_tool_calls": (3_300, 0.03)}
    assert ledger.wasted(ledger.session.count) == Wasted(3_300, pytest.approx(0.03))
    assert share_of(ledger.wasted(ledger.session.count), trace.view()) == pytest.approx(0.75)


def test_a_call_is_a_part_of_its_iteration(trace: Any) -> None:
    for iteration in range(1, 5):
        answer(trace, iteration)
        read(trace, iteration, "a.py")
        for number in range(3):
            read(trace, iteration, f"{iteration}-{number}.py")
    assert by_category(ledger_of(trace.view().session)) == {"repeated_tool_calls": (3 * 275, 0.0075)}


def test_what_comes_later_in_an_iteration_counts_from_then_on(trace: Any) -> None:
    for iteration in range(1, 4):
        answer(trace, iteration)
        read(trace, iteration, "a.py")
    one = len(trace.events)
    answer(trace, 3)
    two = len(trace.events)
    read(trace, 3, "b.py")
    ledger = ledger_of(trace.view().session)
    assert ledger.wasted(one).tokens == 2_200
    assert ledger.wasted(two).tokens == 3_300
    assert ledger.wasted(len(trace.events)).tokens == 2_200


def test_where_no_iteration_is_told_a_turn_is_from_one_answer_to_the_next(trace: Any) -> None:
    for target in "abcd":
        answer(trace, None)
        read(trace, None, "a.py")
        trace.tool(None, "bash", args={"command": f"make {target}"})
    ledger = ledger_of(trace.view().session)
    assert by_category(ledger) == {"repeated_tool_calls": (3 * 550, 0.015)}
    assert ledger.session.iterations.count(ledger.session.count) == 0


def test_repeats_with_a_change_between_are_work(trace: Any) -> None:
    for iteration in range(1, 6):
        answer(trace, iteration)
        trace.tool(iteration, "bash", args={"command": "pytest"})
        if iteration < 5:
            trace.tool(iteration, "edit_file", args={"path": "a.py", "new": str(iteration)})
    session = trace.view().session
    assert [episode.category for episode in session.issues.standing(session.count)] == ["repeated_tool_calls"]
    assert by_category(ledger_of(session)) == {}


def test_so_are_those_with_an_event_that_tells_of_one(trace: Any) -> None:
    for iteration in range(1, 6):
        answer(trace, iteration)
        trace.tool(iteration, "bash", args={"command": "pytest"})
        trace.add("file_change", iteration, path="a.py")
    assert by_category(ledger_of(trace.view().session)) == {}


def test_an_empty_response_is_wasted_whole_and_only_once(trace: Any) -> None:
    for iteration in range(1, 4):
        answer(trace, iteration)
        read(trace, iteration, "a.py")
    answer(trace, 3, output_tokens=0)
    assert by_category(ledger_of(trace.view().session)) == {
        "repeated_tool_calls": (2_200, 0.02),
        "empty_response": (1_000, 0.01),
    }


def test_the_first_fifteen_iterations_without_a_call_had_to_be(trace: Any) -> None:
    for iteration in range(1, 19):
        trace.add("iteration_start", iteration)
        answer(trace, iteration)
        trace.add("iteration_end", iteration)
    assert by_category(ledger_of(trace.view().session)) == {"excessive_iterations": (3 * 1_100, 0.03)}


def test_what_is_withdrawn_wastes_nothing(trace: Any) -> None:
    for iteration in range(1, 17):
        trace.add("iteration_start", iteration)
        answer(trace, iteration)
        if iteration < 16:
            trace.add("iteration_end", iteration)
    before = len(trace.events)
    read(trace, 16, "a.py")
    ledger = ledger_of(trace.view().session)
    assert ledger.wasted(before).tokens == 1_100
    assert ledger.wasted(len(trace.events)) == Wasted(0, 0.0)


def test_all_that_a_failed_agent_spent_is_waste_and_nothing_of_others(trace: Any) -> None:
    answer(trace, 1)
    trace.add("subagent_spawn", 1, agent="w", task="look")
    for iteration in range(1, 4):
        trace.llm(iteration, agent="w", cost=0.02)
        answer(trace, 1)
    trace.add("subagent_error", 1, agent="w")
    trace.llm(4, agent="w", cost=0.02)
    assert by_category(ledger_of(trace.view().session)) == {"subagent_timeout": (3_300, 0.06)}


def test_an_agent_that_completed_wastes_nothing(trace: Any) -> None:
    trace.add("subagent_spawn", 1, agent="w", task="look")
    trace.llm(1, agent="w", cost=0.02)
    trace.add("subagent_complete", 1, agent="w")
    assert by_category(ledger_of(trace.view().session)) == {}


def test_a_break_of_the_cache_wastes_what_was_paid_again_at_what_it_cost_more(trace: Any) -> None:
    prices = {"input_tokens": 4e-6, "cache_read_tokens": 1e-6, "output_tokens": 10e-6}

    def respond(iteration: int, read: int, sent: int, output: int) -> None:
        tokens = {"cache_read_tokens": read, "input_tokens": sent, "output_tokens": output, "cache_write_tokens": 0}
        trace.llm(iteration, **tokens, cost=sum(tokens[name] * price for name, price in prices.items()))

    for number in range(6):
        respond(number, 20_000 + 100 * number, 1_000 + 37 * number * number, 100 + 11 * number)
    respond(7, 0, 21_000, 100)
    ledger = ledger_of(trace.view().session)
    # The response before left 20,500 tokens; they were sent again as input, for 3 dollars a million more than read.
    assert by_category(ledger) == {"cache_break": (20_500, round(20_500 * 3e-6, 9))}


def test_dollars_of_a_break_without_a_known_price_are_a_lower_bound_and_the_share_is_that_of_tokens(trace: Any) -> None:
    trace.llm(1, cache_read_tokens=0, cache_write_tokens=20_000, cost=0.02, model="odd")
    trace.llm(2, cache_read_tokens=0, cache_write_tokens=20_000, cost=0.02, model="odd")
    ledger, view = ledger_of(trace.view().session), trace.view()
    wasted = ledger.wasted(view.at)
    assert wasted == Wasted(20_000, None, 20_000, False, True)
    assert share_of(wasted, view) == pytest.approx(20_000 / 42_200)
    for iteration in range(3, 6):
        answer(trace, iteration)
        read(trace, iteration, "a.py")
    ledger, view = ledger_of(trace.view().session), trace.view()
    wasted = ledger.wasted(view.at)
    assert wasted == Wasted(22_200, pytest.approx(0.02), 20_000, False, True)
    assert share_of(wasted, view) == pytest.approx(22_200 / 45_500)


def test_a_bill_of_which_some_is_not_known_is_shared_by_tokens(trace: Any) -> None:
    for iteration in range(1, 4):
        answer(trace, iteration)
        read(trace, iteration, "a.py")
    trace.llm(4, input_tokens=50_000)
    ledger, view = ledger_of(trace.view().session), trace.view()
    wasted = ledger.wasted(view.at)
    assert wasted == Wasted(2_200, pytest.approx(0.02), 0, True, True)
    assert share_of(wasted, view) == pytest.approx(2_200 / 53_400)


def test_a_break_by_a_compaction_is_no_waste(trace: Any) -> None:
    trace.cached(read=20_000, sent=1_000)
    trace.add("compaction_start")
    trace.add("compaction_end")
    trace.cached(read=0, sent=9_000)
    assert by_category(ledger_of(trace.view().session)) == {}


def test_without_any_cost_tokens_are_told_and_no_dollars(trace: Any) -> None:
    for iteration in range(1, 4):
        trace.llm(iteration)
        read(trace, iteration, "a.py")
    ledger = ledger_of(trace.view().session)
    assert ledger.wasted(len(trace.events)) == Wasted(2_200, None, 2_200, True, True)
    assert share_of(ledger.wasted(len(trace.events)), trace.view()) == pytest.approx(2 / 3)


def test_categories_that_waste_only_time_have_no_entry(trace: Any) -> None:
    trace.tool(1, "bash", duration_ms=60_000.0)
    session = trace.view().session
    episode = session.issues.standing(session.count)[0]
    assert ledger_of(session).wasted_by(episode, session.count) is None


def test_every_claim_is_of_a_category_that_exists() -> None:
    assert set(CLAIM_OF) <= set(ALL_CATEGORIES)
    assert len(CLAIM_OF) == len(CLAIMS)


arguments = st.sampled_from([{"path": "a.py"}, {"path": "b.py"}, {"command": "make 1"}, {"command": "sleep 1"}])
usual = {"iteration": st.integers(0, 6), "agent": st.sampled_from([None, None, "a", "b"])}
calls = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["tool_start", "tool_end", "tool_end", "tool_error"]),
        "data": st.fixed_dictionaries(
            {"tool_name": st.sampled_from(["bash", "read_file", "edit_file"]), "args": arguments}
        ),
        **usual,
    }
)
answers = st.fixed_dictionaries(
    {
        "kind": st.just("llm_response"),
        "data": st.fixed_dictionaries(
            {"output_tokens": st.sampled_from([0, 0, 10])},
            optional={
                "input_tokens": st.integers(0, 9_000),
                "cache_read_tokens": st.sampled_from([0, 5_000, 20_000]),
                "cache_write_tokens": st.sampled_from([0, 5_000]),
                "cost": st.sampled_from([0.0, 0.01, 0.5]),
                "tokens": st.integers(0, 30_000),
            },
        ),
        **usual,
    }
)
others = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(
            [
                "iteration_start",
                "iteration_end",
                "session_start",
                "session_end",
                "subagent_spawn",
                "subagent_complete",
                "subagent_error",
                "compaction_end",
                "file_change",
            ]
        ),
        "data": st.just({}),
        **usual,
    }
)


def made(steps: list[dict[str, Any]]) -> list[TraceEvent]:
    events = []
    for number, step in enumerate(steps):
        data = {**step["data"], **({"agent_id": step["agent"]} if step["agent"] else {})}
        iteration = step["iteration"] or None
        events.append(TraceEvent(step["kind"], 1.7e9 + number, "s", f"e{number}", iteration, data))
    return events


several = st.lists(st.one_of(calls, calls, answers, answers, others), min_size=1, max_size=4)
"""Some events, which come so and so often one after the other: that is what loops are."""
numbered = st.lists(st.tuples(several, st.integers(1, 5)), max_size=12).map(
    lambda runs: made([step for steps, times in runs for step in steps * times])
)


traces = st.one_of(numbered, numbered, numbered.map(without_iterations))


def told(ledger: Ledger, at: int) -> Any:
    return ledger.wasted(at), by_category(ledger, at)


@given(traces, st.randoms(use_true_random=False))
@quick
def test_any_slices_tell_the_same_as_of_any_event(fold: Fold, events: list[TraceEvent], chance: random.Random) -> None:
    session = fold(events)
    whole = ledger_of(session, EAGER)
    grown = Session()
    found = SecondPass(grown, EAGER)
    pieces = Ledger(found)
    rest = events
    while rest:
        size = chance.randint(1, 9)
        grown.apply_events(rest[:size])
        rest = rest[size:]
        for _ in range(chance.randint(0, 2)):
            found.extend(chance.randint(1, 7))
            pieces.extend(chance.randint(1, 7))
    found.extend_to_end()
    pieces.extend_to_end()
    for at in range(len(events) + 1):
        assert told(pieces, at) == told(whole, at)
    for at in {len(events), *(chance.randint(0, len(events)) for _ in range(5))}:
        assert told(whole, at) == told(ledger_of(fold(events[:at]), EAGER), at)


@given(traces)
@quick
def test_the_entries_add_up_and_never_exceed_the_bill(fold: Fold, events: list[TraceEvent]) -> None:
    session = fold(events)
    ledger = ledger_of(session, EAGER)
    for at in range(len(events) + 1):
        view, wasted = session.view(at), ledger.wasted(at)
        parts = by_category(ledger, at).values()
        assert 0 <= wasted.tokens <= (view.tokens.total or 0)
        assert wasted.tokens == sum(tokens for tokens, _ in parts)
        assert (wasted.cost or 0.0) <= (view.cost or 0.0) + 1e-9
        assert 0 <= wasted.unpriced <= wasted.tokens
        assert (wasted.cost is None) == (view.cost is None or 0 < wasted.tokens == wasted.unpriced)
        assert share_of(wasted, view) is None or 0.0 <= (share_of(wasted, view) or 0.0) <= 1.0
