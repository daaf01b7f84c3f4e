"""What a span is told as."""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple


class Part(Enum):
    """What a span is told as."""

    CALL = auto()
    TOOL = auto()
    AGENT = auto()
    AGENT_THAT_COUNTS = auto()
    """One that sums up calls of which there are no spans."""
    WORKFLOW = auto()
    PLAN = auto()
    CHECK = auto()
    OTHER = auto()
    NOTHING = auto()


class Told(NamedTuple):
    """What is told of a span: as what, in which lane, and whether its failure is one of its own."""

    part: Part
    lane: str
    fails: bool
