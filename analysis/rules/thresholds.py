"""From where on each rule fires: every threshold with its default, what it counts and where it is from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

OURS = "our threshold"
GIVEN = "as it was asked for"


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number that a rule fires by. `meaning` goes on behind the number: `3 rounds of the same calls`.

    `source` says where the default is from. Smaller than `least` or larger than `most` it would mean nothing.
    """

    rule: str
    name: str
    default: float
    meaning: str
    source: str = OURS
    least: float = 1
    most: float = 1_000_000

    @property
    def key(self) -> str:
        """Its name in the user's file: `cycle.rounds`."""
        return f"{self.rule}.{self.name}"

    @property
    def is_whole(self) -> bool:
        """Whether it counts something."""
        return isinstance(self.default, int)


def _given(rule: str, name: str, default: float, meaning: str, least: float = 1, most: float = 1_000_000) -> Threshold:
    return Threshold(rule, name, default, meaning, GIVEN, least, most)


THRESHOLDS: tuple[Threshold, ...] = (
    Threshold("cycle", "rounds", 3, "rounds of the same 2 to 4 calls", least=2, most=1_000),
    Threshold("near_repeat", "calls", 4, "calls alike but for numbers", least=2, most=1_000),
    Threshold("near_repeat", "within", 10, "calls of the agent they stand among", least=2, most=1_000),
    Threshold("polling", "calls", 5, "identical questions in a row", least=2, most=1_000),
    Threshold("polling", "seconds", 1.0, "seconds at least from one to the next", least=0),
    Threshold("polling", "regularity", 4.0, "times the shortest gap is the longest at most"),
    Threshold("no_progress", "iterations", 8, "iterations with calls that brought nothing new", least=2),
    Threshold("duplicate_read", "reads", 3, "identical reads without a change between", least=2),
    Threshold("serial_reads", "reads", 4, "files read in as many iterations in a row", least=2, most=1_000),
    Threshold("blind_edit", "edits", 1, "or more edits of files that the agent had not read"),
    Threshold("edit_churn", "edits", 5, "edits of one file", least=2, most=1_000),
    Threshold("edit_churn", "within", 10, "iterations they stand in"),
    Threshold("edit_churn", "failures", 2, "failed runs between the first and the last", least=0),
    Threshold("error_loop", "failures", 3, "failures of the same call in a row", least=2),
    Threshold("failure_rate", "share", 0.5, "of a tool's last calls that failed are too many", least=0.01, most=0.99),
    Threshold("failure_rate", "calls", 8, "calls of the tool at least", most=1_000),
    Threshold("failure_rate", "within", 20, "last calls of the tool that are looked at", most=1_000),
    Threshold("slow_outlier", "times", 4.0, "times the tool's own p95"),
    Threshold("slow_outlier", "seconds", 5.0, "seconds at least", least=0),
    Threshold("slow_outlier", "calls", 20, "calls of the tool before it at least", least=2, most=1_000),
    Threshold("hung_call", "seconds", 120.0, "seconds without an end, while the agent went on"),
    Threshold("retry_storm", "retries", 5, "errors and retries of the model's provider", least=2, most=1_000),
    Threshold("retry_storm", "seconds", 60.0, "seconds within which they come"),
    Threshold("tail_spin", "iterations", 5, "last iterations with calls, none new since the last change"),
    Threshold("stuck", "loops", 1, "or more loops, and nothing new behind them", most=1_000),
    Threshold("unverified_finish", "edits", 1, "or more edits that nothing was run after"),
    _given("useless_compaction", "saved", 0.2, "of the prompt that a compaction saves are too little", 0.01, 0.99),
    Threshold("compaction_thrash", "compactions", 3, "compactions in a row", least=2, most=1_000),
    Threshold("compaction_thrash", "responses", 10, "responses at most from one to the next", most=1_000),
    Threshold("compaction_thrash", "refilled", 0.8, "of the prompt before is there again", least=0.1, most=1),
    Threshold("amnesia", "reads", 3, "reads of before the compaction, made again", most=1_000),
    Threshold("amnesia", "within", 30, "calls after it", most=1_000),
    Threshold("oversized_result", "tokens", 10_000, "tokens or more of one result, estimated"),
    Threshold("burn_forecast", "iterations", 5.0, "iterations or fewer until the budget is used up"),
    Threshold("silent_agent", "seconds", 300.0, "seconds without a sign, while others went on"),
    Threshold("low_yield_agent", "tokens", 50_000, "tokens that an agent took at least"),
    Threshold("low_yield_agent", "characters", 100, "characters at most that it told back"),
    Threshold("redone_agent", "characters", 12, "characters or more of the same task"),
    Threshold("overlapping_workers", "files", 1, "or more files edited by workers that run at the same time"),
    _given("cache_break", "full_most_read", 0.05, "of what was expected is read at most: a full break", 0, 1),
    _given("cache_break", "full_least_expected", 4_096, "tokens expected at least, of a full break"),
    _given("cache_break", "partial_least_lost", 2_000, "tokens lost at least: a partial break"),
    _given("cache_break", "partial_least_share", 0.10, "of what was expected lost at least, of a partial break", 0, 1),
    Threshold("cache_break", "least_share_paid", 0.10, "of the prompt not from the cache at least", least=0, most=1),
    _given("cache_break", "short_life", 300.0, "seconds after which the cache may have run out"),
    _given("cache_break", "long_life", 3_600.0, "seconds after which it has, however long it is kept"),
    Threshold("cache_break", "sibling_least_prefix", 4_096, "tokens that a sub-agent's siblings had in the cache"),
    _given("never_cached", "responses", 5, "responses in a row that read nothing", 2, 1_000),
    _given("never_cached", "prompt", 4_096, "tokens that their prompts have at least"),
    _given("write_churn", "responses", 10, "last responses that are looked at", 2, 1_000),
    _given("write_churn", "written", 0.50, "of their prompts written, and more", 0, 1),
    Threshold("write_churn", "read", 0.20, "of them read, and less", least=0, most=1),
    Threshold("write_churn", "prompt", 1_024, "tokens that a prompt has at least"),
    _given("alternating_misses", "changes", 4, "changes in a row between hit and miss", 2, 1_000),
    _given("alternating_misses", "prompt", 4_096, "tokens that a prompt has at least"),
    Threshold("alternating_misses", "hit", 0.50, "of the prompt read at least is a hit", least=0, most=1),
    Threshold("alternating_misses", "miss", 0.05, "of the prompt read at most is a miss", least=0, most=1),
    _given("frozen_boundary", "responses", 5, "responses in a row", 2, 1_000),
    _given("frozen_boundary", "band", 0.02, "of what the first read is how far it moves at most", 0, 1),
    _given("frozen_boundary", "growth", 0.20, "of its prompt is how far prompts grow at least", 0, 1_000),
    Threshold("frozen_boundary", "read", 1_024, "tokens read at least"),
    _given("repeated_expiry", "expiries", 3, "breaks because the cache ran out, within an hour each", 1, 1_000),
)  # fmt: skip

_DEFAULTS = {threshold.key: threshold.default for threshold in THRESHOLDS}


@dataclass(frozen=True, slots=True)
class Tuning:
    """What the user set: thresholds by key (`cycle.rounds`) that are not the default, and the rules that are muted."""

    given: Mapping[str, float] = field(default_factory=dict)
    muted: frozenset[str] = frozenset()

    def of(self, rule: str, name: str) -> float:
        """The threshold that holds. Raises KeyError for one that does not exist."""
        key = f"{rule}.{name}"
        return self.given.get(key, _DEFAULTS[key])

    def count(self, rule: str, name: str) -> int:
        """The same for one that counts something."""
        return int(self.of(rule, name))

    def words(self, rule: str) -> tuple[str, ...]:
        """What a rule fires by, for people: `from 4 rounds of the same 2 to 4 calls (yours; default 3)`."""
        return tuple(
            f"{self.of(rule, threshold.name):g} {threshold.meaning}"
            + (f" (yours; default {threshold.default:g})" if threshold.key in self.given else "")
            for threshold in THRESHOLDS
            if threshold.rule == rule
        )


DEFAULT_TUNING = Tuning()
