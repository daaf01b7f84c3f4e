"""What a query found is kept up with the trace, whichever thread looks, and whenever it is stopped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tracetop.app.dashboard import finding as module
from tracetop.app.dashboard.finding import Finding
from tracetop.app.query.matching import Query
from tracetop.app.trace import Trace, load_trace


@pytest.fixture
def trace(small: Path) -> Trace:
    return load_trace(small)


def test_it_looks_at_all_there_is(trace: Trace) -> None:
    finding = Finding(Query("kind:llm_response"), trace)
    assert (finding.through, finding.behind, finding.is_complete, finding.progress) == (0, 30, False, 0.0)
    finding.look()
    assert (finding.through, finding.behind, finding.is_complete, finding.progress) == (30, 0, True, 1.0)
    assert list(finding.events) == list(range(3, 30, 3))
    assert [finding.count(at) for at in (0, 3, 4, 30)] == [0, 0, 1, 9]


def test_an_empty_trace_is_looked_through() -> None:
    finding = Finding(Query("x"), Trace("t", lambda position: b"", str))
    assert finding.progress == 1.0
    finding.look()
    assert finding.is_complete


@pytest.mark.parametrize("stops", range(8))
def test_stopped_anywhere_it_goes_on_there(trace: Trace, stops: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FIRST_STRETCH", 7)
    finding, asked = Finding(Query("echo kind:tool"), trace), []

    def stopped() -> bool:
        asked.append(1)
        return len(asked) > stops

    finding.look(stopped=stopped)
    assert not finding.is_complete or stops >= 8
    finding.look()
    assert finding.is_complete
    assert list(finding.events) == list(Query("echo kind:tool").find(trace, 0, 30))


def test_growth_is_looked_at_next(trace: Trace, small: Path, line: Callable[..., bytes]) -> None:
    finding = Finding(Query("kind:checkpoint"), trace)
    finding.look()
    trace.session.apply_events([trace.event(0).__class__("checkpoint", 1e9, "s")])
    assert finding.behind == 1
    assert finding.is_complete
    finding.look()
    assert list(finding.events) == [30]


def test_it_is_void_for_a_trace_that_started_over(trace: Trace, small: Path) -> None:
    finding = Finding(Query("kind:tool"), trace)
    assert finding.is_of(trace)
    assert not finding.is_of(load_trace(small))
    trace.session = load_trace(small).session
    assert not finding.is_of(trace)
    finding.look()
    assert not finding.events
    assert not finding.is_complete
