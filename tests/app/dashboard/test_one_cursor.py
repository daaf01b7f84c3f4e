"""One cursor runs through all panes, and a paused dashboard stays where it is."""

from __future__ import annotations

from tracetop.analysis.fold.joins import completed_by
from tracetop.app.dashboard.cursor import Cursor, Mode

PANES = ("timeline", "tree", "tokens", "cache", "issues")


def places_of(it):
    """Where each pane stands, as an event; None for a pane that has nothing there."""
    screen, view = it.screen, it.screen.frame.view
    tree, tokens = screen.panes[1], screen.panes[2]
    node = tree._tree.cursor_node
    return {
        "timeline": screen.panes[0]._rows.shown.event_of(screen.query_one("#trace-timeline-list").cursor),
        "tree": tree._model.tree.path_of(it.place) == tree._tree.cursor_path
        or tree._model.tree.facts(node).event == it.place,
        "tokens": screen.query_one("#trace-tokens-chart").cursor == tokens.column_of(it.place),
        "cache": screen.query_one("#trace-cache-chart").cursor == max(0, view.cache.index_of(it.place)),
    }


def assert_together(it, place):
    assert it.place == place
    start = completed_by(it.screen.frame.view.session, place)
    assert places_of(it) == {"timeline": place if start is None else start, "tree": True, "tokens": True, "cache": True}


async def click(it, selector, x, y):
    await it.pilot.click(selector, offset=(x, y))
    await it.settle()


async def test_a_row_of_the_timeline_moves_all(show, demo):
    async with show(demo) as it:
        await it.press("pageup", "pageup", "up")
        assert_together(it, it.place)
        top = it.screen.query_one("#trace-timeline-list").top
        await click(it, "#trace-timeline-list", 20, 3)
        assert_together(it, it.screen.panes[0]._rows.shown.event_of(top + 3))


async def test_a_node_of_the_tree_moves_all(show, demo):
    async with show(demo) as it:
        await it.press("2", "g", "down", "down", "down")
        tree = it.screen.panes[1]
        event = tree._model.tree.facts(tree._tree.cursor_node).event
        assert_together(it, event)
        await it.press("right", "down")
        assert it.place > event
        assert_together(it, it.place)


async def test_a_bar_of_the_token_chart_moves_all(show, demo):
    async with show(demo) as it:
        chart = it.screen.query_one("#trace-tokens-chart")
        await click(it, "#trace-tokens-chart", 1 + chart._left + 10, 6)
        column = chart._slots.index_at(10)
        assert_together(it, it.screen.panes[2].event_of(column))
        assert it.place < 100


async def test_a_column_of_the_cache_chart_moves_all(show, demo):
    async with show(demo) as it:
        chart = it.screen.query_one("#trace-cache-chart")
        await click(it, "#trace-cache-chart", 1 + chart._left + 8, 6)
        column = chart._slots.index_at(8)
        assert_together(it, it.screen.frame.view.cache.request(column).event)
        assert it.place < 100


async def test_an_issue_moves_all(show, demo):
    async with show(demo) as it:
        await it.press("5", "down")
        issue = it.screen.query_one("#trace-issues").selected
        assert_together(it, issue.raised)
        await it.press("down", "down")
        assert it.screen.query_one("#trace-issues").selected.raised == it.place != issue.raised


async def test_a_focused_pane_follows_keys_that_move_the_cursor(show, demo):
    async with show(demo) as it:
        for pane in "12345":
            await it.press(pane, "home", "e")
            assert_together(it, it.screen.source.trace.session.errors[0])
            await it.press("full_stop")
            assert_together(it, it.place)


def rows_as_of(it, at):
    """How many of the first events stand for themselves."""
    session = it.screen.frame.view.session
    return sum(completed_by(session, event) is None for event in range(at))


async def test_stepping_while_paused_shows_each_event_as_it_came(show, demo, demo_lines):
    async with show(demo) as it:
        it.screen.cursor = Cursor(0, Mode.PAUSED)
        await it.settle()
        for event in range(1, 30):
            await it.press("full_stop")
            assert it.screen.frame.view.at == event + 1
            assert it.screen.query_one("#trace-timeline-list").row_count() == rows_as_of(it, event + 1)
        assert_together(it, 29)
        for event in range(28, 20, -1):
            await it.press("comma")
            assert it.screen.query_one("#trace-timeline-list").row_count() == rows_as_of(it, event + 1)


async def test_a_paused_dashboard_does_not_move_while_the_trace_grows(show, small, line):
    async with show(small) as it:
        it.screen.move_cursor(10)
        await it.press("space")
        before = [it.crop(f"#trace-{pane}") for pane in PANES]
        with small.open("ab") as file:
            file.write(line("error", message="later") * 3)
        await it.until(lambda: "+3 new" in it.crop("#trace-transport"))
        assert [it.crop(f"#trace-{pane}") for pane in PANES] == before
