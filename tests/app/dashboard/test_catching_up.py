"""Rules catch up with a long session between the frames, and do nothing while nobody looks."""

from __future__ import annotations

import pytest
from textual.screen import Screen
from tracetop.analysis.rules.second_pass import SecondPass
from tracetop.app.dashboard import catching_up
from tracetop.app.dashboard.screen import DashboardScreen


@pytest.fixture
def long(line, tmp_path, utc):
    """Return a trace of 6,001 events at whose end the same command fails again and again."""
    path = tmp_path / "traces" / "long.jsonl"
    path.parent.mkdir()
    lines = [line("session_start", goal="g", model="m")]
    for number in range(1, 2_001):
        lines.append(line("iteration_start", number))
        kind = "tool_end" if number < 1_990 else "tool_error"
        lines.append(line(kind, number, tool_name="bash", args={"command": f"make {'x' * (number % 7)}"}))
        lines.append(line("llm_response", number, input_tokens=100, output_tokens=10, model="m"))
    path.write_bytes(b"".join(lines))
    return path


def passed(it):
    trace = it.screen.source.trace
    return trace.second_pass(trace.session)


async def test_what_they_find_is_shown_though_no_frame_looked_for_it(show, long, monkeypatch):
    extend, paint, is_painting, within = SecondPass.extend, DashboardScreen.paint, [False], []

    def painting(self, *args, **kwargs):
        is_painting[0] = True
        paint(self, *args, **kwargs)
        is_painting[0] = False

    def looking(self, *args):
        if self.session.count == 6_001 and self.taken < 2_000:
            within.append(is_painting[0])
        return extend(self, *args)

    monkeypatch.setattr(DashboardScreen, "paint", painting)
    monkeypatch.setattr(SecondPass, "extend", looking)
    async with show(long) as it:
        await it.until(lambda: it.screen.source.is_read and passed(it).taken == 6_001)
        await it.until(lambda: it.screen._caught_up_with is None)
        assert within
        assert not any(within)
        whole = SecondPass(it.screen.source.trace.session)
        whole.extend_to_end()
        assert [each.category for each in passed(it).log.episodes] == [each.category for each in whole.log.episodes]
        await it.until(lambda: "should have stopped" in it.crop("#trace-issues"))


async def test_they_rest_while_the_dashboard_is_hidden_and_go_on_when_it_is_seen(show, long, monkeypatch):
    monkeypatch.setattr(catching_up, "_SLICE_SECONDS", 0.0)
    monkeypatch.setattr(catching_up, "_QUIET_REST", 20.0)
    async with show(long) as it:
        dashboard, found = it.screen, passed(it)
        await it.until(lambda: dashboard._caught_up_with is found or found.taken)
        await it.app.push_screen(Screen())
        await it.until(lambda: dashboard._caught_up_with is None)
        taken = found.taken
        assert taken < 6_001
        await it.pilot.pause(0.1)
        assert found.taken == taken
        monkeypatch.setattr(catching_up, "_QUIET_REST", 0.0)
        it.app.pop_screen()
        await it.until(lambda: found.taken == 6_001)


@pytest.mark.provokes_failures
async def test_a_rule_that_fails_is_told_once_and_not_asked_again(show, long, monkeypatch):
    asked = []

    def broken(self, *args):
        asked.append(1)
        raise ValueError("no such rule")

    monkeypatch.setattr(SecondPass, "extend", broken)
    async with show(long) as it:
        await it.until(lambda: "no such rule" in it.text)
        count = len(asked)
        await it.settle()
        assert len(asked) == count
        assert "6,001 events" in it.title("timeline")
