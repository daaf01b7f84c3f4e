"""The bill had the context been compacted at some share of its limit, whenever the trace itself did that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from statistics import median

from ...collector.events import TraceEvent
from .. import figures
from ..budget import told_by
from ..prices import Prices
from ..view import View
from .calls import Call, Calls
from .scenario import NO_PROMPTS, Choice, Scenario, Tally, with_money

FAMILY = "compaction"
SHARES = (0.5, 0.6, 0.7, 0.8)
"""Of the limit: where it is tried to compact."""
SIZE_AFTER = 0.2
"""Of the limit: how long a prompt is after a compaction, where the trace shows none."""
SUMMARY = 2_000
"""Tokens that the summarising call puts out."""

_MOST_CUTS = 1_000
_MOST_BETWEEN = 64
_MOST_BUDGETS = 64


class LimitSource(StrEnum):
    """Where the limit of the context is known from."""

    TOLD = "told by a budget event"
    WINDOW = "the model's window by the price list"
    LONGEST = "the longest prompt, for want of a better"


@dataclass(frozen=True, slots=True)
class Context:
    """How long prompts may be, and how long they are after a compaction: seen so often (0: assumed)."""

    limit: int
    source: LimitSource
    after: int
    seen: int


def context_of(
    view: View,
    calls: Calls,
    longest: int,
    event_of: Callable[[int], TraceEvent] | None,
    prices: Prices | None,
) -> Context | None:
    """What is known of a session's context as of a view; None where no prompt is told. `longest` is its longest."""
    if not longest:
        return None
    limit, source = longest, LimitSource.LONGEST
    told = None if event_of is None else _told_limit(view, event_of)
    if told is not None and told >= longest:
        limit, source = told, LimitSource.TOLD
    else:
        listed = None if prices is None else prices.listed
        window = None if listed is None or not view.model else listed.window_of(view.model)
        if window is not None and window >= longest:  # a longer one than the prompts proves that it is another
            limit, source = window, LimitSource.WINDOW
    cut = _prompts_after(view, calls)
    after = round(median(cut)) if cut else round(limit * SIZE_AFTER)
    return Context(limit, source, after, len(cut))


def _told_limit(view: View, event_of: Callable[[int], TraceEvent]) -> int | None:
    events = view.session.budget_events
    last = view.budget_events
    for index in range(last - 1, max(0, last - _MOST_BUDGETS) - 1, -1):
        budget = told_by(events[index], event_of(events[index]))
        if budget is not None and budget.context_limit:
            return round(budget.context_limit)
    return None


def _prompts_after(view: View, calls: Calls) -> list[int]:
    """How long the first prompts after the last compactions are, each of the agent that was compacted."""
    session, found = view.session, []
    lanes, llm = session.events.lane, session.llm
    for index in range(max(0, view.compactions - _MOST_CUTS), view.compactions):
        event = session.compactions[index]
        first = llm.rows(event)
        for row in range(first, min(calls.rows, first + _MOST_BETWEEN)):
            prompt = calls.prompt(row)
            if prompt is not None and lanes[llm.event[row]] == lanes[event]:
                found.append(prompt)
                break
    return found


@dataclass(slots=True)
class _Lane:
    """An agent's context. `dropped` are the tokens that its prompt has less than in the trace, by share; fewer than 0
    where it was compacted there and would not have been. `kept` is how long it was the last time.
    """

    dropped: list[int] = field(default_factory=lambda: [0] * len(SHARES))
    kept: list[int] = field(default_factory=lambda: [0] * len(SHARES))
    prompt: int | None = None
    is_cut: bool = False
    caches: bool = False
    writes: bool = False


