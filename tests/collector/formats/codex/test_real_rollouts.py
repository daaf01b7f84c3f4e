"""Real rollouts against counts that were made by somebody else: whole, in chunks, growing and damaged."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from tracetop.collector.formats.codex import CODEX
from tracetop.collector.formats.registry import detect
from tracetop.collector.reading.follow import FileTail
from tracetop.collector.reading.open_tail import open_tail

from .reading import Read, figures

TRACES = Path(os.environ.get("TRACETOP_TRACES", Path(__file__).parents[5] / "shared" / "traces"))
REAL = sorted((TRACES / "codex").glob("*.jsonl"))
real = pytest.mark.skipif(not REAL, reason=f"no real rollouts in {TRACES}")
each_real = pytest.mark.parametrize("path", REAL or [Path("none")], ids=lambda path: path.stem)


def expected(path: Path) -> dict[str, Any]:
    told = json.loads((TRACES / "expected_counts.json").read_text())[f"codex/{path.name}"]
    names = "input_tokens cached_input_tokens cache_write_input_tokens output_tokens reasoning_output_tokens llm_calls"
    counts = {**dict.fromkeys(names.split(), 0), "token_count_dup": 0, **told}
    counts["tools"] += told.get("web_search_call", 0)  # counted by itself there
    # Reports that say again what a record said; one of each file has no tokens in it.
    counts["token_count_dup"] += told["ev_token_count"] if "token_usage_record" in told else 0
    return counts


@real
@each_real
def test_real_counts_are_right_whole_in_chunks_and_converted(path: Path, tmp_path: Path) -> None:
    known = detect(path)
    assert known is CODEX
    whole = Read(open_tail(path))
    counts = figures(whole)
    told = expected(path)
    assert counts == {name: told[name] for name in counts}
    assert len({event.event_id for event in whole.events}) == len(whole.events)
    draw = random.Random(path.name)
    assert Read(open_tail(path), iter(lambda: draw.randint(1, 40_000), None)).lines == whole.lines
    converted = tmp_path / "converted.jsonl"
    converted.write_bytes(b"".join(line + b"\n" for line in whole.lines))
    again = Read(open_tail(converted))
    assert isinstance(again.tail, FileTail)
    assert again.session.view().summary() == whole.session.view().summary()
    assert again.session.view().tokens == whole.session.view().tokens


@real
@each_real
def test_a_real_rollout_that_grows_is_at_each_moment_what_it_is_read_afresh(path: Path, tmp_path: Path) -> None:
    content = path.read_bytes()
    draw = random.Random(path.name)
    cuts = [*sorted(draw.sample(range(len(content)), 3)), len(content)]
    growing, fresh = tmp_path / "growing.jsonl", tmp_path / "fresh.jsonl"
    first_line = content.index(b"\n") + 1
    growing.write_bytes(content[:first_line])
    read = Read(open_tail(growing))
    for cut in cuts:
        cut = max(cut, first_line)
        with growing.open("ab") as file:
            file.write(content[growing.stat().st_size : cut])
        read.again()
        fresh.write_bytes(content[:cut])
        now = Read(open_tail(fresh))
        assert read.lines == now.lines
        assert read.session.view().summary() == now.session.view().summary()


@real
def test_garbage_in_a_real_rollout_costs_only_itself(tmp_path: Path) -> None:
    path = TRACES / "codex" / "codex_0.66.0.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    odd = [b"\0\0\n", b"[1]\n", b"{\n", b'{"type":"event_msg","payload":{"type":"token_count","info":7}}\n', b"\xff\n"]
    torn = tmp_path / "torn.jsonl"
    torn.write_bytes(b"".join(line + odd[place % len(odd)] for place, line in enumerate(lines)) + b'{"type":"resp')
    whole, read = Read(open_tail(path)), Read(open_tail(torn))
    assert read.session.view().summary() == whole.session.view().summary()
    assert read.bad == 4 * len(lines) // len(odd)
