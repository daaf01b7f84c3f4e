"""What a rollout says of its thread for a list of many."""

from __future__ import annotations

from collections.abc import Sequence

from ..translator import Card, Record
from .rollout import meta_of, read, text
from .turns import REQUEST


def card_of(records: Sequence[Record]) -> Card:
    """The thread's id, folder and model, its name or else its first prompt; whether it is a sub-agent's."""
    session_id = title = prompt = model = project = part_of = ""
    for record in records:
        kind, payload = read(record)
        if kind == "session_meta" and not session_id:
            meta = meta_of(payload)
            session_id, project, part_of = meta.id, text(payload, "cwd"), meta.parent
        elif kind == "turn_context":
            model = text(payload, "model") or model
            project = project or text(payload, "cwd")
        elif kind == "thread_name_updated":
            title = text(payload, "name") or text(payload, "thread_name") or title
        elif kind == "user_message" and not prompt:
            prompt = text(payload, "message").rpartition(REQUEST)[2].strip()
    return Card(session_id, title or prompt, model, project, bool(part_of), part_of)
