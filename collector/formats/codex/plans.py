"""A thread's plan: what an `update_plan` changes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .rollout import text

_MOST_STEPS = 200
_KINDS = {"in_progress": "plan_step_start", "completed": "plan_step_complete"}


@dataclass(slots=True)
class Plan:
    """The steps as they were told last, with the status of each."""

    _steps: dict[str, str] = field(default_factory=dict)

    def update(self, args: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        """The kinds and payloads of what is new in a plan."""
        told = args.get("plan")
        if not isinstance(told, list):
            return []
        steps = {text(step, "step"): text(step, "status") for step in told[:_MOST_STEPS] if isinstance(step, dict)}
        before, self._steps = self._steps, steps
        news: list[tuple[str, dict[str, Any]]] = []
        if steps and steps.keys() != before.keys():
            news.append(("plan_created", {"steps": list(steps), "goal": text(args, "explanation")}))
        for number, (step, status) in enumerate(steps.items(), 1):
            kind = _KINDS.get(status)
            if kind is not None and before.get(step) != status:
                news.append((kind, {"step": step, "index": number}))
        return news
