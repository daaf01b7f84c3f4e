"""What spans say of their session for a list of many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..translator import Card, Record
from .spans import Span, spans_of


def title_of(spans: Iterable[Span]) -> str:
    """What a session is called, by its spans in the order of time: the first agent's name, and the service's."""
    agent = service = ""
    for span in spans:
        agent, service = agent or span.agent_name, service or span.service
    return " · ".join(dict.fromkeys(name for name in (agent, service) if name))


def card_of(records: Sequence[Record]) -> Card:
    """The conversation (else the trace), agent and service, and model of those that come first."""
    spans = sorted((span for record in records for span in spans_of(record)), key=lambda span: span.start)
    if not spans:
        return Card()
    return Card(
        session_id=next((span.conversation for span in spans if span.conversation), spans[0].trace),
        title=title_of(spans),
        model=next((span.model for span in spans if span.model), ""),
    )
