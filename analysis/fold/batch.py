"""What is read off all events of a batch at once: their times and durations, as far as these can be counted with."""

from __future__ import annotations

from collections.abc import Sequence

from ...collector.records import EventRecord, Payload
from .columns import LONGEST_MS, NAN

LATEST_TIME = 253402300800.0
"""The year 10000, in epoch seconds. Whatever claims to be later, or before 1970, is no time at all."""

NO_PAYLOAD = Payload()


def usable_times(records: Sequence[EventRecord]) -> list[float]:
    """The time of each event, NaN for what is no time; written back to the records where it was not."""
    times = [record.timestamp for record in records]
    # A NaN anywhere makes the sum one; min and max alone would miss it.
    if times and min(times) >= 0.0 and max(times) < LATEST_TIME and sum(times) >= 0.0:
        return times
    for record in records:
        if not 0.0 <= record.timestamp < LATEST_TIME:
            record.timestamp = NAN
    return [record.timestamp for record in records]


def durations_ms(records: Sequence[EventRecord], payloads: Sequence[Payload]) -> list[float]:
    """How long each event says it took, in milliseconds; NaN where it does not say."""
    return [
        NAN
        if (told := record.duration_ms) is None and data.duration_ms is None and data.metadata is None
        else told
        if told is not None and 0.0 <= told < LONGEST_MS
        else NAN
        if (found := duration_ms(record, data)) is None
        else found
        for record, data in zip(records, payloads, strict=True)
    ]


def duration_ms(record: EventRecord, data: Payload) -> float | None:
    """How long an event says it took, in milliseconds, wherever its writer put that; None if it does not say."""
    duration = record.duration_ms
    if duration is not None and 0.0 <= duration < LONGEST_MS:
        return duration
    told = (data.duration_ms, data.metadata.duration_ms if data.metadata is not None else None)
    return next((duration for duration in told if duration is not None and 0.0 <= duration < LONGEST_MS), None)
