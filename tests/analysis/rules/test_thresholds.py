"""Thresholds that the user sets."""

from __future__ import annotations

from typing import Any

from tracetop.analysis.rules.thresholds import Tuning

from .calls import turns
from .found import findings


def test_a_threshold_of_the_user_holds_and_is_told(trace: Any) -> None:
    turns("make a", "make b", rounds=3)(trace)
    tuning = Tuning({"cycle.rounds": 4})
    assert not findings(trace, tuning)
    turns("make a", "make b", rounds=1)(trace)
    turns("make a", "make b", rounds=4)(trace)
    (finding,) = [finding for finding in findings(trace, tuning) if finding.category == "cycle"]
    assert finding.thresholds == ("4 rounds of the same 2 to 4 calls (yours; default 3)",)
