"""The cache pane: prompts and their cached prefixes, the hit rate, and a list of breaks that shares the cursor."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from tracetop.analysis.cache.break_causes import UNKNOWN_CAUSE, BreakClass, Cause, Confidence
from tracetop.analysis.cache.losses import CacheBreak
from tracetop.analysis.cache.miss_prices import Basis, Loss
from tracetop.app.panes.break_table import LOOKS, found, lost, rebilled, sign

TABLE = "#trace-cache-list"
CHART = "#trace-cache-chart"
HOSTILE = "\x1b]0;t\x07[/x]\u202e漢字\n" * 3


class Cache:
    """Writes a trace, request by request."""

    def __init__(self, line: Callable[..., bytes], path: Path) -> None:
        self.line = line
        self.path = path
        self.lines = [line("session_start", goal="use the cache", model="claude-test")]

    def request(self, read: int, fresh: int, written: int = 0, **data: Any) -> int:
        """A response; gives the number of its event."""
        tokens = {"cache_read_tokens": read, "input_tokens": fresh, "cache_write_tokens": written, "output_tokens": 9}
        return self.add("llm_response", len(self.lines), **{"model": "claude-test", **tokens, **data})

    def add(self, kind: str, iteration: int | None = None, **data: Any) -> int:
        self.lines.append(self.line(kind, iteration, **data))
        return len(self.lines) - 1

    def write(self) -> Path:
        self.path.write_bytes(b"".join(self.lines))
        return self.path


@pytest.fixture
def cache(line: Callable[..., bytes], tmp_path: Path) -> Cache:
    return Cache(line, tmp_path / "session.jsonl")


@pytest.fixture
def broken(cache: Cache) -> tuple[Path, list[int]]:
    """A trace of twelve requests, every fourth of which broke the cache; the events of the breaks."""
    events = []
    for _ in range(3):
        cache.request(9_000, 1_000, 400)
        cache.request(9_400, 600, 600)
        cache.request(9_900, 100)
        events.append(cache.request(1_000, 9_000))
    return cache.write(), events


def pane(it: Any) -> Any:
    return it.screen.query_one("#trace-cache")


def rows_of(it: Any) -> list[str]:
    return [row[1:].strip() for row in it.crop(TABLE).split("\n")]


async def test_left_and_right_walk_over_the_requests_and_enter_inspects(show: Any, broken: Any) -> None:
    path, events = broken
    async with show(path) as it:
        await it.press("4")
        assert not pane(it).has_table
        await it.press("left", "h", "l", "left")
        assert it.place == events[-1] - 2
        assert it.screen.query_one(CHART).cursor == 9
        await it.press("enter")
        assert it.screen.inspector.has_class("-shown")


async def test_breaks_are_listed_and_share_the_cursor(show: Any, broken: Any) -> None:
    path, events = broken
    async with show(path, (80, 24)) as it:
        await it.press("4")
        assert it.app.focused.id == "trace-cache-list"
        rows = rows_of(it)
        assert len(rows) == 3
        assert rows[0].split() == ["○", "#4", "partial", "unknown", "low", "~8.90k", "–"]
        await it.press("up", "up")
        assert it.place == events[0]
        assert it.screen.query_one(CHART).cursor == 3
        await it.press("down")
        assert it.place == events[1] and it.lit_row(TABLE).split()[:3] == ["▌○", "#8", "partial"]
        await it.press("left")
        assert it.place == events[1] - 1 and it.lit_row(TABLE).split()[1] == "#4", "the last break before the cursor"
        await it.press("G", "enter")
        assert it.place == events[2] and it.screen.inspector.has_class("-shown")


async def test_a_cursor_between_breaks_goes_to_those_next_to_it(show: Any, broken: Any) -> None:
    path, events = broken
    async with show(path, (80, 24)) as it:
        await it.press("4")
        it.screen.move_cursor(events[1] + 2)
        await it.press("up")
        assert it.place == events[1]
        await it.press("up")
        assert it.place == events[0]
        it.screen.move_cursor(1)
        await it.press("down")
        assert it.place == events[0]
        await it.press("down")
        assert it.place == events[1]


async def test_breaks_are_marked_over_their_requests(show: Any, broken: Any) -> None:
    path, _ = broken
    async with show(path) as it:
        chart = it.screen.query_one(CHART)
        assert [(mark.index, mark.glyph, mark.top) for mark in chart.marks] == [
            (3, "○", True),
            (7, "○", True),
            (11, "○", True),
        ]
        assert it.crop(CHART).count("○") == 3
        prompts, prefixes = list(chart._line), list(chart._area)
        assert prompts[:4] == [10_400, 10_600, 10_000, 10_000] and prefixes[:4] == [9_000, 9_400, 9_900, 1_000]


async def test_it_counts_down_to_when_the_cache_runs_out(
    show: Any, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.request(9_000, 100, 1_000)
    async with show(cache.write(), (80, 24)) as it:
        await it.press("4")
        now = it.screen._clock()
        last = it.screen.source.trace.session.events.time[1]
        drawn: list[bool] = []
        monkeypatch.setattr(type(pane(it)), "show", lambda self, frame: drawn.append(True))
        for passed, words in [
            (0.0, "warm ~5:00 left · 10.0k at stake"),
            (0.9, "warm ~5:00 left · 10.0k at stake"),
            (100.5, "warm ~3:20 left"),
            (299.5, "warm ~0:01 left"),
            (300.0, "cold since ~0:00 · 10.0k lost"),
            (430.0, "cold since ~2:10"),
            (10_000.0, "cold since ~2h 41m"),
            (-50.0, "warm ~5:00 left"),
        ]:
            it.screen._clock = lambda at=last + passed: at
            it.screen.paint()
            assert words in pane(it).headline
        it.screen._clock = lambda: last + 3 * 86_400.0
        it.screen.paint()
        assert "cold" not in pane(it).headline, "nobody goes on with it"
        assert len(drawn) == 3, "the title alone, but when it was left alone for an hour, no longer was, and was again"
        titles = []
        monkeypatch.setattr(type(pane(it)), "refresh", lambda self, *_, **__: titles.append(True))
        it.screen.paint()
        assert not titles, "nothing where it says the same"
        it.screen._clock = lambda: now


async def test_it_is_as_short_as_the_pane_is_narrow_and_over_with_the_session(show: Any, cache: Cache) -> None:
    for _ in range(3):
        cache.add("llm_request")
        cache.request(9_000, 100, 1_000)
    path = cache.write()
    async with show(path, (120, 36)) as it:
        it.screen._clock = lambda: it.screen.source.trace.session.events.time[6] + 60.0
        it.screen.paint()
        assert it.title("cache").endswith("99% hit · warm ≥3:59")
    cache.add("session_end")
    async with show(cache.write(), (80, 24)) as it:
        await it.press("4")
        assert "warm" not in pane(it).headline and "cold" not in pane(it).headline
        it.screen.move_cursor(6)
        await it.press("space")
        assert "warm ~4:59–5:00 left" in pane(it).headline, "the recording's clock"


async def test_no_cache_no_countdown(show: Any, cache: Cache) -> None:
    cache.add("llm_response", 1, model="claude-test", input_tokens=9_000)
    async with show(cache.write(), (80, 24)) as it:
        await it.press("4")
        assert pane(it).headline == "–"


async def test_a_paused_view_does_not_know_of_later_breaks(show: Any, broken: Any) -> None:
    path, events = broken
    async with show(path, (80, 24)) as it:
        await it.press("4")
        it.screen.move_cursor(events[1] - 1)
        await it.press("space")
        assert rows_of(it)[0].startswith("○ #4") and len(rows_of(it)) == 1
        assert (
            pane(it).headline
            == "82% hit · warm ~5:00 left · 9.90k at stake · ~12% re-billed · 1 break · boundary 9.90k · last 7: 82%"
        )
        await it.press("down")
        assert it.place == events[1] and len(rows_of(it)) == 2, "on to the next break"
        it.screen.move_cursor(2)
        await it.settle()
        assert "no breaks" in pane(it).headline and not pane(it).has_table


async def test_a_paused_view_goes_on_to_the_next_request(show: Any, broken: Any) -> None:
    path, events = broken
    async with show(path, (80, 24)) as it:
        await it.press("4")
        it.screen.move_cursor(events[0])
        await it.press("space", "right")
        assert it.place == events[0] + 1


async def test_without_a_break_the_chart_has_all_the_room(show: Any, cache: Cache) -> None:
    for _ in range(5):
        cache.request(9_000, 1_000)
    async with show(cache.write(), (80, 24)) as it:
        await it.press("4")
        assert not pane(it).has_table and it.app.focused is pane(it)
        assert it.screen.query_one(CHART).size.height == pane(it).content_size.height


async def test_the_hit_rate_of_the_last_fifty_requests(show: Any, cache: Cache) -> None:
    for _ in range(50):
        cache.request(0, 1_000)
    for _ in range(25):
        cache.request(1_000, 0)
    async with show(cache.write(), (80, 24)) as it:
        await it.press("4")
        assert "hit, 50 requests 50% ▇▇▇▇▇·····" in it.crop(CHART)
        assert (
            pane(it).headline
            == "33% hit · warm ~1:15 left · 1.00k at stake · no breaks · boundary 1.00k · last 50: 50%"
        )
        (track,) = it.screen.query_one(CHART).tracks
        assert track.full == 1.0 and track.values[49] == 0.0 and track.values[74] == 0.5


async def test_without_a_report_nothing_is_claimed(show: Any, cache: Cache) -> None:
    cache.add("llm_response", 1, tokens=500)
    async with show(cache.write(), (80, 24)) as it:
        await it.press("4")
        assert pane(it).headline == "–" and "no response has reported its cache yet" in it.text
        await it.press("left", "right", "enter")
        assert not it.screen.inspector.has_class("-shown")


async def test_thousands_of_requests_are_grouped_and_no_break_is_lost(show: Any, cache: Cache) -> None:
    for number in range(2_500):
        if number == 1_501:
            event = cache.request(0, 10_000)
        else:
            cache.request(9_000, 1_000)
    async with show(cache.write(), (120, 36)) as it:
        await it.press("4", "z")
        chart = it.screen.query_one(CHART)
        assert chart.data_group == 8 and chart.count() == 313
        assert [mark.index for mark in chart.marks] == [187]
        assert chart._area[187] == 7_875 and chart._line[187] == 10_000, "means of eight"
        assert rows_of(it)[0].startswith("○ #1,502")
        await it.press("up")
        assert it.place == event
        await it.press("left")
        assert chart.cursor == 186


async def test_hostile_names_stay_in_their_column(
    show: Any, cache: Cache, frame_segments: Callable[[Any], list[str]]
) -> None:
    for name in ("main", HOSTILE):
        cache.request(9_000, 1_000, agent_id=name)
        reason = {"cache_miss_reason": {"type": name}}
        cache.request(0, 10_000, agent_id=name, diagnostics=reason)
    async with show(cache.write(), (160, 40)) as it:
        await it.press("4", "z")
        rows = it.crop(TABLE).split("\n")
        assert len(rows) == 2 and len({cell_len(row) for row in rows}) == 1
        columns = [cell_len(row[: row.index(" of ")]) for row in rows]
        assert columns[0] == columns[1]
        assert not any(set(text) & set("\x1b\x07\n\u202e") for text in frame_segments(it.app))


@pytest.fixture
def compacted(cache: Cache) -> tuple[Path, int, int]:
    """A trace with one break after a compaction; the events of the compaction and of the break."""
    for number in range(3):
        cache.request(9_000 + 500 * number, 100, 500)
    culprit = cache.add("compaction_start")
    cache.add("compaction_end")
    broken = cache.request(1_000, 4_000)
    for _ in range(3):
        cache.request(1_000, 4_000)
    return cache.write(), culprit, broken


async def test_enter_goes_to_the_culprit_and_once_more_to_the_break(show: Any, compacted: Any) -> None:
    path, culprit, broken = compacted
    async with show(path, (80, 24)) as it:
        await it.press("4")  # where there is room for one pane only it is laid out when it is asked for
        await it.press("up")
        assert it.place == broken
        assert rows_of(it)[0].split() == [
            "▼", "#4", "partial", "compaction", "at", "event", f"{culprit + 1}", "high", "~4.00k", "–",
        ]  # fmt: skip
        await it.press("enter")
        assert it.place == culprit and it.screen.inspector.has_class("-shown")
        await it.press("escape")
        assert it.lit_row(TABLE).split()[1] == "#4", "still on the break"
        await it.press("enter")
        assert it.place == broken
        assert "broke      partial · compaction at event 5" in it.crop("#trace-inspector"), "the inspector says so"
        assert "culprit" in it.crop("#trace-inspector")
        await it.press("escape", "enter", "escape", "down")
        assert it.place == broken, "down from the culprit is the break"


async def test_enter_on_a_break_without_a_culprit_opens_the_break(show: Any, broken: Any) -> None:
    path, events = broken
    async with show(path, (80, 24)) as it:
        await it.press("4")
        await it.press("up", "enter")
        assert it.place in events and it.screen.inspector.has_class("-shown")


async def test_enter_on_a_break_in_the_chart_goes_to_the_culprit_too(show: Any, compacted: Any) -> None:
    path, culprit, broken = compacted
    async with show(path, (120, 36)) as it:
        await it.press("4")
        assert not pane(it).has_table
        it.screen.move_cursor(broken)
        await it.settle()
        await it.press("enter")
        assert it.place == culprit
        await it.press("escape", "enter")
        assert it.place == broken
        await it.press("escape", "left", "enter")
        assert it.place == broken - 3, "no break: the request itself"


async def test_each_class_has_a_sign_of_its_own_over_the_chart(show: Any, cache: Cache) -> None:
    left = 9_000
    between = [("compaction_end", {}), ("mcp_connect", {}), ("mode_change", {})]
    for kind, data in between:
        cache.request(left, 100, 500)
        cache.add(kind, **data)
        cache.request(0, 500, left + 600)
        left += 600
    cache.request(0, 500, left + 900, model="other")
    async with show(cache.write()) as it:
        await it.press("4")
        assert [mark.glyph for mark in it.screen.query_one(CHART).marks if mark.top] == ["▼", "⊞", "§", "⇄"]
    assert {cell_len(glyph) for glyph in LOOKS.values()} == {1}
    assert len(set(LOOKS.values())) == len(LOOKS) == len(BreakClass)


async def test_b_goes_to_breaks_and_patterns_are_counted(show: Any, cache: Cache) -> None:
    for _ in range(3):
        cache.request(9_000, 1_000)
    event = cache.request(4_000, 9_000)
    for _ in range(5):
        cache.request(0, 9_000)
    async with show(cache.write(), (80, 24)) as it:
        it.screen.move_cursor(0)
        await it.press("4", "b")
        assert it.place == event, "half of it was read: no drop of the hit rate by half, but a break"
        await it.press("end")
        await it.settle()
        assert "1 pattern" in pane(it).headline


# -- words


def a_break(**fields: Any) -> CacheBreak:
    plain = {
        "event": 9, "previous": 5, "request": 3, "time": 0.0, "iteration": 4, "agent": "", "is_full": True,
        "expected": 40_000, "read": 800, "prompt": 41_000, "rebilled": 31_200, "loss": Loss(0.114, Basis.DERIVED),
        "causes": (Cause(BreakClass.COMPACTION, 1_203, Confidence.HIGH),), "pause": 2.0,
    }  # fmt: skip
    return CacheBreak(**{**plain, **fields})


def test_a_break_in_words() -> None:
    assert a_break().words == "full · compaction at event 1,204 · ~31.2k re-billed, ~$0.11"
    assert a_break(is_full=False, loss=Loss()).words == "partial · compaction at event 1,204 · ~31.2k re-billed"
    assert found(a_break()) == "800 of 40.0k"
    assert rebilled(a_break()) == "~31.2k" and rebilled(a_break(rebilled=0)) == "~0"
    assert lost(a_break()) == "~$0.11" and lost(a_break(loss=Loss())) == "–"
    assert sign(a_break()) == "▼ #4" and sign(a_break(causes=(UNKNOWN_CAUSE,))) == "○ #4"
