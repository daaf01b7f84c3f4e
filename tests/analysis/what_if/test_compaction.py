"""What if it had been compacted elsewhere: worked out by hand, and when it comes to nothing."""

from __future__ import annotations

from typing import Any

import pytest
from tracetop.analysis.prices import Prices

from .prices import AList
from .scenarios import choice, option
from .sessions import answer, compacted, plain


def test_prompts_grow_by_the_same_steps_from_where_they_were_cut(trace: Any) -> None:
    trace.add("budget_check", context_limit=100_000)
    plain(trace, [40_000, 60_000, 80_000])
    # At 50 %: 60k becomes 20k, for 40k that are read and 2k that are put out; 80k becomes 40k.
    half = option(trace.events, "compaction", "50%")
    assert half.saving == pytest.approx(0.060 - 0.020 - 0.040 - 0.010 + 0.040)
    assert (half.tokens, half.remark) == (60_000 - 20_000 - 40_000 + 40_000, "1 compaction instead of 0")
    assert (
        "Limit 100k: told by a budget event. A compaction leaves 20.0k (assumed, 20% of the limit)"
        in half.assumptions[0]
    )
    # At 60 and 70 % only the last is cut: 80k becomes 20k, for 60k that are read.
    for name in ("60%", "70%"):
        assert option(trace.events, "compaction", name).saving == pytest.approx(0.080 - 0.020 - 0.060 - 0.010)
    never = option(trace.events, "compaction", "80%")
    assert (never.saving, never.tokens, never.remark) == (0.0, 0, "no prompt is that long")
    assert choice(trace.events, "compaction").best == 0


def test_what_is_dropped_was_read_where_the_prompt_was(trace: Any) -> None:
    trace.add("budget_check", context_limit=100_000)
    answer(trace, written=40_000)
    answer(trace, read=40_000, written=20_000)
    answer(trace, read=60_000, written=5_000)
    answer(trace, written=66_000)  # a break: what is dropped is not written again
    summary = 0.1 * 0.040 + 5 * 0.002
    cut = 0.1 * 0.040 + 1.25 * 0.020 - 1.25 * 0.020 - summary
    assert option(trace.events, "compaction", "50%").saving == pytest.approx(cut + 0.1 * 0.040 + 1.25 * 0.040)


def test_the_compactions_of_the_trace_are_left_out(trace: Any) -> None:
    told = option(compacted(trace), "compaction", "80%")
    # Not compacted: 60k are read, not 30k written, and 30k more are read by the next.
    assert told.saving == pytest.approx(1.25 * 0.030 - 0.1 * 0.060 - 0.1 * 0.030)
    assert (told.tokens, told.remark) == (-60_000, "0 compactions instead of 1")
    assert "leaves 30.0k (the median of 1)" in told.assumptions[0]


def test_a_break_sends_the_longer_history_again_too(trace: Any) -> None:
    compacted(trace)
    answer(trace, written=32_000)
    without = 1.25 * 0.030 - 0.1 * 0.060 - 0.1 * 0.030
    assert option(trace.events, "compaction", "80%").saving == pytest.approx(without - 1.25 * 0.030)


def test_an_agent_that_is_not_long_is_not_compacted_for_another(trace: Any) -> None:
    trace.add("budget_check", context_limit=100_000)
    for prompt in (40_000, 60_000):
        plain(trace, [prompt])
        plain(trace, [1_000], agent="a")
    assert option(trace.events, "compaction", "50%").remark == "1 compaction instead of 0"
    assert option(trace.events, "compaction", "50%").saving == pytest.approx(0.060 - 0.020 - 0.040 - 0.010)


def test_a_small_call_beside_the_history_stays_what_it_is(trace: Any) -> None:
    trace.add("budget_check", context_limit=100_000)
    plain(trace, [40_000, 60_000, 500, 61_000])
    assert option(trace.events, "compaction", "50%").saving == pytest.approx(0.060 - 0.020 - 0.040 - 0.010 + 0.040)


def test_what_is_told_of_a_call_later_sends_nothing(trace: Any) -> None:
    trace.add("budget_check", context_limit=100_000)
    plain(trace, [40_000])
    trace.llm(model="m", input_tokens=0, output_tokens=1_000, revises="e1")
    plain(trace, [60_000])
    assert option(trace.events, "compaction", "50%").saving == pytest.approx(0.060 - 0.020 - 0.040 - 0.010)


def test_a_run_begins_with_a_context_of_its_own(trace: Any) -> None:
    trace.add("budget_check", context_limit=100_000)
    plain(trace, [40_000, 60_000])
    trace.add("session_start")
    plain(trace, [45_000])
    assert option(trace.events, "compaction", "50%").tokens == 60_000 - 20_000 - 40_000


def test_it_cannot_be_compacted_below_what_a_compaction_leaves(trace: Any) -> None:
    compacted(trace)
    answer(trace, written=60_000)
    trace.add("compaction_end")
    answer(trace, written=80_000)
    trace.add("compaction_end")
    answer(trace, written=80_000)
    assert option(trace.events, "compaction", "50%").unknown == "prompts are longer than that right after a compaction"
    assert choice(trace.events, "compaction").best > 0


def test_the_limit_is_told_or_listed_or_the_longest_prompt(trace: Any) -> None:
    plain(trace, [40_000, 60_000])
    assert "Limit 60.0k: the longest prompt" in option(trace.events, "compaction", "80%").assumptions[0]
    listed = option(trace.events, "compaction", "80%", Prices(listed=AList()))
    assert "Limit 200k: the model's window by the price list" in listed.assumptions[0]
    plain(trace, [210_000])  # whatever the list says
    assert "Limit 210k" in option(trace.events, "compaction", "80%", Prices(listed=AList())).assumptions[0]
