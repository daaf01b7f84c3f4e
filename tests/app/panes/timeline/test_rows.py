"""A row of the timeline tells a call and its end, what came of it, and when."""

from __future__ import annotations

import math
import re

import pytest
from tracetop.app.bookmarks.bookmark import Bookmark, Change, line_of
from tracetop.app.dashboard.cursor import Cursor, Mode
from tracetop.app.panes.timeline.rows import clock, delta

from .axes import START
from .shown import LIST, headline, row_with, rows


async def test_a_call_and_its_end_are_one_row(show, calls):
    async with show(calls) as it:
        await it.press("1", "z")
        assert len(rows(it)) == 10
        assert headline(it) == "10 rows of 15 events · following"
        assert re.search(r"1 · +✗ tool +bash make one → exit 2: no rule +2\.0s", row_with(it, "make one"))
        assert re.search(r"1 · +✓ tool +bash make two → all done +2\.0s", row_with(it, "make two"))
        assert re.search(r"1 · +◆ llm +900 → 80 · claude-test +900ms", row_with(it, "900 → 80"))
        assert re.search(r"1 · +▸ iteration 1 +11\.0s", row_with(it, "iteration 1"))
        assert re.search(r"2 · +… tool +grep needle +running", row_with(it, "grep"))


async def test_spawn_and_done_have_rows_of_their_own(show, calls):
    async with show(calls) as it:
        await it.press("1", "z")
        spawn, llm, done = (row for row in rows(it) if "a1" in row)
        assert re.search("├ a1 ▾ spawn +sub-agent a1 spawned · look around", re.sub(" +", " ", spawn))
        assert "│ a1" in llm
        assert "claude-small" in llm
        assert "└ a1" in done
        assert "▴ done" in done
        assert "3.0s" in done
        assert not spawn.endswith("s")


async def test_x_gives_every_event_a_row_and_takes_it_back(show, calls):
    async with show(calls) as it:
        await it.press("1", "z")
        joined = it.text
        await it.press("x")
        assert len(rows(it)) == 15
        assert headline(it) == "15 events · following"
        assert "▪ call" in row_with(it, "grep")
        assert len([row for row in rows(it) if "make one" in row]) == 2
        assert row_with(it, "iteration ends")
        await it.press("x")
        assert it.text == joined


async def test_a_paused_call_runs_and_then_has_ended(show, calls):
    async with show(calls) as it:
        await it.press("1", "z")
        it.screen.cursor = Cursor(6, Mode.PAUSED)
        await it.settle()
        assert re.search("… tool +bash make two +running", row_with(it, "make two"))
        assert "✗ tool" in it.lit_row(LIST)
        await it.press("comma")
        assert re.search("… tool +bash make one +running", row_with(it, "make one"))
        await it.press("full_stop", "full_stop")
        assert "→ all done" in it.lit_row(LIST)
        it.screen.cursor = Cursor(2, Mode.PAUSED)
        await it.settle()
        assert re.search("… asking +claude-test · 3 messages +running", it.lit_row(LIST))


async def test_an_answer_that_streams_in_is_one_row(show, line, tmp_path):
    path = tmp_path / "stream.jsonl"
    request = line("llm_request", 1, model="claude-test")
    pieces = [line("llm_response", metadata={"chunk_type": "text", "content": text}) for text in ("I will", " look")]
    path.write_bytes(b"".join([request, *pieces]))
    async with show(path) as it:
        await it.press("1", "z")
        assert len(rows(it)) == 1
        assert re.search("… answers +claude-test +running", rows(it)[0])
        with path.open("ab") as file:
            file.write(line("llm_response", 1, input_tokens=100, output_tokens=7))
        await it.until(lambda: it.count == 4)
        await it.settle()
        assert len(rows(it)) == 1
        assert re.search("◆ llm +100 → 7 · claude-test +3.0s", rows(it)[0])


async def test_a_request_that_failed_or_was_lost_says_so(show, line, tmp_path):
    path = tmp_path / "lost.jsonl"
    path.write_bytes(
        line("llm_request", 1, model="one")
        + line("llm_error", 1, error="overloaded")
        + line("llm_request", 1, model="two")
        + line("tool_start", 1, tool_name="bash", args={"command": "sleep"})
        + line("session_end")
    )
    async with show(path) as it:
        await it.press("1", "z")
        assert "asks · one → failed" in row_with(it, "one")
        assert "overloaded" in row_with(it, "✗ llm")
        assert "asks · two → no answer" in row_with(it, "two")
        assert "bash sleep → no end" in row_with(it, "sleep")
        assert "running" not in it.crop(LIST)


async def test_the_outcome_is_seen_where_the_call_is_cut(show, line, tmp_path):
    path = tmp_path / "long.jsonl"
    long = {"command": "pytest " + " ".join(f"tests/test_{number}.py" for number in range(30))}
    path.write_bytes(
        line("tool_start", 1, tool_name="bash", args=long)
        + line("tool_error", 1, tool_name="bash", args=long, error="3 failed")
    )
    async with show(path, (80, 24)) as it:
        assert re.search(r"bash pytest .*… → 3 failed", rows(it)[0])


async def test_a_note_stands_behind_the_words_where_there_is_room(show, calls):
    notes = {1: "short", 14: "z" * 200}
    marks = (line_of(Change(Bookmark(event, note, f"e{event}"))) for event, note in notes.items())
    calls.with_name("calls.jsonl.bookmarks").write_bytes(b"".join(marks))
    async with show(calls) as it:
        await it.press("1", "z")
        unmarked = row_with(it, "iteration 2")
        marked, running = row_with(it, "iteration 1"), row_with(it, "needle")
        assert "⚑ iteration 1   short" in marked
        assert marked.index("⚑") == unmarked.index("iteration")
        assert "zzz… " in running and running.split("⚑")[1].startswith(" grep needle   zzz")


# -- when


async def test_a_short_session_is_told_to_the_millisecond(show, tmp_path, utc):
    path = tmp_path / "short.jsonl"
    times = (0.0, 0.0031, 0.0532, 1.5)
    path.write_bytes(
        b"".join(b'{"kind":"custom","timestamp":%f,"data":{"message":"m"}}\n' % (START + time) for time in times)
    )
    async with show(path, (120, 36)) as it:
        await it.press("1", "z")
        told = [re.split(" +", row)[:2] for row in rows(it)]
        assert told == [
            ["20:26:40.000", "·"],
            ["20:26:40.003", "+3ms"],
            ["20:26:40.053", "+50ms"],
            ["20:26:41.500", "+1.4s"],
        ]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "+0ms"), (0.00004, "+0ms"), (0.0003, "+0.3ms"), (0.003, "+3ms"), (0.9994, "+999ms"), (0.9996, "+1.0s"),
        (3.44, "+3.4s"), (59.94, "+59.9s"), (59.96, "+1m00"), (126.0, "+2m06"), (3599.0, "+59m59"), (3720.0, "+1h02"),
        (86_400.0 * 3, "+3d00"), (-0.003, "-3ms"), (-90.0, "-1m30"), (math.nan, "–"), (math.inf, "–"),
    ],
)  # fmt: skip
def test_a_delta_is_short_and_as_exact_as_it_needs_to_be(seconds, text):
    assert delta(seconds) == text
    assert len(text) <= 7


def test_a_time_of_day(utc):
    assert clock(START) == "20:26:40"
    assert clock(START + 0.0567, precise=True) == "20:26:40.056"
    assert clock(math.nan) == "--:--:--"
    assert clock(math.nan, precise=True) == "--:--:--.---"
