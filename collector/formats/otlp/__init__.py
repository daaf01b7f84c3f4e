"""OpenTelemetry spans as OTLP/JSON lines, with GenAI or OpenInference attributes, as events."""

from __future__ import annotations

from collections.abc import Sequence

from ..translator import Format, Record
from .card import card_of
from .spans import is_dumped_span, latest_end, signal_of
from .translation import SpanTranslator


def _recognises(records: Sequence[Record]) -> bool:
    return any(signal_of(record) is not None or is_dumped_span(record) for record in records)


OTLP = Format("opentelemetry", _recognises, SpanTranslator, latest_end, card=card_of)
"""As the OTLP file exporter and the collector's write it, and spans as the JavaScript SDK dumps them."""
