"""The marks of the ribbon: errors, compactions, issues and bookmarks, and which show where there are many."""

from __future__ import annotations

from tracetop.analysis.phases import PhaseIndex
from tracetop.app.dashboard.ribbon.cells import Axis, draw
from tracetop.app.dashboard.ribbon.marks import IssueMarks
from tracetop.collector.events import TraceEvent

from .pictures import event, picture, session_of, tools


def marks(session, width, at=None):
    """Where the marks are, and how they look."""
    cells = picture(session, width, at).cells
    return {cell: look for cell, look in enumerate(cells) if look[0] in "✗○▼!"}


def standing(session):
    return {episode.category for episode in session.view().episodes()}


def test_marks_stand_where_things_happened():
    events = tools("bash", 20)
    events[3], events[12] = event("error"), event("compaction_start")
    assert marks(session_of(events), 20) == {3: ("✗", "error"), 12: ("▼", "compaction")}


def responses(*reads):
    return [event("llm_response", input_tokens=9000 - read, cache_read_tokens=read, output_tokens=9) for read in reads]


def test_issues_are_marked_by_severity_and_cache_breaks_as_such():
    events = [*responses(8900, 8900, 100), *tools("bash", 3)]
    events += [event("llm_response", input_tokens=9, output_tokens=0), event("context_overflow")]
    session = session_of(events)
    assert standing(session) == {"cache_drop", "empty_response", "context_overflow"}
    assert marks(session, 8) == {2: ("○", "cache_break"), 6: ("!", "high"), 7: ("!", "critical")}


def test_of_several_marks_in_a_cell_the_worst_shows():
    error, compaction, overflow = event("error"), event("compaction_start"), event("context_overflow")
    empty = event("llm_response", input_tokens=9, output_tokens=0)
    worse = [[compaction], responses(8900, 3900), [error], [empty], [overflow]]
    glyphs = [("▼", "compaction"), ("○", "cache_break"), ("✗", "error"), ("!", "high"), ("!", "critical")]
    for count in range(1, len(worse) + 1):
        for events in (worse[:count], worse[:count][::-1]):
            together = [each for some in events for each in some]
            assert marks(session_of(together), 1) == {0: glyphs[count - 1]}


def test_an_issue_of_low_severity_is_the_last_to_show():
    slow = TraceEvent("tool_end", 1.0, "s", iteration=1, data={"tool_name": "bash"}, duration_ms=60_000.0)
    assert marks(session_of([slow]), 1) == {0: ("!", "low")}
    assert marks(session_of([event("compaction_start"), slow]), 1) == {0: ("▼", "compaction")}


def test_an_issue_that_was_withdrawn_is_marked_only_before():
    failing = [event("tool_error", tool_name="bash", args=number) for number in range(3)]
    session = session_of([*failing, *tools("bash", 30)])
    raised = next(each for each in session.issues.episodes if each.category == "tool_error_rate")
    assert raised.withdrawn < session.count
    assert ("!", "high") in marks(session, 33, at=raised.withdrawn).values()
    assert set(marks(session, 33).values()) == {("✗", "error")}


def test_where_nearly_every_cell_has_marks_those_show_that_have_most():
    events = []
    for cell in range(30):
        block = tools("bash", 10)
        block[: 1 + (cell % 5 == 0)] = [event("error")] * (1 + (cell % 5 == 0))
        events += block
    crowded = marks(session_of(events), 30)
    assert len(crowded) == 10
    assert {0, 5, 10, 15, 20, 25} <= set(crowded)
    assert len(marks(session_of(events), 300)) == 36  # few events to a cell: nothing is left out


def test_a_critical_issue_always_shows():
    events = []
    for cell in range(30):
        block = tools("bash", 10)
        block[0] = event("context_overflow", agent_id=f"a{cell}") if cell % 2 else event("error")
        events += block
    drawn = marks(session_of(events), 30)
    assert drawn == dict.fromkeys(range(1, 30, 2), ("!", "critical"))


def test_the_index_of_issues_grows_by_bounded_pieces():
    session = session_of(
        [event("llm_response", number, input_tokens=1, output_tokens=number % 2) for number in range(40)]
    )
    issues = IssueMarks(session)
    assert not issues.extend(3)
    assert len(issues) == 3
    while not issues.extend(3):
        pass
    assert len(issues) == len(session.issues.episodes) > 3


# -- bookmarks


def bookmarked(session, width, bookmarks, at=None, total=None):
    """Where bookmarks are drawn, and the events that these cells stand for."""
    view, phases, issues = session.view(at), PhaseIndex(session), IssueMarks(session)
    assert phases.extend()
    assert issues.extend()
    drawn = draw(view, phases, issues, Axis(total or view.at, width), bookmarks)
    return {cell: drawn.events[cell] for cell, look in enumerate(drawn.cells) if look == ("⚑", "bookmark")}


def test_a_bookmark_is_drawn_in_its_cell():
    session = session_of(tools("bash", 40))
    assert bookmarked(session, 20, (7, 30, 31)) == {3: 7, 15: 30}
    assert bookmarked(session, 80, (7,)) == {15: 7}
    assert bookmarked(session, 20, ()) == {}


def test_a_bookmark_is_drawn_where_the_view_has_not_come_yet():
    session = session_of(tools("bash", 40))
    assert bookmarked(session, 20, (7, 30), at=10, total=40) == {3: 7, 15: 30}


def test_what_went_wrong_is_drawn_before_a_bookmark_and_a_bookmark_before_the_rest():
    session = session_of([event("error"), event("compaction_end"), event("context_overflow"), *tools("bash", 1)])
    assert list(bookmarked(session, 4, (0, 1, 2, 3))) == [1, 3]


def test_bookmarks_show_however_crowded_it_is():
    events = [event("compaction_end") for _ in range(400)]
    assert len(bookmarked(session_of(events), 20, range(5, 400, 20))) == 20
