"""Claude Code's logs, known by their records."""

from __future__ import annotations

from tracetop.collector.formats.claude_code.format import CLAUDE_CODE
from tracetop.collector.formats.registry import recognise


def test_only_its_own_records_are_taken_for_claude_codes() -> None:
    assert recognise([{"type": "summary", "summary": "x", "leafUuid": "y"}]) is CLAUDE_CODE
    assert recognise([{"type": "queue-operation", "sessionId": "x"}]) is CLAUDE_CODE
    for strange in (
        {"type": "session_meta", "payload": {}},
        {"resourceSpans": []},
        {"type": "user"},
        {"sessionId": "x"},
    ):
        assert recognise([strange]) is not CLAUDE_CODE
