"""From where on each rule fires: every threshold with its default, what it counts and where it is from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

OURS = "our threshold"


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
