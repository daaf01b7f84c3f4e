"""What a log of Claude Code says of its session for a list of many."""

from __future__ import annotations

from collections.abc import Sequence

from ..translator import Card, Record
from .prompts import Said, saying_of
from .records import part, text

_TITLES = {"custom-title": "customTitle", "ai-title": "aiTitle"}
"""The records that name a session, the best first, and where they do. A summary names mostly another one."""

_NO_MODEL = "<synthetic>"


def card_of(records: Sequence[Record]) -> Card:
    """The session's id, folder and model, its title or else its first prompt; whether it is a sub-agent's log."""
    session_id = prompt = model = project = ""
    titles: dict[str, str] = {}
    is_part = False
    for record in records:
        kind = text(record, "type")
        session_id = session_id or text(record, "sessionId")
        project = project or text(record, "cwd")
        is_part = is_part or (record.get("isSidechain") is True and bool(text(record, "agentId")))
        if kind in _TITLES:
            titles[kind] = text(record, _TITLES[kind]) or titles.get(kind, "")
        elif kind == "assistant":
            told = text(part(record, "message"), "model")
            model = told if told and told != _NO_MODEL else model
        elif kind == "user" and not prompt:
            said = saying_of(record)
            prompt = said.text if said.what is Said.PROMPT else ""
    title = next((titles[kind] for kind in _TITLES if titles.get(kind)), "")
    return Card(session_id, title or prompt, model, project, is_part)
