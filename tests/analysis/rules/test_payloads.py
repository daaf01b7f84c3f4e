"""Payloads for a rule that may want many."""

from __future__ import annotations

from typing import Any

from tracetop.analysis.rules.payloads import Payloads


def test_payloads_are_read_as_long_as_there_are_few(trace: Any) -> None:
    trace.add("budget_check")
    payloads = Payloads(lambda number: trace.events[0])
    assert [payloads.read(0) is not None for _ in range(300)].count(True) == 257
    assert payloads.read(250) is not None
    assert payloads.read(250) is None
    assert Payloads(None).read(0) is None
