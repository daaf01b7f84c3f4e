"""LLM calls: requests joined with responses, streamed chunks folded into one call, tokens summed as they come."""

from __future__ import annotations

from ...collector.inclusive_input import input_includes_cache
from ...collector.records import EventRecord, Payload
from ..issues.responses import ResponseRules
from ..prices import Prices, Rate, Tariff
from ..tokens import MOST_DOLLARS, MOST_TOKENS
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
    FirstCalls,
    IterationColumns,
    LlmColumns,
)
from .lanes import Lane
from .llm_rows import LlmRows
from .names import Names

_MOST_WAITING = 1024
_UNKNOWN = (None,) * 6


class LlmCalls:
    """Folds llm_request and llm_response events into `LlmColumns`, where a batch's rows stand after `publish`."""

    KEPT = ("_waiting", "session_model")

    def __init__(
        self,
        columns: LlmColumns,
        iterations: IterationColumns,
        models: Names,
        rules: ResponseRules,
        prices: Prices | None = None,
        *,
        first_calls: FirstCalls,
        apart: list[int],
    ) -> None:
        self._first_calls = first_calls
        self._columns = columns
        self._iterations = iterations
        self._models = models
        self._rules = rules
        self._apart = apart
        self._waiting: dict[str, int] = {}
        self._inclusive: dict[int, bool] = {}
        self._rates = _Rates(prices, models) if prices else None
        self._pending = LlmRows(columns)
        self._rows = self._pending.rows
        self._heads: dict[int, int] = {}
        self.session_model = 0

    def request(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int) -> int:
        """An llm_request: remembered until its response comes. Gives its model's label."""
        lane.stream_row = -1
        if lane.request != NONE:
            self._wait(lane.request_id, lane.request)
        lane.request = event
        lane.request_id = record.event_id
        if data.model:
            lane.model = self._models.number(data.model)
        return lane.model

    def response(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int) -> int:
        """An llm_response: a whole call, a chunk of one, or the end of a streamed one. Gives its model's label."""
        label = self._models.number(data.model) if data.model else lane.model or self.session_model
        # Checked and counted in line: this runs for every response of a bulk load.
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
        cost = data.cost
        flags = KNOWN_COST
        if cost is None or not 0.0 <= cost < MOST_DOLLARS:
            cost, flags = None, 0
        if sent is not None:
            flags |= KNOWN_INPUT
            if (read or written) and self._is_inclusive(label):
                cached = (read or 0) + (written or 0)
                if sent >= cached:
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
        elif flags & ~KNOWN_COST:
            total = (sent or 0) + (output or 0) + (read or 0) + (written or 0)
            flags |= KNOWN_TOTAL
        pause = record.timestamp - lane.last_response_time
        lane.last_response_time = record.timestamp
        if data.revises is not None:
            self._revise(event, record, data, lane, row, label, flags, cost, (sent, output, read, written, total))
            return label
        if not flags and _is_chunk(record, data):
            if lane.stream_row >= 0:
                lane.detail = event
            else:
                lane.stream_row = self._append(event, lane, row, OPENS_CALL, *_UNKNOWN)
            return label
        if lane.stream_row < 0:
            flags |= OPENS_CALL
            if self._waiting and record.parent_event_id is not None:
                self._find(record.parent_event_id, lane)
        else:
            lane.detail = event
            lane.stream_row = -1
        if cost is None and self._rates is not None and sent is not None and output is not None:
            kept, new = read or 0, written or 0
            # As in `can_be_priced`; a list of prices is not even loaded for what it cannot tell.
            if total is None or total <= sent + output + kept + new:
                rate = self._rates[label]
                if rate is not None:
                    long = written_1h(data) if new else 0
                    cost = rate.charge(sent, output, kept, new, long, record.timestamp)
                    if cost is not None:
                        flags |= KNOWN_COST
                        self._mark_estimate(lane, rate)
        if data.output_lower_bound:
            self._pending.bounded.append(self._pending.next)
            judged = output or None  # of at least none nothing can be said
        else:
            judged = output
        self._append(event, lane, row, flags, cost, sent, output, read, written, total)
        if total:
            lane.tokens_in_iteration += total
        self._rules.response(event, lane, row, sent, judged, read, written, total, pause)
        return label

    def _revise(
        self,
        event: int,
        record: EventRecord,
        data: Payload,
        lane: Lane,
        row: int,
        label: int,
        flags: int,
        cost: float | None,
        buckets: tuple[int | None, ...],
    ) -> None:
        """More became known of a call that is told already: a row that adds to the sums and opens no call.

        It is charged as such; of the tiers for long prompts it knows nothing.
        """
        if not flags:
            return
        sent, output, read, written, total = buckets
        rate = None if cost is not None or self._rates is None else self._rates[label]
        if rate is not None:
            long = written_1h(data) if written else 0
            cost = rate.charge(sent or 0, output or 0, read or 0, written or 0, long, record.timestamp)
            if cost is not None:
                flags |= KNOWN_COST
                self._mark_estimate(lane, rate)
        lane.detail = event
        if data.output_lower_bound is False:
            self._pending.settled.append(self._pending.next)
        self._append(event, lane, row, flags, cost, sent, output, read, written, total)
        if total:
            lane.tokens_in_iteration += total

    def publish(self) -> None:
        """Write the rows of this batch to the columns."""
        if not self._rows:
            return
        self._pending.publish()
        for row, head in self._heads.items():
            self._iterations.last_llm[row] = head
        self._heads.clear()

    def _is_inclusive(self, label: int) -> bool:
        known = self._inclusive.get(label)
        if known is None:
            known = self._inclusive[label] = input_includes_cache(self._models.name(label))
        return known

    def _mark_estimate(self, lane: Lane, rate: Rate) -> None:
        """Have the next row be one whose cost is estimated."""
        row = self._pending.next
        self._pending.estimated.append(row)
        if type(rate) is Tariff:
            self._pending.listed.append(row)
        branch = lane.branch
        if row < branch.first_estimate:
            branch.first_estimate = row

    def _wait(self, event_id: str, request: int) -> None:
        """Another request was made before this one was answered: from now on it takes an answer that names it."""
        if len(self._waiting) >= _MOST_WAITING:
            self._waiting.clear()
        if event_id:
            self._waiting[event_id] = request

    def _find(self, event_id: str, lane: Lane) -> None:
        """Have the lane's request be the one that an answer names, if that is one of several."""
        request = self._waiting.pop(event_id, NONE)
        if request != NONE:
            if lane.request != NONE:
                self._wait(lane.request_id, lane.request)
            lane.request = request

    def _append(
        self,
        event: int,
        lane: Lane,
        row: int,
        flags: int,
        cost: float | None,
        sent: int | None,
        output: int | None,
        read: int | None,
        written: int | None,
        total: int | None,
    ) -> int:
        index = len(self._columns.event) + len(self._rows)
        request = NONE
        if flags & OPENS_CALL:
            request, lane.request = lane.request, NONE
            if request == NONE:
                self._apart.append(event)
        heads = self._heads
        previous = heads[row] if row in heads else self._iterations.last_llm[row]
        if not previous:
            self._first_calls.row.append(row)
            self._first_calls.event.append(event)
        heads[row] = index + 1
        lane.answered = True
        lane.branch.llm_rows.append(index)
        self._rows.append(
            (event, request, previous, flags, cost or 0.0, sent or 0, output or 0, read or 0, written or 0, total or 0)
        )
        return index


class _Rates(dict[int, Rate | None]):
    """What models take, by their labels: each is asked for once."""

    def __init__(self, prices: Prices, models: Names) -> None:
        super().__init__()
        self._prices = prices
        self._models = models

    def __missing__(self, label: int) -> Rate | None:
        rate = self[label] = self._prices.rate_of(self._models.name(label))
        return rate


def written_1h(data: Payload) -> int:
    """How many tokens a response wrote to the cache for an hour: the part of `cache_write_tokens` that is dearer."""
    number = data.cache_write_1h_tokens
    if number is None and data.cache_creation is not None:
        number = data.cache_creation.ephemeral_1h_input_tokens
    return int(number) if number is not None and 0.0 <= number < MOST_TOKENS else 0


def _is_chunk(record: EventRecord, data: Payload) -> bool:
    """A response without any tokens is a piece of a stream, unless it says that it is the end of a call."""
    metadata = data.metadata
    if metadata is not None and metadata.chunk_type is not None:
        return True
    return data.stop_reason is None and record.duration_ms is None and data.duration_ms is None
