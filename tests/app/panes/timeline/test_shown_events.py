"""Row and event of the timeline find each other, with and without a filter, as of any event."""

from __future__ import annotations

import random

import pytest
from tracetop.analysis.fold.joins import completed_by
from tracetop.analysis.fold.session import Session
from tracetop.app.panes.timeline import shown_events
from tracetop.app.panes.timeline.shown_events import ShownEvents
from tracetop.collector.events import TraceEvent

KINDS = ("tool_start", "tool_end", "tool_error", "llm_request", "llm_response", "iteration_start", "iteration_end")


@pytest.fixture(params=range(4))
def session(request):
    chance, session = random.Random(request.param), Session()
    session.apply_events(
        TraceEvent(
            kind=chance.choice([*KINDS, "custom"]),
            timestamp=1_780_000_000.0 + number,
            session_id="s",
            event_id=f"e{number}",
            data={"tool_name": chance.choice("ab"), "agent_id": chance.choice(["", "x"])},
            parent_event_id=f"e{chance.randrange(number)}" if number and chance.random() < 0.5 else None,
        )
        for number in range(1500)
    )
    return session


@pytest.fixture
def shown(session):
    shown = ShownEvents()
    shown.session, shown.at = session, session.count
    return shown


def moments(session):
    return [0, 1, 2, session.count, *random.Random(3).sample(range(session.count), 25)]


def assert_found(shown, expected):
    """The rows of `shown` are those of these events."""
    assert shown.count == len(expected)
    assert [shown.event_of(row) for row in range(shown.count)] == expected
    assert [shown.row_of(event) for event in expected] == list(range(len(expected)))


def test_without_a_filter_what_stands_for_itself_has_a_row(shown, session):
    for at in moments(session):
        shown.at = at
        assert_found(shown, [event for event in range(at) if completed_by(session, event) is None])


def test_every_event_has_a_row_if_wanted(shown, session):
    shown.every = True
    for at in moments(session):
        shown.at = at
        assert_found(shown, list(range(at)))


def test_what_completes_another_is_found_in_its_row(shown, session):
    for event in range(session.count):
        completed = completed_by(session, event)
        if completed is not None:
            assert shown.event_of(shown.row_of(event)) == completed


@pytest.mark.parametrize("share", [0.02, 0.5, 1.0])
def test_a_filter_hides_only_what_completes_a_match(shown, session, share):
    chance = random.Random(5)
    matches = [event for event in range(session.count) if chance.random() < share]
    shown.filter(matches)
    while shown.catch_up():
        pass
    for at in moments(session):
        shown.at = at
        known = {event for event in matches if event < at}
        assert_found(shown, [event for event in matches if event < at and completed_by(session, event) not in known])
        assert shown.matching == len(known)
    shown.every = True
    assert_found(shown, [event for event in matches if event < shown.at])


def test_an_event_without_a_row_leads_to_the_last_one_before_it(shown, session):
    lonely = [event for event in range(100, 900) if completed_by(session, event) is None][::40]
    shown.filter(lonely)
    shown.catch_up()
    assert shown.row_of(0) == -1
    assert shown.event_of(shown.row_of(lonely[3])) == lonely[3]
    between = next(e for e in range(lonely[3] + 1, lonely[4]) if completed_by(session, e) not in lonely)
    assert shown.event_of(shown.row_of(between)) == lonely[3]


def test_an_end_that_matches_alone_keeps_its_row(shown, session):
    ends = [event for event in range(session.count) if session.kinds[session.events.kind[event]] == "tool_error"]
    shown.filter(ends)
    shown.catch_up()
    assert any(completed_by(session, event) is not None for event in ends)
    assert_found(shown, ends)


def test_matches_that_come_later_join_those_before_them(shown, session, monkeypatch):
    monkeypatch.setattr(shown_events, "_MATCHES_AT_A_TIME", 7)
    shown.filter([])
    for first in range(0, session.count, 100):
        shown.extend_filter(range(first, first + 100))
        while shown.catch_up():
            pass
    assert_found(shown, [event for event in range(session.count) if completed_by(session, event) is None])


def test_matches_in_events_not_read_yet_wait_for_them(session):
    shown = ShownEvents()
    shown.filter([0, 3, 5])
    assert not shown.catch_up()
    assert shown.count == 0
    shown.session, shown.at = session, session.count
    shown.catch_up()
    assert shown.matching == 3
    assert shown.count == 3 - sum(completed_by(session, event) in (0, 3) for event in (3, 5))


def test_rows_beyond_the_last_one(shown, session):
    standing = [event for event in range(session.count) if completed_by(session, event) is None]
    shown.at = standing[40] + 1
    assert shown.beyond(0) is None
    assert shown.beyond(1) == standing[41]
    assert shown.beyond(5) == standing[45]
    assert shown.beyond(10_000) == session.count - 1
    shown.every = True
    assert shown.beyond(2) == standing[40] + 2
    shown.filter(standing[:50])
    assert shown.beyond(3) == standing[43]
    assert shown.beyond(100) == standing[49]
    shown.filter([])
    assert shown.beyond(1) is None
