"""What sessions come to together: sums that may be added up in any order, wherever each was made."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from . import efficiency
from .cost_origins import cost_origins
from .efficiency import Efficiency
from .fold.columns import KNOWN_COST, KNOWN_TOTAL, OPENS_CALL
from .issues.episodes import Episode
from .issues.issue import severity_of
from .ledger.entry import NOTHING_WASTED, Wasted
from .tokens import Buckets
from .view import View

_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True)
class ModelTotals:
    """What one model took: its calls, tokens, and dollars; None where no call says.

    `cost_estimated` says that some of the cost is estimated; it is not known at all of the calls that are `unpriced`.
    """

    calls: int = 0
    tokens: int | None = None
    cost: float | None = None
    cost_estimated: bool = False
    unpriced: int = 0

    def plus(self, other: ModelTotals) -> ModelTotals:
        """Both together."""
        return ModelTotals(
            self.calls + other.calls,
            _sum(self.tokens, other.tokens),
            _sum(self.cost, other.cost),
            self.cost_estimated or other.cost_estimated,
            self.unpriced + other.unpriced,
        )


@dataclass(frozen=True, slots=True)
class ToolTotals:
    """What is known of one tool. `calls` have ended, `running` have not; `timed` of the ended have a known duration.

    `repeats` counts the calls that were identical, arguments and all, to an earlier one of the same run of their agent.
    """

    calls: int = 0
    errors: int = 0
    running: int = 0
    timed: int = 0
    total_ms: float = 0.0
    max_ms: float = 0.0
    repeats: int = 0

    @property
    def error_rate(self) -> float | None:
        """Failed calls among the ended ones."""
        return self.errors / self.calls if self.calls else None

    @property
    def mean_ms(self) -> float | None:
        """The mean duration of the calls that have one."""
        return self.total_ms / self.timed if self.timed else None

    def plus(self, other: ToolTotals) -> ToolTotals:
        """Both together."""
        sums = {each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)}
        return ToolTotals(**{**sums, "max_ms": max(self.max_ms, other.max_ms)})


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over sessions; None where none of them says. `seconds` from first to last event, cost in dollars.

    `price_sources` are those of any session. `issues` and `findings` count those that stand, by category; `wasted` is
    what they wasted of the bill; `models` and `tools` are by name.
    """

    sessions: int = 0
    events: int = 0
    seconds: float | None = None
    iterations: int = 0
    llm_calls: int = 0
    tool_calls: int = 0
    failed_tools: int = 0
    errors: int = 0
    compactions: int = 0
    tokens: Buckets = field(default_factory=Buckets)
    output_is_lower_bound: bool = False
    cost: float | None = None
    cost_estimated: bool = False
    price_sources: frozenset[str] = frozenset()
    issues: Mapping[str, int] = field(default_factory=dict)
    findings: Mapping[str, int] = field(default_factory=dict)
    wasted: Wasted = NOTHING_WASTED
    models: Mapping[str, ModelTotals] = field(default_factory=dict)
    tools: Mapping[str, ToolTotals] = field(default_factory=dict)

    @property
    def cache_hit_rate(self) -> float | None:
        """`cache_read / (input + cache_read)` over all sessions."""
        return self.tokens.hit_rate

    @property
    def efficiency(self) -> Efficiency:
        """The score of all sessions as if they were one, and its components."""
        return efficiency.rate_of(self)

    @property
    def severities(self) -> dict[str, int]:
        """How many issues there are, by severity."""
        counts: dict[str, int] = {}
        for category, count in self.issues.items():
            counts[severity_of(category)] = counts.get(severity_of(category), 0) + count
        return counts

    def plus(self, other: Totals) -> Totals:
        """The totals of the sessions of both."""
        return Totals(
            sessions=self.sessions + other.sessions,
            events=self.events + other.events,
            seconds=_sum(self.seconds, other.seconds),
            iterations=self.iterations + other.iterations,
            llm_calls=self.llm_calls + other.llm_calls,
            tool_calls=self.tool_calls + other.tool_calls,
            failed_tools=self.failed_tools + other.failed_tools,
            errors=self.errors + other.errors,
            compactions=self.compactions + other.compactions,
            tokens=Buckets(*map(_sum, self.tokens, other.tokens)),
            output_is_lower_bound=self.output_is_lower_bound or other.output_is_lower_bound,
            cost=_sum(self.cost, other.cost),
            cost_estimated=self.cost_estimated or other.cost_estimated,
            price_sources=self.price_sources | other.price_sources,
            issues=_merged(self.issues, other.issues, int.__add__),
            findings=_merged(self.findings, other.findings, int.__add__),
            wasted=self.wasted.plus(other.wasted),
            models=_merged(self.models, other.models, ModelTotals.plus),
            tools=_merged(self.tools, other.tools, ToolTotals.plus),
        )


