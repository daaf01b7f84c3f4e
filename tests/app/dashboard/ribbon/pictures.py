"""Sessions of a few events, and the pictures that the ribbon draws of them."""

from __future__ import annotations

import itertools

from tracetop.analysis.fold.session import Session
from tracetop.analysis.phases import PhaseIndex
from tracetop.app.dashboard.ribbon.cells import Axis, draw
from tracetop.app.dashboard.ribbon.marks import IssueMarks
from tracetop.collector.events import TraceEvent

_ARGS = itertools.count()


def event(kind, iteration=1, **data):
    return TraceEvent(kind=kind, timestamp=1.0, session_id="s", iteration=iteration, data=data)


def tools(name, count, iteration=1):
    return [event("tool_end", iteration, tool_name=name, args=next(_ARGS)) for _ in range(count)]


def session_of(events):
    session = Session()
    session.apply_events(events)
    return session


def picture(session, width, at=None, total=None):
    view = session.view(at)
    phases, issues = PhaseIndex(session), IssueMarks(session)
    assert phases.extend()
    assert issues.extend()
    return draw(view, phases, issues, Axis(total or view.at, width))
