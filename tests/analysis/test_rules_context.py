"""Rules about what fills the context: the traces that are easily mistaken for a compaction that brought little."""

from __future__ import annotations

from typing import Any

import pytest
from tracetop.analysis.cache.losses import CacheLosses
from tracetop.analysis.rules.compactions import told_by
from tracetop.analysis.rules.findings import describe
from tracetop.analysis.rules.payloads import Payloads
from tracetop.analysis.rules.second_pass import SecondPass
from tracetop.analysis.rules.waste import assess
from tracetop.analysis.tree.tree import Tree


def second_pass(trace: Any) -> SecondPass:
    session = trace.view().session
    found = SecondPass(session, losses=CacheLosses(session, trace.events.__getitem__))
    found.extend_to_end()
    return found


def titles(trace: Any, category: str) -> list[str]:
    found = second_pass(trace)
    view = found.session.view(found.session.count)
    return [describe(each, view).title for each in found.standing(view.at) if each.category == category]


def prompt(trace: Any, length: int, **data: Any) -> None:
    trace.llm(1, input_tokens=length, output_tokens=10, **data)


def read(trace: Any, *paths: str) -> None:
    for path in paths:
        trace.tool(1, "read_file", args={"path": path})


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


@pytest.mark.parametrize("path", ["c.py", "./c.py", "/work/c.py", "../work/c.py"])
@pytest.mark.parametrize("how", ["file_change", "edit_file", "file_change of another agent"])
def test_a_file_that_was_changed_is_read_again_with_reason(trace: Any, path: str, how: str) -> None:
    read(trace, "a.py", "b.py", "c.py")
    trace.add("compaction_end", 1)
    if how == "edit_file":
        trace.tool(1, "edit_file", args={"path": path})
    else:
        trace.add("file_change", 1, path=path, agent=None if how == "file_change" else "other")
    read(trace, "a.py", "b.py", "c.py")
    assert not titles(trace, "amnesia")


@pytest.mark.parametrize("path", ["d.py", "/work/cc.py", "other/c.py/d.py"])
def test_the_change_of_another_file_is_no_reason(trace: Any, path: str) -> None:
    read(trace, "a.py", "b.py", "src/c.py")
    trace.add("compaction_end", 1)
    trace.add("file_change", 1, path=path)
    read(trace, "a.py", "b.py", "src/c.py")
    assert titles(trace, "amnesia") == ["3 files read again after a compaction: src/c.py"]


def test_a_change_told_from_a_folder_beside_is_of_the_same_file(trace: Any) -> None:
    read(trace, "a.py", "b.py", "/work/src/c.py")
    trace.add("compaction_end", 1)
    trace.add("file_change", 1, path="../src/c.py")
    read(trace, "a.py", "b.py", "/work/src/c.py")
    assert not titles(trace, "amnesia")


def test_a_change_that_was_read_since_is_no_reason_either(trace: Any) -> None:
    read(trace, "a.py", "b.py", "c.py")
    trace.add("file_change", 1, path="c.py")
    read(trace, "c.py")
    trace.add("compaction_end", 1)
    read(trace, "a.py", "b.py", "c.py")
    assert len(titles(trace, "amnesia")) == 1


def test_a_change_that_does_not_tell_its_file_may_be_of_any(trace: Any) -> None:
    read(trace, "a.py", "b.py", "c.py")
    trace.add("compaction_end", 1)
    trace.add("file_change", 1)
    read(trace, "a.py", "b.py", "c.py")
    assert not titles(trace, "amnesia")


def test_a_call_while_the_context_is_compacted_does_not_hide_what_was_read_before(trace: Any) -> None:
    read(trace, "a.py", "b.py", "c.py")
    trace.add("compaction_start", 1)
    read(trace, "z.py")
    trace.add("compaction_end", 1)
    read(trace, "a.py", "b.py", "c.py")
    assert len(titles(trace, "amnesia")) == 1


def test_more_changes_than_are_worth_reading_are_of_any_file(trace: Any) -> None:
    read(trace, "a.py", "b.py", "c.py")
    trace.add("compaction_end", 1)
    for _ in range(300):
        trace.add("file_change", 1, path="other.py")
    read(trace, "a.py", "b.py", "c.py")
    assert not titles(trace, "amnesia")


def spend(trace: Any, *shares: float) -> None:
    for share in shares:
        trace.add("iteration_start", len(trace.events))
        trace.add("budget_check", usage_fraction=share)


def test_forecasts_that_were_withdrawn_do_not_use_up_how_many_may_stand(trace: Any) -> None:
    for _ in range(22):
        spend(trace, 0.5, 0.51, 0.52, 0.53, 0.8, *[0.8] * 4)
    raised = [each for each in second_pass(trace).log.episodes if each.category == "burn_forecast"]
    assert len(raised) == 22
    assert not titles(trace, "burn_forecast")
    spend(trace, 0.5, 0.6, 0.7, 0.8, 0.9)
    assert titles(trace, "burn_forecast") == ["budget ends in ~1 turns at this pace"]


def test_of_budgets_that_are_used_up_again_and_again_twenty_are_told(trace: Any) -> None:
    for _ in range(25):
        spend(trace, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
    assert len(titles(trace, "burn_forecast")) == 20


def test_payloads_are_read_as_long_as_there_are_few(trace: Any) -> None:
    trace.add("budget_check")
    payloads = Payloads(lambda number: trace.events[0])
    assert [payloads.read(0) is not None for _ in range(300)].count(True) == 257
    assert payloads.read(250) is not None
    assert payloads.read(250) is None
    assert Payloads(None).read(0) is None


def test_results_whose_size_nothing_tells_are_not_large(trace: Any) -> None:
    trace.llm(1, input_tokens=1_000)
    trace.tool(1, "read_file", args={"path": "big.log"})
    trace.llm(2, input_tokens=None)
    assert not titles(trace, "oversized_result")
