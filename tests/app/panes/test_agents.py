"""The list of agents: opened by a key, as of the cursor, gone from to an agent, or told of alone."""

from __future__ import annotations

import pytest

HOSTILE = '\x1b[31mred [/oops] "quoted"'


@pytest.fixture
def family(line, tmp_path, utc):
    """A trace in which the main agent spawned `writer`, which spawned `checker`; one of an odd name failed."""
    path = tmp_path / "traces" / "family.jsonl"
    path.parent.mkdir()
    call = {"input_tokens": 100, "output_tokens": 10, "cost": 1.0}
    lines = [
        line("session_start", goal="write it", model="m"),
        line("llm_response", 1, **call),
        line("subagent_spawn", 1, agent_id="writer", description="write the parser"),
        line("llm_response", 1, agent_id="writer", **call | {"cost": 0.5}),
        line("subagent_spawn", 1, agent_id="checker", parent_agent_id="writer", task="run the tests"),
        line("llm_response", 1, agent_id="checker", **call | {"cost": 0.25}),
        line("tool_error", 1, agent_id="checker", tool_name="bash", error="exit 1"),
        line("subagent_complete", 1, agent_id="checker"),
        line("subagent_spawn", 1, agent_id=HOSTILE),
        line("subagent_error", 1, agent_id=HOSTILE, error="boom"),
        line("llm_response", 2, **call),
    ]
    path.write_bytes(b"".join(lines))
    return path


def rows(it):
    return [row.strip("│▌ ") for row in it.crop("#trace-agents-list").split("\n") if "$" in row or "✗" in row]


async def test_each_agent_stands_below_the_one_that_spawned_it(show, family):
    async with show(family) as it:
        await it.press("a")
        assert it.title("agents") == "agents · 3 sub-agents · 440 · $2.75"
        main, writer, checker, odd = rows(it)
        assert main.split()[:4] == ["●", "main", "write", "it"]
        assert main.split()[-2:] == ["$2.00", "$2.75"]
        assert writer.startswith("● writer write the parser")
        assert writer.split()[-2:] == ["$0.50", "$0.75"]
        assert checker.startswith("○ checker run the tests")
        assert "✗1" in checker
        assert checker.split()[-1] == "$0.25"
        assert odd.startswith("✗ ")
        assert "[/oops]" in odd
        await it.press("a")
        assert not it.screen.agent_list.has_class("-shown")


async def test_enter_goes_to_where_it_was_spawned(show, family):
    async with show(family) as it:
        await it.press("a", "down", "down", "enter")
        assert not it.screen.is_covered
        assert it.place == 4


@pytest.mark.parametrize(("downs", "shown"), [(0, 6), (2, 2), (3, 0)], ids=["main", "checker", "odd name"])
async def test_o_shows_only_its_events(show, family, downs, shown):
    async with show(family) as it:
        await it.press("a", *["down"] * downs, "o")
        assert not it.screen.is_covered
        await it.until(lambda: f"{shown} of 11" in it.title("timeline"), it.title("timeline"))
        await it.press("escape")
        assert "of 11" not in it.title("timeline")


async def test_it_is_as_of_the_cursor_and_grows_with_the_trace(show, family, line):
    async with show(family) as it:
        it.screen.move_cursor(3)
        await it.press("space", "a")
        assert len(rows(it)) == 2
        await it.press("escape", "f", "a")
        with family.open("ab") as file:
            file.write(line("subagent_spawn", 2, agent_id="late"))
            file.write(line("llm_response", 1, agent_id="late", input_tokens=5, output_tokens=5, cost=0.01))
        await it.until(lambda: len(rows(it)) == 5, "the late agent is listed")
        assert "4 sub-agents" in it.title("agents")


async def test_a_long_session_is_gone_over_in_slices(show, family, line, monkeypatch):
    monkeypatch.setattr("tracetop.analysis.lane_calls._ROWS_A_SLICE", 1)
    async with show(family) as it:
        await it.press("a")
        await it.until(lambda: it.title("agents").endswith("$2.75"), it.title("agents"))
        assert rows(it)[0].split()[-1] == "$2.75"


async def test_names_have_room_at_any_width(show, family):
    async with show(family) as it:
        await it.press("a")
        for width in (40, 60, 80, 120, 200):
            await it.resize(width, 24)
            assert all("$" in row for row in rows(it)[:3])
            assert "checker" in it.crop("#trace-agents-list")


async def test_token_flow_cache_and_issues_are_of_the_one_agent(show, family, line):
    with family.open("ab") as file:
        for read, fresh in ((20_000, 100), (0, 20_000)):
            file.write(line("llm_response", 2, agent_id="writer", input_tokens=fresh, cache_read_tokens=read, cost=0.5))
    async with show(family, size=(160, 48)) as it:
        titles = ("tokens", "cache", "issues")
        everything = [it.title(pane) for pane in titles]
        await it.press("a", "down", "o", "3")
        assert it.title("tokens").startswith("3 token flow · only writer · 40.2k · $1.50")
        await it.press("4")
        assert "only writer · 50% hit" in it.title("cache")
        assert "~50% re-billed" in it.title("cache")
        assert it.title("issues") == "5 issues · only writer · 2 · 2 medium"
        assert "cache" in it.crop("#trace-issues-list")
        await it.press("escape")
        assert [it.title(pane) for pane in titles] == everything
        await it.press("F", *"agent:checker", "enter", "3")
        await it.until(lambda: "only checker · 110 · $0.25" in it.title("tokens"), it.title("tokens"))
        assert it.title("issues").startswith("5 issues · only checker · none")


async def test_keys_go_to_the_places_of_the_one_agent(show, family, line):
    """An error, a break and an issue of the writer are surrounded by others' that the keys pass over."""
    with family.open("ab") as file:
        for agent in ("", "writer", ""):
            of = {"agent_id": agent} if agent else {}
            for read, fresh in ((20_000, 100), (0, 20_000)):
                file.write(line("llm_response", 2, **of, input_tokens=fresh, cache_read_tokens=read, cost=0.5))
            file.write(line("tool_error", 2, **of, tool_name="bash", error="exit 1"))
    async with show(family, size=(160, 48)) as it:

        async def gone(key):
            it.screen.move_cursor(0)
            places = []
            while not places or it.place != places[-1]:
                places.append(it.place)
                await it.press(key)
            return places[1:]

        everyones = [await gone(key) for key in "ebi"]
        assert [set(places) >= {at, at + 3, at + 6} for places, at in zip(everyones, (13, 12, 12), strict=True)] == [
            True
        ] * 3
        await it.press("home", "a", "down", "o")
        assert [await gone(key) for key in "ebi"] == [[16], [15], [15, 16]]
        assert "no next issue · only writer" in [note.message for note in it.app._notifications]


async def test_of_a_long_session_one_agent_is_told_so_far(show, family, monkeypatch):
    monkeypatch.setattr("tracetop.analysis.lane_calls._ROWS_A_SLICE", 1)
    monkeypatch.setattr("tracetop.app.dashboard.painting._PARTING_SECONDS", 0.0)
    async with show(family, size=(160, 48)) as it:
        await it.press("a", "down", "o", "3")
        await it.until(lambda: "only writer · 110" in it.title("tokens"), it.title("tokens"))
