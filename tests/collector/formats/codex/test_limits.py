"""The limits of the user's plan as a budget."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .rollouts import context, message, meta, read


def test_limits_are_a_budget_that_is_told_when_it_changes_and_warns_once(tmp_path: Path) -> None:
    def limits(at: float, used: float, **more: Any) -> dict[str, Any]:
        rates = {"primary": {"used_percent": used, "window_minutes": 300}, **more}
        return message(at, "token_count", info=None, rate_limits=rates)

    got = read(
        tmp_path,
        meta(0),
        context(1),
        *(limits(at, used) for at, used in enumerate((10, 10, 81, 85, 85), 2)),
        limits(9, 100.0, rate_limit_reached_type="rate_limit_reached"),
    )
    assert [(event.kind, event.data["usage_fraction"]) for event in got.events if "budget" in event.kind] == [
        ("budget_check", 0.1),
        ("budget_warning", 0.81),
        ("budget_check", 0.85),
        ("budget_exhausted", 1.0),
    ]
    assert "5-hour limit" in got.of("budget_check")[0].data["message"]
