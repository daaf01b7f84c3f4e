"""What an issue claims of the bill as wasted, and who goes first where several claim the same.

The table is the fixed order: what is certain and narrow before what is wide. Categories that are not in it waste
nothing that the trace can tell: time, or what would have been spent all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from ..issues.episodes import Episode
from ..issues.loops import MOST_QUIET_ITERATIONS


class Scope(Enum):
    """What of the bill an event of the evidence stands for."""

    REBILLED = "what a response paid again because the cache broke"
    RESPONSE = "a response, whole"
    CALL = "a call: its part of the responses of its turn"
    ITERATION = "all responses of an iteration; outside all, of a turn"
    AGENT = "all responses of the sub-agent that the event spawned, up to the event that proves it"


def _none(episode: Episode) -> int:
    return 0


def _first(episode: Episode) -> int:
    return 1


def _first_round(episode: Episode) -> int:
    return int(episode.detail)


def _allowed(episode: Episode) -> int:
    return MOST_QUIET_ITERATIONS


@dataclass(frozen=True, slots=True)
class Claim:
    """What a category claims; `spared` gives how many events of the evidence come first that had to be.

    Where it is only `unchanged`, an event does not count that had a change of a file between the one before and itself:
    that is work.
    """

    category: str
    scope: Scope
    spared: Callable[[Episode], int] = _none
    unchanged: bool = False


CLAIMS: tuple[Claim, ...] = (
    Claim("cache_break", Scope.REBILLED),
    Claim("useless_compaction", Scope.REBILLED),
    Claim("empty_response", Scope.RESPONSE),
    Claim("error_loop", Scope.CALL, _first),
    Claim("cycle", Scope.CALL, _first_round),
    Claim("repeated_tool_calls", Scope.CALL, _first, unchanged=True),
    Claim("near_repeat", Scope.CALL, _first),
    Claim("polling", Scope.CALL, _first),
    Claim("duplicate_read", Scope.CALL, _first),
    Claim("amnesia", Scope.CALL),
    Claim("no_progress", Scope.ITERATION),
    Claim("excessive_iterations", Scope.ITERATION, _allowed),
    Claim("tail_spin", Scope.ITERATION),
    Claim("subagent_timeout", Scope.AGENT),
    Claim("serial_reads", Scope.ITERATION, _first),
)
"""Who claims what, in the order in which they take."""

CLAIM_OF: dict[str, tuple[int, Claim]] = {claim.category: (rank, claim) for rank, claim in enumerate(CLAIMS)}
"""A category's claim and its rank."""
