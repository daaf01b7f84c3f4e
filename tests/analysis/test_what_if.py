"""What if: what each scenario comes to, worked out by hand, and when it comes to nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from tracetop.analysis import Session
from tracetop.analysis.cache.losses import CacheLosses
from tracetop.analysis.cache.miss_prices import Basis
from tracetop.analysis.prices import Period, Price, Prices, Tariff, Tier
from tracetop.analysis.rules.second_pass import SecondPass
from tracetop.analysis.rules.thresholds import DEFAULT_TUNING, Tuning
from tracetop.analysis.what_if import what_if
from tracetop.analysis.what_if.calls import Calls
from tracetop.analysis.what_if.scenario import Choice, Scenario, by_saving
from tracetop.analysis.what_if.what_if import WhatIf
from tracetop.collector.events import TraceEvent

MILLION = 1_000_000
MINE = Price(input=1.0, output=5.0, cache_read=0.1, cache_write=1.25)
"""Dollars for a million tokens: a million that is sent costs a dollar."""
PRICES = Prices({"m": MINE})


def what_if_of(events: list[TraceEvent], prices: Prices | None = PRICES, tuning: Tuning = DEFAULT_TUNING) -> WhatIf:
    session = Session(prices)
    session.apply_events(events)
    return WhatIf(SecondPass(session, tuning, CacheLosses(session, events.__getitem__)))


def choices(events: list[TraceEvent], *more: Any) -> tuple[Choice, ...]:
    return what_if_of(events, *more).all(len(events))


def choice(events: list[TraceEvent], family: str, *more: Any) -> Choice:
    return next(each for each in choices(events, *more) if each.options[0].family == family)


def only(events: list[TraceEvent], family: str, *more: Any) -> Scenario:
    (told,) = choice(events, family, *more).options
    return told


def option(events: list[TraceEvent], family: str, name: str, *more: Any) -> Scenario:
    return next(each for each in choice(events, family, *more).options if each.option == name)


def answer(
    trace: Any, number: int | None = None, *, sent: int = 0, read: int = 0, written: int = 0, **data: Any
) -> str:
    tokens = {"input_tokens": sent, "cache_read_tokens": read, "cache_write_tokens": written, "output_tokens": 0}
    return str(trace.llm(number, **{"model": "m", **tokens, **data}))


def plain(trace: Any, prompts: Iterable[int], **data: Any) -> None:
    """Responses of a provider without a cache."""
    for prompt in prompts:
        trace.llm(model="m", input_tokens=prompt, output_tokens=0, **data)


# Breaks


def broken(trace: Any, between: str = "", pause: float = 1.0) -> list[TraceEvent]:
    """A million tokens are written, and then written again where they would have been read."""
    answer(trace, written=MILLION)
    if between:
        trace.add(between)
    trace.now += pause - 1.0
    answer(trace, written=MILLION)
    return list(trace.events)


def test_a_break_that_is_mended_costs_no_more_than_reading(trace: Any) -> None:
    told = only(broken(trace), "cache_breaks")
    assert told.saving == pytest.approx(1.25 - 0.1)
    assert told.bill == pytest.approx(2.5 - 1.15)
    assert (told.tokens, told.remark, told.basis) == (MILLION, "1 break", Basis.ESTIMATED)


def test_a_compaction_has_to_break_the_cache(trace: Any) -> None:
    told = only(broken(trace, "compaction_end"), "cache_breaks")
    assert (told.saving, told.bill, told.remark) == (0.0, 2.5, "no break but by compactions")


def test_where_nothing_broke_nothing_is_saved(trace: Any) -> None:
    answer(trace, written=MILLION)
    answer(trace, read=MILLION, written=10)
    told = only(trace.events, "cache_breaks")
    assert (told.saving, told.tokens) == (0.0, 0)


def test_a_session_that_tells_no_cache_has_no_breaks_to_mend(trace: Any) -> None:
    plain(trace, [MILLION, MILLION])
    told = only(trace.events, "cache_breaks")
    assert (told.saving, told.unknown) == (None, "no response reports its cache")


# The 1-hour cache


def test_an_hours_cache_outlives_a_pause_and_is_dearer_to_write(trace: Any) -> None:
    told = only(broken(trace, pause=400.0), "hour_cache")
    assert told.saving == pytest.approx(1.15 - 0.75)  # the second million is read then, the first is dearer
    assert (told.remark, told.basis) == ("1 break by time run out", Basis.ESTIMATED)


def test_where_nothing_runs_out_it_is_only_dearer(trace: Any) -> None:
    told = only(broken(trace, pause=299.0), "hour_cache")
    assert told.saving == pytest.approx(-2 * 0.75)
    assert told.share == pytest.approx(-1.5 / 2.5)


def test_what_an_hour_does_not_outlive_is_not_saved(trace: Any) -> None:
    assert only(broken(trace, pause=3_700.0), "hour_cache").saving == pytest.approx(-2 * 0.75)


def test_the_price_of_an_hours_write_is_taken_where_it_is_known(trace: Any) -> None:
    prices = Prices({"m": Price(1.0, 5.0, 0.1, 1.25, 1.5)})
    assert only(broken(trace), "hour_cache", prices).saving == pytest.approx(-2 * 0.25)


@pytest.mark.parametrize("data", [{"cache_write_1h_tokens": 10}, {"cache_creation": {"ephemeral_1h_input_tokens": 10}}])
def test_a_session_that_has_it_already_is_told_so(trace: Any, data: dict[str, Any]) -> None:
    answer(trace, written=MILLION, **data)
    assert only(trace.events, "hour_cache").unknown == "the session writes to the 1-hour cache already"


def test_who_reports_no_writes_has_no_such_cache(trace: Any) -> None:
    answer(trace, sent=MILLION)
    assert only(trace.events, "hour_cache").unknown == "no response tells what it wrote"


# Compaction


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


def compacted(trace: Any) -> list[TraceEvent]:
    """A session that compacts itself, from 60k to 30k."""
    trace.add("budget_check", context_limit=100_000)
    answer(trace, written=60_000)
    trace.add("compaction_start")
    trace.add("compaction_end")
    answer(trace, written=30_000)
    answer(trace, read=30_000, written=1_000)
    return list(trace.events)


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


class AList:
    """A price list of two models; one is dearer for long prompts."""

    name = "a list"

    def tariff_of(self, model: str) -> Tariff | None:
        dear = Price(2.0, 10.0, 0.2, 2.5)
        listed = {"m": Tariff((Period(MINE),)), "tiered": Tariff((Period(MINE, (Tier(50_000, dear),)),))}
        return listed.get(model)

    def window_of(self, model: str) -> int | None:
        return 200_000 if model == "m" else None

    def others(self, model: str) -> tuple[str, ...]:
        return ("tiered", "nobody's") if model == "m" else ()


def test_the_limit_is_told_or_listed_or_the_longest_prompt(trace: Any) -> None:
    plain(trace, [40_000, 60_000])
    assert "Limit 60.0k: the longest prompt" in option(trace.events, "compaction", "80%").assumptions[0]
    listed = option(trace.events, "compaction", "80%", Prices(listed=AList()))
    assert "Limit 200k: the model's window by the price list" in listed.assumptions[0]
    plain(trace, [210_000])  # whatever the list says
    assert "Limit 210k" in option(trace.events, "compaction", "80%", Prices(listed=AList())).assumptions[0]


# Results of tools


def reads(trace: Any, *others: int) -> list[TraceEvent]:
    """A file of 100k tokens is read three times, the iterations in `others` call something else too."""
    for number, prompt in enumerate((10_000, 110_000, 210_000, 310_000, 310_000), 1):
        trace.llm(number, model="m", input_tokens=prompt, output_tokens=0)
        if number <= 3:
            trace.tool(number, "read_file", args={"path": "a.py"})
        if number in others:
            trace.tool(number, "bash", args={"command": f"make {number}"})
    return list(trace.events)


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


# Other models


def test_the_same_tokens_at_the_prices_of_others(trace: Any) -> None:
    answer(trace, sent=MILLION, read=MILLION, written=MILLION, output_tokens=MILLION)
    prices = Prices({"m": MINE, "twice": Price(2.0, 10.0, 0.2, 2.5), "half": Price(0.5, 2.5, 0.05, 0.625)})
    told = {each.options[0].option: each.options[0] for each in choices(trace.events, prices) if "model" in each.family}
    bill = 1.0 + 5.0 + 0.1 + 1.25
    assert {name: each.saving for name, each in told.items()} == pytest.approx({"twice": -bill, "half": bill / 2})
    assert told["half"].share == pytest.approx(0.5)
    assert told["twice"].remark == "by your prices"


def test_a_price_that_does_not_cover_what_was_used_leaves_the_model_out(trace: Any) -> None:
    answer(trace, sent=MILLION, written=MILLION)
    prices = Prices({"m": MINE, "no writes": Price(1.0, 1.0, 0.1), "all": MINE})
    told = only(trace.events, "model", prices)
    assert told.option == "all"
    assert told.saving == pytest.approx(0.0)
    assert "1 model without a price for all that was used left out." in told.assumptions


def test_a_longer_prompt_may_be_dearer_there(trace: Any) -> None:
    plain(trace, [40_000, 60_000])
    told = only(trace.events, "model", Prices({"m": MINE}, AList()))
    assert (told.option, told.remark) == ("tiered", "by a list")
    assert told.saving == pytest.approx(-0.060)


def test_of_a_session_of_several_models_each_is_an_other(trace: Any) -> None:
    plain(trace, [MILLION, MILLION])
    trace.llm(model="dear", input_tokens=MILLION, output_tokens=0)
    prices = Prices({"m": MINE, "dear": Price(3.0, 3.0, 3.0, 3.0)})
    told = {each.options[0].option: each.options[0].saving for each in choices(trace.events, prices)[5:]}
    assert told == pytest.approx({"m": 2.0, "dear": -4.0})


def test_calls_that_do_not_tell_their_tokens_stay_what_they_are(trace: Any) -> None:
    plain(trace, [MILLION])
    trace.add("llm_response", model="m", tokens=500, cost=7.0)
    told = only(trace.events, "model", Prices({"m": MINE, "half": Price(0.5, 1.0)}))
    assert (told.saving, told.bill) == (pytest.approx(0.5), pytest.approx(7.5))


def test_without_prices_no_other_model_is_known(trace: Any) -> None:
    plain(trace, [MILLION], cost=1.0)
    assert only(trace.events, "model", None).unknown == "no price of another model is known"


# Prices and bills


def test_the_buckets_of_a_call_add_up_to_what_it_cost(trace: Any) -> None:
    """Whatever the trace says it cost: here twice what the user's price is, once by chance."""
    answer(trace, sent=1000, read=2000, written=3000, output_tokens=100, cost=0.0107)
    answer(trace, sent=500, read=5000, written=300, output_tokens=100)
    session = what_if_of(trace.events).session
    calls = Calls(session, session.count, session.prices)
    told = [calls.call(row) for row in range(calls.rows)]
    parts = [call.charge(call.sent, call.output, call.read, call.written) for call in told if call is not None]
    assert sum(part or 0.0 for part in parts) == pytest.approx(session.view().cost)


