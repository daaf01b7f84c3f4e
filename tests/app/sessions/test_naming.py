"""What lists call sessions, agents, models and ages."""

from __future__ import annotations

from pathlib import Path

import pytest
from tracetop.app.sessions.entry import Entry
from tracetop.app.sessions.naming import agent_word, short_name, undated


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("session-1", "session-1"),
        ("cde341db-b80a-44f5-b0f2-94db2ef7a164", "cde341db-b80a"),
        ("rollout-2026-11-25T10-00-00-019c8a4c-ed82-79a1-aa28-7738fc5ab61a", "019c8a4c-ed82"),
    ],
)
def test_a_session_called_by_a_uuid_is_called_by_its_start(stem: str, name: str) -> None:
    assert short_name(Entry(Path(f"{stem}.jsonl"), 1, 0.0)) == name


def test_agents_and_models_in_short() -> None:
    words = [agent_word(agent) for agent in ("", "claude-code", "codex", "opentelemetry")]
    assert words == ["native", "claude", "codex", "otel"]
    assert undated("claude-sonnet-4-5-20250929") == "claude-sonnet-4-5"
    assert undated("gpt-5.1-codex") == "gpt-5.1-codex"
