"""What a followed trace gives: new events, and where its file stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ..formats.native import Batch


class TailState(Enum):
    """Where a followed file stands."""

    WAITING = "waiting"
    """Does not exist yet."""
    FOLLOWING = "following"
    GONE = "gone"
    """Was there and is deleted now; what was read of it stays valid."""
    UNREADABLE = "unreadable"
    """There, but cannot be read; `FileTail.reason` says why."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """New events of a followed trace, whose `batch.offsets` hold positions for `FileTail.line`.

    With `fresh` the trace started over (truncated or replaced): all that was delivered before is void. The batch of a
    fresh delivery may be empty.
    """

    batch: Batch
    fresh: bool = False
