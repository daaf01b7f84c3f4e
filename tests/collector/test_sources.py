"""Where the sessions of a project are looked for, and which files there are sessions of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tracetop.collector.formats.translator import Card
from tracetop.collector.sources import (
    Belongs,
    Source,
    all_sources,
    claude_roots,
    codex_root,
    read_card,
    slug_of,
    sources_of,
)

HOME, PROJECT = Path("/home/me"), Path("/work/my_project.v2")


def folders(sources: list[Source], agent: str) -> list[str]:
    return [str(source.folder) for source in sources if source.agent == agent]


def test_the_usual_places_of_a_project() -> None:
    sources = sources_of(PROJECT, {}, HOME)
    assert folders(sources, "native") == ["/work/my_project.v2/.attocode/traces", "/work/my_project.v2/.traces"]
    assert folders(sources, "claude-code") == [
        "/home/me/.claude/projects/-work-my-project-v2",
        "/home/me/.config/claude/projects/-work-my-project-v2",
    ]
    assert folders(sources, "codex") == ["/home/me/.codex/sessions", "/home/me/.codex/archived_sessions"]
    assert [source.by_content for source in sources if source.agent == "codex"] == [True, True]


def test_the_environment_moves_them() -> None:
    environ = {"CLAUDE_CONFIG_DIR": "/a, /b", "CODEX_HOME": "/c"}
    assert claude_roots(environ, HOME) == [Path("/a"), Path("/b")]
    assert codex_root(environ, HOME) == Path("/c")
    assert folders(all_sources(environ, HOME), "claude-code") == ["/a/projects", "/b/projects"]


def test_the_name_of_a_long_path_ends_in_its_hash() -> None:
    path = "/" + "ab_" * 90
    slug = slug_of(Path(path))
    code = sum(ord(letter) * pow(31, len(path) - 1 - at, 1 << 32) for at, letter in enumerate(path)) % (1 << 32)
    code = abs(code - (1 << 32) if code >= 1 << 31 else code)
    assert slug[:200] == ("-" + "ab-" * 90)[:200]
    assert int(slug[201:], 36) == code and slug[200] == "-"
    assert slug_of(Path("/x/é😀")) == "-x----", "a letter beyond ASCII is a dash for each UTF-16 unit"


def rollout(path: Path, **meta: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    record = {"timestamp": "2026-01-02T03:04:05.000Z", "type": "session_meta", "payload": {"id": path.stem, **meta}}
    path.write_text(json.dumps(record) + "\n")
    return path


def test_rollouts_belong_to_the_folder_they_were_made_in(tmp_path: Path) -> None:
    day = tmp_path / "sessions" / "2026" / "01" / "02"
    here = rollout(day / "rollout-1.jsonl", cwd="/work/p")
    below = rollout(day / "rollout-2.jsonl", cwd="/work/p/src")
    other = rollout(day / "rollout-3.jsonl", cwd="/work/pq")
    child = rollout(day / "rollout-4.jsonl", cwd="/work/p", parent_thread_id="rollout-1")
    silent = day / "rollout-5.jsonl"
    silent.write_text("")
    belongs = Belongs([Source("codex", tmp_path / "sessions", Path("/work/p"), by_content=True)])
    assert [belongs(path) for path in (here, below, other, child, silent)] == [True, True, False, False, False]
    rollout(silent, cwd="/work/p")
    assert belongs(silent), "it is looked at again until it says anything"
    everywhere = Belongs([Source("codex", tmp_path / "sessions")])
    assert [everywhere(path) for path in (other, child)] == [True, False]


def test_each_file_is_looked_into_once(tmp_path: Path) -> None:
    asked: list[Path] = []

    def card_of(path: Path) -> Card:
        asked.append(path)
        return Card(project="/p")

    belongs = Belongs([Source("codex", tmp_path, Path("/p"), by_content=True)], card_of)
    assert belongs(tmp_path / "a.jsonl") and belongs(tmp_path / "a.jsonl")
    assert len(asked) == 1


@pytest.mark.parametrize("name", ["s/subagents/agent-1.jsonl", "s/subagents/workflows/wf_1/agent-1.jsonl"])
def test_logs_of_sub_agents_are_no_sessions(tmp_path: Path, name: str) -> None:
    assert not Belongs()(tmp_path / name)


def test_what_is_ours_belongs_without_a_look(tmp_path: Path) -> None:
    assert Belongs(card_of=lambda path: pytest.fail("looked into"))(tmp_path / "session-1.jsonl")
    own = tmp_path / "agent-1.jsonl"
    own.write_text('{"kind": "custom", "timestamp": 1, "event_id": "a"}\n')
    assert read_card(own) is None and Belongs()(own)
