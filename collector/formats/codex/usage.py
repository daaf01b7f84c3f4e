"""Which of a rollout's reports of tokens tell of a call that was not told yet.

Each `token_count` is written twice, a compaction has one that only estimates the context, and newer versions write a
`token_usage_record` for each response as well, exact and with the response's id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ...inclusive_input import input_includes_cache
from .rollout import Payload, number, part, text


class Usage(NamedTuple):
    """Tokens as Codex counts them: input includes what was read from and written to the cache, output the reasoning."""

    input: int
    cache_read: int
    cache_write: int | None
    output: int
    reasoning: int
    total: int

    def is_like(self, other: Usage) -> bool:
        """Whether these are the same tokens, whichever record tells of them and however much of them it says."""
        return (self.input, self.cache_read, self.cache_write or 0, self.output) == (
            (other.input, other.cache_read, other.cache_write or 0, other.output)
        )

    def minus(self, other: Usage) -> Usage:
        """What came in addition."""
        write = None if self.cache_write is None else self.cache_write - (other.cache_write or 0)
        return Usage(
            max(0, self.input - other.input),
            max(0, self.cache_read - other.cache_read),
            None if write is None else max(0, write),
            max(0, self.output - other.output),
            max(0, self.reasoning - other.reasoning),
            max(0, self.total - other.total),
        )

    def fields(self, model: str) -> dict[str, Any]:
        """The buckets as a response of this model has them: with the cache in the input only where that is the rule."""
        sent = self.input
        if not input_includes_cache(model):
            sent = max(0, sent - self.cache_read - (self.cache_write or 0))
        fields: dict[str, Any] = {
            "input_tokens": sent,
            "output_tokens": self.output,
            "cache_read_tokens": self.cache_read,
        }
        if self.cache_write is not None:
            fields["cache_write_tokens"] = self.cache_write
        return {**fields, "reasoning_tokens": self.reasoning, "tokens": self.input + self.output}


def usage_of(payload: Payload) -> Usage | None:
    """The tokens that an object tells of; None where it tells none."""
    sent, output = number(payload, "input_tokens"), number(payload, "output_tokens")
    if sent is None and output is None:
        return None
    sent, output = max(0, int(sent or 0)), max(0, int(output or 0))
    read = min(sent, max(0, int(number(payload, "cached_input_tokens") or 0)))
    write = number(payload, "cache_write_input_tokens")
    return Usage(
        sent,
        read,
        None if write is None else min(sent - read, max(0, int(write))),
        output,
        max(0, int(number(payload, "reasoning_output_tokens") or 0)),
        max(0, int(number(payload, "total_tokens") or 0)),
    )


@dataclass(slots=True)
class Counted:
    """The reports of one thread so far. A method gives the usage of a call that is new, None for anything else."""

    totals: set[Usage] = field(default_factory=set)
    """All sums that were reported, to tell a copy of them in a sub-agent's file."""
    has_records: bool = False
    """Whether responses are recorded each by itself: from then on `token_count` only says it again."""
    context: int | None = None
    """Tokens that the last call left in the context."""
    window: int | None = None
    """Tokens that fit into it."""
    _total: Usage | None = None
    _last: Usage | None = None
    _responses: set[str] = field(default_factory=set)

    def token_count(self, payload: Payload, elders: Sequence[Counted], *, replayed: bool = False) -> Usage | None:
        """A `token_count`; `elders` are the threads whose history a file may repeat, in which it is `replayed`."""
        info = part(payload, "info")
        window = number(info, "model_context_window")
        if window is not None:
            self.window = int(window)
        total, last = usage_of(part(info, "total_token_usage")), usage_of(part(info, "last_token_usage"))
        before = self._total
        if total is None or total == before:
            return None
        self._total = total
        is_known = any(total in elder.totals for elder in elders)
        self.totals.add(total)
        if replayed or is_known or self.has_records:
            return None
        usage = last or (total if before is None else total.minus(before))
        self._last = usage
        self.context = usage.input + usage.output
        return usage

    def record(self, payload: Payload, thread: str) -> Usage | None:
        """A `token_usage_record`, which may be one of another than this `thread`, if its id is known."""
        usage, response = usage_of(part(payload, "usage")), text(payload, "response_id")
        of = text(payload, "thread_id")
        if usage is None or response in self._responses or (of and thread and of != thread):
            return None
        is_first, self.has_records = not self.has_records, True
        total = usage_of(part(payload, "thread_token_usage"))
        is_same_sum = total is not None and self._total is not None and total.is_like(self._total)
        if response:
            self._responses.add(response)
        elif is_same_sum and not is_first:
            return None
        if is_first and self._last is not None and usage.is_like(self._last) and (is_same_sum or total is None):
            return None
        if total is not None:
            self._total = total
            self.totals.add(total)
        self.context = usage.input + usage.output
        return usage