class Compaction:
    """Prompts grow by the same steps as in the trace, and are cut whenever they would be longer than the share."""

    def __init__(self, view: View, context: Context | None) -> None:
        self._view = view
        self._context = context
        self._lanes: dict[int, _Lane] = {}
        self._tallies = tuple(Tally() for _ in SHARES)
        self._cuts = [0] * len(SHARES)
        self._cuts_taken = 0
        self._branches_taken = 1

    def take(self, call: Call) -> None:
        """Take in a call."""
        context = self._context
        if context is None or not call.prompt:  # what only adds to a call that is told already sends nothing
            return
        self._come_to(call.event)
        lane = self._lanes.setdefault(call.lane, _Lane())
        prompt, before = call.prompt, lane.prompt
        was_cut = lane.is_cut and before is not None and prompt < before
        lane.is_cut = False
        lane.writes = lane.writes or call.written > 0
        lane.caches = lane.caches or lane.writes or call.read > 0
        for number, share in enumerate(SHARES):
            if was_cut and before is not None:
                lane.dropped[number] += prompt - before
            dropped = lane.dropped[number]
            kept = prompt - dropped
            if dropped > 0:  # what never had the history loses nothing of it
                kept = max(kept, min(prompt, context.after))
            threshold = context.limit * share
            if kept > threshold > context.after and before is not None:
                self._cut(number, call, lane)
            elif was_cut:
                whole = (0, kept) if lane.caches else (kept, 0)
                self._bill(number, call, (whole[0], call.output, whole[1], 0), kept)
                lane.kept[number] = kept
            else:
                if kept != prompt:
                    self._bill(number, call, _shortened(call, prompt - kept), kept)
                lane.kept[number] = kept
        lane.prompt = prompt

    def tell(self) -> Choice:
        """The scenario, with every share."""
        context = self._context
        if context is None:
            return Choice((Scenario(FAMILY, "with compaction", unknown=NO_PROMPTS),))
        options = tuple(self._tell(number, share, context) for number, share in enumerate(SHARES))
        best = max(
            range(len(SHARES)), key=lambda each: (options[each].saving or 0.0, options[each].tokens or 0, SHARES[each])
        )
        return Choice(options, best)

    def _tell(self, number: int, share: float, context: Context) -> Scenario:
        tally, cuts = self._tallies[number], self._cuts[number]
        size = f"the median of {context.seen:,}" if context.seen else f"assumed, {SIZE_AFTER:.0%} of the limit"
        made = Scenario(
            FAMILY,
            f"with compaction at {share:.0%}",
            f"{share:.0%}",
            tokens=0,
            assumptions=(
                f"Limit {figures.tokens(context.limit)}: {context.source}. A compaction leaves "
                f"{figures.tokens(context.after)} ({size}), sent anew, and takes a call that reads the prompt and puts "
                f"out {figures.tokens(SUMMARY)}. Prompts grow by the same steps; compactions of the trace are left "
                "out, but not the calls they took.",
                *tally.left_out("calls"),
            ),
        )
        if context.after >= context.limit * share:
            return replace(made, tokens=None, unknown="prompts are longer than that right after a compaction")
        mine = self._view.compactions
        instead = f"instead of {mine:,}" if cuts != mine else "at other times"
        remark = f"{figures.count(cuts, 'compaction')} {instead}" if tally.calls else "no prompt is that long"
        return with_money(made, self._view, tally, remark)

    def _cut(self, number: int, call: Call, lane: _Lane) -> None:
        """The prompt would be too long: it is summed up by a call of its own, and sent anew, short."""
        assert self._context is not None
        after, before = self._context.after, lane.kept[number]
        summing = call.charge(0, SUMMARY, before, 0) if lane.caches else call.charge(before, SUMMARY, 0, 0)
        anew = (0, call.output, 0, after) if lane.writes else (after, call.output, 0, 0)
        self._cuts[number] += 1
        self._bill(number, call, anew, after + before, summing)
        lane.dropped[number], lane.kept[number] = call.prompt - after, after

    def _bill(
        self, number: int, call: Call, buckets: tuple[int, int, int, int], sent: int, more: float | None = 0.0
    ) -> None:
        """Have a call take these buckets (as `Call.charge` has them), and `more` dollars."""
        charged, tokens = call.charge(*buckets), call.prompt - sent
        if charged is None or more is None or call.cost is None:
            self._tallies[number].add(None, None, tokens)
        else:
            self._tallies[number].add(call.cost - charged - more, call.basis, tokens)

    def _come_to(self, event: int) -> None:
        """Take in the compactions and the runs that began before an event."""
        session = self._view.session
        compactions, branches = session.compactions, session.lanes.branches
        while self._cuts_taken < len(compactions) and compactions[self._cuts_taken] < event:
            lane = self._lanes.get(session.events.lane[compactions[self._cuts_taken]])
            if lane is not None:
                lane.is_cut = True
            self._cuts_taken += 1
        while self._branches_taken < len(branches) and branches[self._branches_taken].first < event:
            self._lanes.pop(branches[self._branches_taken].lane, None)
            self._branches_taken += 1


def _shortened(call: Call, less: int) -> tuple[int, int, int, int]:
    """The buckets of a call with a prompt of so many tokens less, or more where fewer than 0.

    These are of its history, and that was read where at least half of its prompt was; else it was sent anew.
    """
    sent, read, written = call.sent, call.read, call.written
    was_read = 2 * read >= call.prompt
    if less < 0:
        if was_read:
            read -= less
        elif written:
            written -= less
        else:
            sent -= less
        return sent, call.output, read, written
    if was_read:
        taken = min(less, read)
        read, less = read - taken, less - taken
    taken = min(less, written)
    written, less = written - taken, less - taken
    taken = min(less, sent)
    return sent - taken, call.output, read - (less - taken), written
