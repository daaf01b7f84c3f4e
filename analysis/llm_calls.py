"""LLM calls: requests joined with responses, streamed chunks folded into one call, tokens summed as they come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..collector.records import EventRecord, Payload
from .cache import reports_cache
from .columns import (
    INPUT_INCLUDED_CACHE,
    KNOWN_COST,
    KNOWN_INPUT,
    KNOWN_OUTPUT,
    KNOWN_READ,
    KNOWN_TOTAL,
    KNOWN_WRITE,
    NONE,
    OPENS_CALL,
    IterationColumns,
    LlmColumns,
)
from .issues.responses import ResponseRules
from .lanes import Lane
from .names import Names
from .tokens import MOST_TOKENS, Buckets, dollars, input_includes_cache


@dataclass(slots=True)
class _Sums:
    """The last row's running sums, as plain numbers."""

    calls: int = 0
    input: int = 0
    output: int = 0
    read: int = 0
    write: int = 0
    total: int = 0
    cost: float = 0.0
    seen: int = 0
    cached_input: int = 0


class LlmCalls:
    """Folds llm_request and llm_response events into `LlmColumns`."""

    def __init__(
        self,
        columns: LlmColumns,
        iterations: IterationColumns,
        models: Names,
        rules: ResponseRules,
        on_first_call: Callable[[int, int], None],
    ) -> None:
        self._on_first_call = on_first_call
        self._columns = columns
        self._iterations = iterations
        self._models = models
        self._rules = rules
        self._inclusive: dict[int, bool] = {}
        self._sums = _Sums()
        self.session_model = 0

    def request(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int) -> int:
        """An llm_request: remembered until its response comes. Gives its model's label."""
        lane.stream_row = -1
        lane.request = event
        if data.model:
            lane.model = self._models.number(data.model)
        return lane.model

    def response(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int) -> int:
        """An llm_response: a whole call, a chunk of one, or the end of a streamed one. Gives its model's label."""
        label = self._models.number(data.model) if data.model else lane.model or self.session_model
        flags, buckets, cost = self._read(data, label)
        lane.last_response_time = record.timestamp
        if not flags and _is_chunk(record, data):
            if lane.stream_row >= 0:
                lane.detail = event
                return label
            lane.stream_row = self._append(event, lane, row, label, OPENS_CALL, buckets, cost)
            return label
        if lane.stream_row < 0:
            flags |= OPENS_CALL
        else:
            lane.detail = event
        lane.stream_row = -1
        self._append(event, lane, row, label, flags, buckets, cost)
        lane.tokens_in_iteration += buckets.total or 0
        self._rules.response(event, lane, row, buckets)
        return label

    def _read(self, data: Payload, label: int) -> tuple[int, Buckets, float]:
        # Checks and counts at once, in line: this runs for every response of a bulk load.
        number = data.input_tokens
        sent = int(number) if number is not None and 0.0 <= number < MOST_TOKENS else None
        number = data.output_tokens
        output = int(number) if number is not None and 0.0 <= number < MOST_TOKENS else None
        number = data.cache_read_tokens
        read = int(number) if number is not None and 0.0 <= number < MOST_TOKENS else None
        number = data.cache_write_tokens
        written = int(number) if number is not None and 0.0 <= number < MOST_TOKENS else None
        number = data.tokens
        total = int(number) if number is not None and 0.0 <= number < MOST_TOKENS else None
        flags = 0
        if sent is not None:
            flags = KNOWN_INPUT
            cached = (read or 0) + (written or 0)
            if cached and sent >= cached and self._is_inclusive(label):
                sent -= cached
                flags |= INPUT_INCLUDED_CACHE
        if output is not None:
            flags |= KNOWN_OUTPUT
        if read is not None:
            flags |= KNOWN_READ
        if written is not None:
            flags |= KNOWN_WRITE
        if total is not None:
            flags |= KNOWN_TOTAL
        elif flags:
            total = (sent or 0) + (output or 0) + (read or 0) + (written or 0)
            flags |= KNOWN_TOTAL
        cost = dollars(data.cost)
        if cost is None:
            return flags, Buckets(sent, output, read, written, total), 0.0
        return flags | KNOWN_COST, Buckets(sent, output, read, written, total), cost

    def _is_inclusive(self, label: int) -> bool:
        known = self._inclusive.get(label)
        if known is None:
            known = self._inclusive[label] = input_includes_cache(self._models.name(label))
        return known

    def _append(self, event: int, lane: Lane, row: int, label: int, flags: int, buckets: Buckets, cost: float) -> int:
        columns = self._columns
        index = len(columns.event)
        columns.request.append(lane.request if flags & OPENS_CALL else NONE)
        if flags & OPENS_CALL:
            lane.request = NONE
        columns.lane.append(lane.number)
        columns.iteration.append(row)
        columns.label.append(label)
        columns.flags.append(flags)
        columns.cost.append(cost)
        columns.previous_in_iteration.append(self._iterations.last_llm[row])
        sums = self._sums
        sums.calls += 1 if flags & OPENS_CALL else 0
        sums.input += buckets.input or 0
        sums.output += buckets.output or 0
        sums.read += buckets.cache_read or 0
        sums.write += buckets.cache_write or 0
        sums.total += buckets.total or 0
        sums.cost += cost
        sums.seen |= flags
        columns.calls.append(sums.calls)
        columns.sum_input.append(sums.input)
        columns.sum_output.append(sums.output)
        columns.sum_read.append(sums.read)
        columns.sum_write.append(sums.write)
        columns.sum_total.append(sums.total)
        columns.sum_cost.append(sums.cost)
        columns.seen.append(sums.seen)
        if reports_cache(flags):
            sums.cached_input += buckets.input or 0
            columns.cache_sum_input.append(sums.cached_input)
            columns.cache_rows.append(index)
        columns.event.append(event)
        if not self._iterations.last_llm[row]:
            self._on_first_call(row, event)
        self._iterations.last_llm[row] = index + 1
        branch = lane.branch
        branch.llm_rows.append(index)
        branch.sum_total.append((branch.sum_total[-1] if branch.sum_total else 0) + (buckets.total or 0))
        branch.sum_cost.append((branch.sum_cost[-1] if branch.sum_cost else 0.0) + cost)
        return index


def _is_chunk(record: EventRecord, data: Payload) -> bool:
    """A response without any tokens is a piece of a stream, unless it says that it is the end of a call."""
    metadata = data.metadata
    if metadata is not None and metadata.chunk_type is not None:
        return True
    return data.stop_reason is None and record.duration_ms is None and data.duration_ms is None
