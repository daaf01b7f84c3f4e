"""Packed rollouts: read whole, damaged, and without the extra that unpacks them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tracetop.collector.formats.codex import CODEX
from tracetop.collector.formats.codex.companions import companions
from tracetop.collector.formats.registry import detect
from tracetop.collector.reading.delivery import TailState
from tracetop.collector.reading.open_tail import open_tail

from .reading import Read, figures
from .rollouts import OWN, meta, spawned, write


def packed(path: Path, content: bytes) -> Path:
    zstandard = pytest.importorskip("zstandard")
    half = content.index(b"\n", len(content) // 2) + 1
    frames = [zstandard.ZstdCompressor().compress(part) for part in (content[:half], content[half:])]
    path.write_bytes(b"".join(frames))
    return path


def test_packed_rollouts_are_read_whole_with_those_of_their_sub_agents(tmp_path: Path) -> None:
    path = spawned(tmp_path)
    plain = Read(open_tail(path))
    files = [path, *companions(path)]
    for each in files:
        packed(each.with_name(each.name + ".zst"), each.read_bytes())
    assert [path, *companions(path)] == files, "what is still written to goes before its packed copy"
    for each in files:
        each.unlink()
    got = Read(open_tail(path.with_name(path.name + ".zst")), iter(lambda: 100, None))
    assert got.lines == plain.lines
    assert detect(path.with_name(path.name + ".zst")) is CODEX


def test_of_a_damaged_archive_is_read_what_can_be(tmp_path: Path) -> None:
    path = packed(tmp_path / "rollout-1.jsonl.zst", write(tmp_path / "x", meta(0), *OWN).read_bytes() * 2)
    path.write_bytes(path.read_bytes()[:-9])
    assert figures(Read(open_tail(path)))["llm_calls"] == 1


def test_without_the_extra_it_is_said_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed(tmp_path / "rollout-1.jsonl.zst", write(tmp_path / "x", meta(0), *OWN).read_bytes())
    monkeypatch.setitem(sys.modules, "zstandard", None)
    monkeypatch.setitem(sys.modules, "compression.zstd", None)
    tail = open_tail(path)
    list(tail.poll())
    assert tail.state is TailState.UNREADABLE
    assert "pip install 'tracetop[zst]'" in tail.reason