def totals_of(view: View, wasted: Wasted = NOTHING_WASTED) -> Totals:
    """The totals of one session: findings as far as rules have looked, and what was wasted, as a ledger has it."""
    return Totals(
        sessions=1,
        events=view.at,
        seconds=view.duration_seconds,
        iterations=view.iterations,
        llm_calls=view.llm_calls,
        tool_calls=view.tool_calls,
        failed_tools=view.failed_tools,
        errors=view.errors,
        compactions=view.compactions,
        tokens=view.tokens,
        output_is_lower_bound=view.output_is_lower_bound,
        cost=view.cost,
        cost_estimated=view.cost_estimated,
        price_sources=frozenset(view.bill.price_sources),
        issues=_counts(view.episodes()),
        findings=_counts(view.session.findings.standing(view.at)),
        wasted=wasted,
        models=_models(view),
        tools=tools_of(view),
    )


def _counts(episodes: Iterable[Episode]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for episode in episodes:
        counts[episode.category] = counts.get(episode.category, 0) + 1
    return counts


def tools_of(view: View) -> dict[str, ToolTotals]:
    """What is known of each tool, by name."""
    columns, at = view.session.tools, view.at
    sums: dict[int, list[Any]] = {}
    for call in range(bisect_left(columns.event, at)):
        tool = sums.setdefault(columns.label[call], [0, 0, 0, 0, 0.0, 0.0, 0])
        if columns.end[call] >= at:
            tool[2] += 1
            continue
        tool[0] += 1
        tool[1] += columns.failed[call]
        duration_ms = columns.duration[call]
        if duration_ms == duration_ms:  # NaN, unknown, is not equal to itself
            tool[3] += 1
            tool[4] += duration_ms
            tool[5] = max(tool[5], duration_ms)
    for event in columns.repeats[: bisect_left(columns.repeats, at)]:
        repeated = columns.call_of(event)
        if repeated is not None:
            sums[columns.label[repeated]][6] += 1
    return {view.session.labels.name(label): ToolTotals(*tool) for label, tool in sums.items()}


def _models(view: View) -> dict[str, ModelTotals]:
    llm, labels = view.session.llm, view.session.events.label
    sums: dict[int, list[Any]] = {}
    before = 0
    for row in range(view.llm_rows):
        flags, total = llm.flags[row], llm.sum_total[row]
        model = sums.setdefault(labels[llm.event[row]], [0, None, None])
        if flags & OPENS_CALL:
            model[0] += 1
        if flags & KNOWN_TOTAL:
            model[1] = (model[1] or 0) + total - before
        if flags & KNOWN_COST:
            model[2] = (model[2] or 0.0) + llm.cost[row]
        before = total
    origins = cost_origins(view)
    models = {view.session.labels.name(label): ModelTotals(*model) for label, model in sums.items()}
    for name in {*origins.listed, *origins.own, *origins.unpriced}:
        is_estimated = name in origins.listed or name in origins.own
        models[name] = replace(models[name], cost_estimated=is_estimated, unpriced=origins.unpriced.get(name, 0))
    return models


def _sum(one: Any, other: Any) -> Any:
    return other if one is None else one if other is None else one + other


def _merged(
    one: Mapping[str, _Part], other: Mapping[str, _Part], plus: Callable[[_Part, _Part], _Part]
) -> dict[str, _Part]:
    merged = dict(one)
    for name, part in other.items():
        merged[name] = plus(merged[name], part) if name in merged else part
    return merged
