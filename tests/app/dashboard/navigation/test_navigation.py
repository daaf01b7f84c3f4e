"""Jump mode, back and forward, the walk through evidence, and the palette that knows them all."""

from __future__ import annotations

import pytest
from textual.actions import parse
from textual.command import CommandPalette
from tracetop.app.dashboard.commands import DashboardCommands
from tracetop.app.dashboard.cursor import Cursor
from tracetop.app.dashboard.navigation.jump import LETTERS, JumpScreen, labels
from tracetop.app.widgets.line_tree import LineTree


def event_at(it):
    return it.screen.cursor.event


async def start_at(it, event):
    it.screen.move_cursor(event)
    await it.settle()


# -- labels


@pytest.mark.parametrize("count", [0, 1, 2, 26, 27, 51, 52, 700])
def test_labels_are_as_many_as_asked_for_and_none_begins_another(count):
    found = labels(count)
    assert len(set(found)) == len(found) == count
    assert all(found)
    assert not [(one, other) for one in found for other in found if one != other and other.startswith(one)]


def test_few_targets_get_single_letters():
    assert labels(len(LETTERS)) == list(LETTERS)
    assert [label for label in labels(len(LETTERS) + 1) if len(label) == 1] == list(LETTERS[1:])


# -- jump mode


async def jump_to(it, target_of):
    """Open jump mode and type the label of the first target for which `target_of(target)` holds."""
    await it.press("J")
    jump = it.app.screen
    assert isinstance(jump, JumpScreen)
    label = next(label for label, target in jump._targets.items() if target_of(target))
    await it.press(*label)
    await it.settle()


async def test_typing_the_letters_of_a_row_goes_there(show, demo):
    async with show(demo) as it:
        rows = it.screen.query_one("#trace-tree-lines", LineTree)
        origin = rows.content_region.offset
        await jump_to(it, lambda target: target.at == (origin.x, origin.y + 2))
        assert it.app.focused is rows
        assert rows.cursor == rows.top + 2


async def test_typing_the_letters_of_a_pane_makes_it_active(show, demo):
    async with show(demo) as it:
        pane = it.screen.query_one("#trace-cache")
        await jump_to(it, lambda target: target.at == (pane.region.x + 1, pane.region.y))
        assert it.screen.active == 3


@pytest.mark.parametrize("key", ["escape", "7", "f5"])
async def test_any_other_key_leaves_jump_mode_and_changes_nothing(show, demo, key):
    async with show(demo) as it:
        await start_at(it, 5)
        await it.press("J", key)
        assert it.app.screen is it.screen
        assert event_at(it) == 5


async def test_the_first_of_two_letters_leaves_only_what_it_begins(show, demo):
    async with show(demo, size=(120, 50)) as it:
        await it.press("J")
        jump = it.app.screen
        first = next(label[0] for label in jump._targets if len(label) == 2)
        await it.press(first)
        shown = [str(sign.render()) for sign in jump.query(".jump-label") if sign.display]
        assert shown
        assert all(label.startswith(first) for label in shown)


async def test_a_resize_ends_jump_mode(show, demo):
    async with show(demo) as it:
        await it.press("J")
        await it.pilot.resize_terminal(100, 30)
        await it.settle()
        assert it.app.screen is it.screen


# -- back and forward


async def test_back_and_forward_through_jumps(show, demo):
    async with show(demo) as it:
        await start_at(it, 3)
        await it.press("e")
        first = event_at(it)
        await it.press("e")
        second = event_at(it)
        assert 3 < first < second
        await it.press("u")
        assert event_at(it) == first
        await it.press("u")
        assert event_at(it) == 3
        await it.press("U", "U")
        assert event_at(it) == second


async def test_back_returns_to_the_pane_and_to_following(show, demo):
    async with show(demo) as it:
        assert it.screen.cursor == Cursor()
        await it.press("home", "5", "u")
        assert it.screen.cursor == Cursor()
        assert it.screen.active == 0


async def test_there_is_nothing_to_go_back_to_at_first(show, demo):
    async with show(demo) as it:
        assert it.screen.check_action("back", ()) is None
        assert it.screen.check_action("forward", ()) is None
        await it.press("home")
        assert it.screen.check_action("back", ()) is True


# -- evidence


async def test_v_walks_round_the_evidence_of_the_selected_issue(show, demo):
    async with show(demo) as it:
        await it.press("5")
        events = sorted(it.screen.selected_issue.events)
        assert len(events) > 1
        await start_at(it, events[0])
        seen = []
        for _ in events:
            await it.press("v")
            seen.append(event_at(it))
        assert seen == [*events[1:], events[0]]
        await it.press("V")
        assert event_at(it) == events[-1]


async def test_v_walks_on_in_the_inspector(show, demo):
    async with show(demo) as it:
        await it.press("5", "enter")
        events = sorted(it.screen.selected_issue.events)
        await it.press("v")
        assert it.screen.inspector.event in events
        first = it.screen.inspector.event
        await it.press("v")
        assert it.screen.inspector.event == events[(events.index(first) + 1) % len(events)]


async def test_without_an_issue_there_is_no_evidence(show, small):
    async with show(small) as it:
        assert not it.screen.frame.view.episodes()
        assert it.screen.check_action("evidence", (1,)) is None


# -- the palette


async def commands(it):
    provider = DashboardCommands(it.screen)
    return {hit.text if isinstance(hit.text, str) else str(hit.text): hit async for hit in provider.discover()}


async def test_the_palette_knows_every_key_of_the_dashboard_that_makes_sense(show, demo):
    async with show(demo) as it:
        known = await commands(it)
        for binding in it.screen.BINDINGS:
            _, name, parameters = parse(binding.action)
            title = f"{binding.description} ({it.app.get_key_display(binding.with_key(binding.key.split(',')[0]))})"
            assert (title in known) == bool(it.screen.check_action(name, parameters)), title


async def test_the_palette_runs_a_key_of_a_pane_without_the_focus(show, demo):
    async with show(demo) as it:
        known = await commands(it)
        rows = it.screen.query_one("#trace-tree-lines", LineTree)
        assert it.app.focused is not rows
        await known["iteration tree: First (g)"].command()
        await it.settle()
        assert it.app.focused is rows
        assert rows.cursor == 0


async def test_a_key_that_makes_no_sense_is_not_in_the_palette(show, demo):
    async with show(demo) as it:
        assert not [title for title in await commands(it) if title.startswith("Next found")]


async def test_ctrl_p_opens_the_palette(show, demo):
    async with show(demo) as it:
        await it.press("ctrl+p")
        assert isinstance(it.app.screen, CommandPalette)