def test_a_dearer_contract_saves_more(trace: Any) -> None:
    plain(trace, [10_000], cost=0.02)
    trace.tool(args={"command": "cat log"})
    plain(trace, [110_000], cost=0.22)
    assert option(trace.events, "output_cap", "10,000").saving == pytest.approx(2 * 0.090)


def test_prices_follow_from_the_trace_where_they_can(trace: Any) -> None:
    """Nobody knows the model; five calls whose costs fix what it takes."""
    for sent, read, written, output in ((1, 0, 40, 1), (2, 41, 3, 5), (5, 44, 1, 2), (1, 45, 9, 3), (3, 54, 90, 8)):
        cost = (2 * sent + 0.2 * read + 2.5 * written + 10 * output) / 1000
        buckets = {"sent": sent * 1000, "read": read * 1000, "written": written * 1000}
        answer(trace, **buckets, output_tokens=output * 1000, cost=cost)
    told = only(trace.events, "hour_cache", None)
    assert told.saving == pytest.approx(-0.75 * 2 * 0.143)


def test_without_cost_and_price_tokens_are_told(trace: Any) -> None:
    told = only(broken(trace), "cache_breaks", None)
    assert (told.saving, told.bill, told.tokens) == (None, None, MILLION)
    assert told.unknown == "the trace has no cost, and no price is known"
    assert only(trace.events, "hour_cache", None).unknown


