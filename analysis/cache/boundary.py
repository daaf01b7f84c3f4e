"""The prompt cache: how far its boundary reached, and how much of what was sent it served."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from ..bill import Bill
from ..fold.columns import KNOWN_INPUT, KNOWN_READ, KNOWN_WRITE, LlmColumns
from ..tokens import hit_rate

WINDOW = 50


@dataclass(frozen=True, slots=True)
class CacheStats:
    """What a `CacheBoundaryTracker` has seen: tokens over all requests, rate over the window."""

    requests: int
    window_size: int
    window_requests: int
    hit_rate: float | None
    boundary_position: int | None
    input_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int


class CacheBoundaryTracker:
    """Follows the cache of one agent over its most recent requests.

    The boundary is where the cached prefix of the newest request ended: everything before it was read from the cache,
    everything after it was paid for in full.
    """

    def __init__(self, window_size: int = WINDOW) -> None:
        if window_size < 1:
            raise ValueError(f"window_size must be at least 1, not {window_size}")
        self._window: deque[tuple[int, int]] = deque(maxlen=window_size)
        self._window_size = window_size
        self._input = 0
        self._read = 0
        self._requests = 0
        self._total_input = 0
        self._total_read = 0
        self._total_write = 0

    def record_request(self, input_tokens: int, cache_read_tokens: int = 0, cache_write_tokens: int = 0) -> None:
        """One request: its uncached input, and what was read from and written to the cache, in tokens."""
        if len(self._window) == self._window_size:
            oldest_input, oldest_read = self._window[0]
            self._input -= oldest_input
            self._read -= oldest_read
        self._window.append((input_tokens, cache_read_tokens))
        self._input += input_tokens
        self._read += cache_read_tokens
        self._requests += 1
        self._total_input += input_tokens
        self._total_read += cache_read_tokens
        self._total_write += cache_write_tokens

    def get_cache_hit_rate(self) -> float | None:
        """`cache_read / (input + cache_read)` over the window, 0 to 1; None without data."""
        return hit_rate(self._input, self._read)

    def get_boundary_position(self) -> int | None:
        """Tokens from the start of the newest request's prompt that came from the cache; None before the first."""
        return self._window[-1][1] if self._window else None

    def get_stats(self) -> CacheStats:
        """All of it at once."""
        return CacheStats(
            requests=self._requests,
            window_size=self._window_size,
            window_requests=len(self._window),
            hit_rate=self.get_cache_hit_rate(),
            boundary_position=self.get_boundary_position(),
            input_tokens=self._total_input,
            cache_read_tokens=self._total_read,
            cache_write_tokens=self._total_write,
        )


@dataclass(frozen=True, slots=True)
class CacheRequest:
    """One request as the cache saw it: tokens of its prompt, how many of them were read and written.

    `event` is its response, `row` its row in the LLM columns.
    """

    event: int
    row: int
    prompt: int
    read: int
    written: int


class CacheView:
    """The cache as of some event: the same rules as the tracker's, told from the running sums of the LLM columns."""

    def __init__(self, columns: LlmColumns, rows: int) -> None:
        self._columns = columns
        self._rows = rows
        self._requests: array[int] = columns.cache_rows
        self.requests = bisect_left(columns.cache_rows, rows)

    @property
    def hit_rate(self) -> float | None:
        """The hit rate over the newest requests, at most `WINDOW` of them."""
        return self.hit_rate_at(self.requests)

    def hit_rate_at(self, requests: int) -> float | None:
        """The same as of the first `requests` requests."""
        if not requests:
            return None
        columns = self._columns
        sent, read = columns.cache_sum_input[requests - 1], columns.sum_read[self._requests[requests - 1]]
        before = requests - WINDOW
        if before > 0:
            sent -= columns.cache_sum_input[before - 1]
            read -= columns.sum_read[self._requests[before - 1]]
        return hit_rate(sent, read)

    @property
    def boundary_position(self) -> int | None:
        """Tokens of the newest request's prompt that came from the cache; None before the first request."""
        return self.request(self.requests - 1).read if self.requests else None

    @property
    def bill(self) -> Bill:
        """All that these calls took, those that do not report the cache among them."""
        return Bill(self._columns, self._rows)

    def event_after(self) -> int | None:
        """The response of the next request, which came later; None if there is none yet."""
        rows = self._requests
        return self._columns.event[rows[self.requests]] if self.requests < len(rows) else None

    def event(self, index: int) -> int:
        """The response of the request with this number, from 0."""
        return self._columns.event[self._requests[index]]

    def request(self, index: int) -> CacheRequest:
        """The request with this number, from 0."""
        columns, row = self._columns, self._requests[index]
        read, written = self._delta(columns.sum_read, row), self._delta(columns.sum_write, row)
        return CacheRequest(
            columns.event[row], row, self._delta(columns.sum_input, row) + read + written, read, written
        )

    def mean(self, first: int, end: int) -> tuple[float, float]:
        """Prompt and tokens read of requests `first` up to `end`, on average."""
        columns, size = self._columns, end - first
        last, start = self._requests[end - 1], self._requests[first]

        def between(sums: array[int]) -> int:
            return sums[last] - (sums[start - 1] if start else 0)

        sent = columns.cache_sum_input[end - 1] - (columns.cache_sum_input[first - 1] if first else 0)
        read = between(columns.sum_read)
        return (sent + read + between(columns.sum_write)) / size, read / size

    def __iter__(self) -> Iterator[CacheRequest]:
        return (self.request(index) for index in range(self.requests))

    def index_of(self, event: int) -> int:
        """The number of the last request whose response came at or before `event`; -1 if none did."""
        rows = bisect_left(self._columns.event, event + 1)
        return bisect_left(self._requests, min(rows, self._rows)) - 1

    @staticmethod
    def _delta(sums: array[int], row: int) -> int:
        return sums[row] - (sums[row - 1] if row else 0)


def reports_cache(flags: int) -> bool:
    """Whether a response with these flags says enough to count as a request of the cache."""
    return bool(flags & (KNOWN_READ | KNOWN_WRITE)) and bool(flags & (KNOWN_READ | KNOWN_INPUT))
