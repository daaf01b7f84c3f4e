"""A rule of the second pass: what it is told of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from .acts import Act
from .thresholds import Tuning

if TYPE_CHECKING:
    from .reporting import Findings


class Call(msgspec.Struct, gc=False):
    """A tool call that has ended, as the rules see it. Times in epoch seconds (NaN unknown), duration in ms.

    A struct, since one is made for every call. `event` is its end, `start` the event that began it. `turn` is the one
    it ended in, `place` its place among the calls of its lane that have ended, from 1. `changed` says that it changed
    some file. `target` is the number of what it is about, 0 where that is unknown.
    """

    number: int
    start: int
    event: int
    lane: int
    turn: int
    place: int
    label: int
    fingerprint: int
    target: int
    act: Act
    failed: bool
    changed: bool
    time: float
    duration: float


KINDS_HEARD = (
    "session_start", "session_end", "llm_error", "llm_retry",
    "compaction_start", "compaction_end", "context_overflow",
    "budget_check", "budget_warning", "budget_exhausted",
    "subagent_spawn", "subagent_complete", "subagent_error", "subagent_timeout",
    "swarm_task_start", "swarm_task_complete", "swarm_task_failed", "swarm_complete",
)  # fmt: skip
"""The kinds of events that rules may be told of by name."""


class Rule:
    """A rule of the second pass. It overrides those of the hooks that it needs, and no other is called.

    All that a hook may look at is what was known as of its event: a call's arguments and outcome only once it has
    ended. What a rule keeps of a lane is bounded. `HEARS` are the kinds of events that `happened` is told of. Of the
    hooks in `ASLEEP` it is told nothing until it wakes them.
    """

    CATEGORY = ""
    HEARS: tuple[str, ...] = KINDS_HEARD
    ASLEEP: tuple[str, ...] = ()

    def __init__(self, findings: Findings, tuning: Tuning) -> None:
        self.findings = findings
        self.tune(tuning)

    def tune(self, tuning: Tuning) -> None:
        """Take the thresholds."""

    @staticmethod
    def concerns(act: Act, failed: bool) -> bool:
        """Whether the end of a call that does this, and failed or did not, has to be told."""
        return True

    def wake(self) -> None:
        """Be told of the hooks in `ASLEEP` from now on."""
        self.findings.ears.wake(self)

    def sleep(self) -> None:
        """Be told of them no more, for they would change nothing."""
        self.findings.ears.sleep(self)

    def spawned(self, event: int, agent: int) -> None:
        """A sub-agent or worker was announced: a row of `AgentColumns`."""

    def left(self, event: int, agent: int) -> None:
        """A sub-agent or worker completed, failed or timed out."""

    def iteration(self, event: int, lane: int, row: int) -> None:
        """An iteration began."""

    def started(self, event: int, lane: int, call: int, label: int) -> None:
        """A call began."""

    def ended(self, call: Call) -> None:
        """A call ended."""

    def response(self, event: int, lane: int) -> None:
        """The model answered, or a piece of its answer came."""

    def broke(self, event: int, lane: int, index: int) -> None:
        """A response broke the cache; it is the break of this number, from 0."""

    def recurred(self, event: int, lane: int) -> None:
        """A response raised a pattern of the cache, or made one go on."""

    def file_changed(self, event: int, lane: int) -> None:
        """An event told that a file was changed, beside the calls that change files."""

    def raised(self, event: int, lane: int, category: str) -> None:
        """An issue of a documented category was raised."""

    def turn_ended(self, event: int, lane: int) -> None:
        """The agent was done with what it was asked. It may be asked more, or that was all."""

    def happened(self, event: int, lane: int, kind: str) -> None:
        """Something else happened, of one of the kinds in `HEARS`."""
