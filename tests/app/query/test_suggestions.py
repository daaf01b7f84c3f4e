"""How what is typed could go on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tracetop.analysis.fold.session import Session
from tracetop.app.query.matching import Query
from tracetop.app.query.suggestions import completion
from tracetop.app.trace import load_trace

HOSTILE = ["\x1b[31mred", "two words", "com,ma", 'quo"te', "rtl\u202e", "=x", "l" * 200, "nl\nx", "zero\u200bwidth"]


@pytest.fixture
def session(tmp_path: Path, line: Callable[..., bytes]) -> Session:
    path = tmp_path / "t.jsonl"
    lines = [line("tool_end", tool_name=name) for name in ("grep", "bash", "Bash_kill", "", *HOSTILE)]
    lines += [line("llm_response", model="opus", tokens=1), line("llm_response", model="\x1b]0;x", tokens=1)]
    lines += [line("strange_kind"), line("checkpoint", agent_id="scout"), line("checkpoint", agent_id="\x1b[2J")]
    path.write_bytes(b"".join(lines))
    return load_trace(path).session


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("", None),
        ("t", "tool:"),
        ("x -to", "x -tool:"),
        ("E", "Errors"),
        ("iss", "issues"),
        ("tool:", "tool:bash"),
        ("tool:B", "tool:Bash"),
        ("tool:ba", "tool:bash"),
        ("tool:bas", "tool:bash"),
        ("tool:bash", "tool:bash_kill"),
        ("tool:grep", None),
        ("-tool:=g", "-tool:=grep"),
        ("tool:bash,g", "tool:bash,grep"),
        ("errors TOOL:g", "errors TOOL:grep"),
        ("model:", "model:opus"),
        ("agent:", "agent:main"),
        ("agent:s", "agent:scout"),
        ("kind:str", "kind:strange_kind"),
        ("kind:tool_e", "kind:tool_end"),
        ("cat:l", "cat:llm"),
        ("category:too", "category:tool"),
        ("it:", None),
        ("colour:r", None),
        ('"t', None),
        ("/t", None),
        ("hello", None),
    ],
)
def test_the_last_word_goes_on(session: Session, text: str, whole: str | None) -> None:
    assert completion(text, session) == whole


def test_what_is_suggested_is_safe_and_has_a_meaning(session: Session) -> None:
    for field in ("kind", "category", "tool", "model", "agent"):
        for begin in ("", *"\x1bcqrtzn=l"):
            whole = completion(f"{field}:{begin}", session)
            if whole is not None:
                assert whole.isprintable()
                assert len(whole) < 80
                Query(whole)
