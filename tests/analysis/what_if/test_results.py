"""What if results of tools had not come twice or were capped: worked out by hand, and when it comes to nothing."""

from __future__ import annotations

from typing import Any

import pytest
from tracetop.analysis.rules.thresholds import Tuning

from .prices import PRICES
from .scenarios import choice, only, option
from .sessions import plain, reads


def test_repeated_reads_take_their_answers_and_what_they_leave_in_the_context(trace: Any) -> None:
    told = only(reads(trace), "duplicate_reads")
    answers, rent = 0.110 + 0.210, 2 * 0.100 + 0.100
    assert told.saving == pytest.approx(answers + rent)
    assert (told.tokens, told.remark) == (620_000, "2 repeated reads")


def test_an_answer_that_asked_for_something_else_too_stays(trace: Any) -> None:
    told = only(reads(trace, 2), "duplicate_reads")
    assert told.remark == "2 repeated reads"
    # Of what the third prompt grew by, half is the other call's; the third answer goes, the second stays.
    assert told.saving == pytest.approx(0.210 + 2 * 0.050 + 0.100)


def test_what_was_read_twice_is_not_found(trace: Any) -> None:
    for number in (1, 2):
        trace.llm(number, model="m", input_tokens=10_000, output_tokens=0)
        trace.tool(number, "read_file", args={"path": "a.py"})
    told = only(trace.events, "duplicate_reads")
    assert (told.saving, told.remark) == (0.0, "nothing found")


def test_a_muted_rule_finds_nothing_and_says_so(trace: Any) -> None:
    tuning = Tuning(muted=frozenset({"duplicate_read"}))
    assert only(reads(trace), "duplicate_reads", PRICES, tuning).unknown == "the rule duplicate_read is muted"


def test_what_a_result_has_more_than_the_cap_is_never_sent(trace: Any) -> None:
    plain(trace, [10_000])
    trace.tool(args={"command": "cat log"})
    plain(trace, [110_000, 110_000, 110_000])
    told = choice(trace.events, "output_cap")
    shown = told.options[told.best]
    assert (shown.option, shown.remark, shown.tokens) == ("5,000", "1 longer result", 3 * 95_000)
    assert shown.saving == pytest.approx(0.095 * 3)
    assert option(trace.events, "output_cap", "20,000").saving == pytest.approx(0.080 * 3)


def test_a_result_as_long_as_the_cap_is_whole(trace: Any) -> None:
    plain(trace, [10_000])
    trace.tool(args={"command": "cat log"})
    plain(trace, [15_000, 15_000])
    assert option(trace.events, "output_cap", "5,000").saving == 0.0
    assert option(trace.events, "output_cap", "5,000").remark == "no result is that long"
    assert option(trace.events, "output_cap", "2,000").saving == pytest.approx(0.003 * 2)