def test_an_empty_session_is_told_of_too() -> None:
    told = choices([])
    assert all(each.options[0].saving is None for each in told)
    assert [each.options[0].unknown for each in told][2] == "no response tells how long its prompt is"


def test_those_that_save_most_come_first_and_dearer_ones_before_the_unknown() -> None:
    scenarios = [
        Scenario("a", "unknown"),
        Scenario("b", "dearer", saving=-1.0, bill=2.0),
        Scenario("c", "much", saving=3.0, bill=1.0),
        Scenario("d", "some tokens", tokens=5),
        Scenario("e", "little", saving=1.0, bill=1.0),
    ]
    assert [each.name for each in by_saving(scenarios)] == ["much", "little", "dearer", "some tokens", "unknown"]


# As of an event


def test_as_of_an_event_it_is_what_a_trace_that_ends_there_tells(trace: Any) -> None:
    reads(trace)
    compacted(trace)
    broken(trace, pause=400.0)
    known = what_if_of(trace.events)
    for at in (len(trace.events), 0, *range(3, len(trace.events), 4)):
        assert known.all(at) == choices(trace.events[:at])


def test_slices_change_nothing(trace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    reads(trace)
    broken(trace, pause=400.0)
    whole = choices(trace.events)
    for name in ("_BREAKS", "_ROWS", "_GLANCES", "_RESULTS", "_STARTS"):
        monkeypatch.setattr(what_if, name, 1)
    sliced = what_if_of(trace.events)
    sliced.look(len(trace.events))
    slices = 1
    while sliced.extend():
        slices += 1
    assert slices > len(trace.events) / 2
    assert sliced.choices == whole


def test_what_is_begun_anew_is_not_mixed_up(trace: Any) -> None:
    reads(trace)
    known = what_if_of(trace.events)
    known.look(len(trace.events))
    known.extend()
    assert known.is_looking
    assert known.all(6) == choices(trace.events[:6])
    assert known.at == 6
