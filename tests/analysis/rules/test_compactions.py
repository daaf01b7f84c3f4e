"""Compactions that brought little, and what is easily mistaken for one."""

from __future__ import annotations

from typing import Any

import pytest
from tracetop.analysis.cache.losses import CacheLosses
from tracetop.analysis.rules.compactions import told_by
from tracetop.analysis.rules.findings import describe
from tracetop.analysis.rules.second_pass import SecondPass
from tracetop.analysis.rules.waste import assess
from tracetop.analysis.tree.tree import Tree

from .found import second_pass, titles
from .prompts import prompt


def test_a_small_compaction_is_meant_to_save_little(trace: Any) -> None:
    trace.llm(1, input_tokens=50_000)
    trace.add("compaction_end", micro=True)
    trace.llm(2, input_tokens=49_000)
    session = trace.view().session
    for event_of, raised in ((None, 1), (trace.events.__getitem__, 0)):
        found = SecondPass(session, losses=CacheLosses(session, event_of))
        found.extend_to_end()
        categories = [episode.category for episode in found.standing(session.count)]
        assert categories.count("useless_compaction") == raised


@pytest.mark.parametrize(
    ("told", "before", "lengths"),
    [
        ({"tokens_before": 90, "tokens_after": 80}, None, (90, 80)),
        ({"tokens_before": 90, "tokens_saved": 10}, 70, (90, 80)),
        ({"tokens_saved": 10}, 70, (70, 60)),
        ({"tokens_saved": 10}, None, None),
        ({"tokens_saved": 80}, 70, None),
        ({"tokens_saved": 0}, 70, None),
        ({"tokens_before": 90}, 70, None),
        ({"tokens_before": "90", "tokens_after": float("nan")}, 70, None),
        ({"tokens_before": True, "tokens_after": 10**400}, 70, None),
    ],
)
def test_what_a_compaction_tells_of_itself(
    told: dict[str, Any], before: int | None, lengths: tuple[int, int] | None
) -> None:
    assert told_by(told, before) == lengths


def test_a_compaction_that_tells_that_it_saved_little_is_found_at_its_end_and_costs_what_is_paid_behind_it(
    trace: Any,
) -> None:
    trace.cached(0, 2_000, cache_write_tokens=88_000, cost=0.9)
    trace.add("compaction_start")
    trace.add("compaction_end", tokens_before=100_000, tokens_after=95_000)
    end = len(trace.events) - 1
    trace.cached(0, 2_000, cache_write_tokens=60_000, cost=0.62)
    found = second_pass(trace)
    (episode,) = [each for each in found.log.episodes if each.category == "useless_compaction"]
    assert (episode.raised, episode.evidence.tolist()) == (end, [end - 1, end, end + 1])
    view = found.session.view(end + 1)
    told = describe(episode, view)
    assert told.title == "compaction saved little: context 100k → 95.0k"
    assert "by its own figures" in told.description
    assert assess(episode, Tree(view)).toll.tokens is None
    assert assess(episode, Tree(found.session.view(found.session.count))).toll.tokens == 62_000


def test_what_a_compaction_tells_goes_before_what_the_responses_do(trace: Any) -> None:
    prompt(trace, 100_000)
    trace.add("compaction_end", tokens_before=100_000, tokens_after=20_000)
    prompt(trace, 95_000)
    assert not titles(trace, "useless_compaction")


@pytest.mark.parametrize("told", [{}, {"tokens_saved": 0}, {"tokens_before": 90_000}])
def test_one_that_does_not_tell_is_measured_by_the_responses(trace: Any, told: dict[str, Any]) -> None:
    prompt(trace, 90_000)
    trace.add("compaction_end", **told)
    trace.llm(1, input_tokens=None, output_tokens=10)
    prompt(trace, 80_000)
    found = second_pass(trace)
    (episode,) = [each for each in found.log.episodes if each.category == "useless_compaction"]
    assert episode.raised == 3  # the response between does not say how long its prompt was
    assert "from the response before to the one after it" in describe(episode, found.session.view(4)).description


def test_the_answer_that_a_compaction_itself_needs_is_none_after_it(trace: Any) -> None:
    for _ in range(2):
        for length in (30_000, 60_000, 90_000):
            prompt(trace, length)
        trace.add("compaction_start")
        prompt(trace, 90_500)
        trace.add("compaction_end")
    prompt(trace, 20_000)
    assert not titles(trace, "useless_compaction")
    assert not titles(trace, "compaction_thrash")


def test_three_compactions_with_answers_of_their_own_are_three(trace: Any) -> None:
    for _ in range(3):
        prompt(trace, 90_000)
        trace.add("compaction_start")
        prompt(trace, 90_500)
        trace.add("compaction_end")
    assert titles(trace, "compaction_thrash") == ["3 compactions, the context full again at once"]


@pytest.mark.parametrize(("responses", "found"), [(10, 1), (11, 0)])
def test_responses_are_counted_from_the_end_of_a_compaction(trace: Any, responses: int, found: int) -> None:
    for _ in range(3):
        for step in range(1, responses + 1):
            prompt(trace, 90_000 * step // responses)
        trace.add("compaction_start")
        prompt(trace, 90_500)
        trace.add("compaction_end")
    assert len(titles(trace, "compaction_thrash")) == found


def test_what_thrashing_costs_is_counted_once_for_start_and_end(trace: Any) -> None:
    for _ in range(3):
        trace.cached(0, 2_000, cache_write_tokens=88_000, cost=0.9)
        trace.add("compaction_start")
        trace.add("compaction_end")
    trace.cached(0, 2_000, cache_write_tokens=88_000, cost=0.9)
    found = second_pass(trace)
    (episode,) = [each for each in found.log.episodes if each.category == "compaction_thrash"]
    breaks = found.session.cache_breaks
    assert len(breaks) == 3
    toll = assess(episode, Tree(found.session.view(found.session.count))).toll
    assert toll.tokens == sum(map(breaks.rebilled_by, range(3)))


def test_dropping_old_results_again_and_again_is_no_thrashing(trace: Any) -> None:
    for _ in range(5):
        prompt(trace, 90_000)
        trace.add("compaction_end", micro=True, tokens_before=90_000, tokens_saved=4_000)
    prompt(trace, 86_000)
    assert not titles(trace, "compaction_thrash")
    assert not titles(trace, "useless_compaction")


def test_an_emergency_truncation_is_no_compaction(trace: Any) -> None:
    for _ in range(4):
        prompt(trace, 90_000)
        trace.add("context_overflow", truncations=1)
    prompt(trace, 89_000)
    assert not titles(trace, "compaction_thrash")
    assert not titles(trace, "useless_compaction")
