"""The list of sessions."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from .conftest import START, event, response, sessions_list


def test_a_session_that_is_too_large_for_the_list_has_unknown_figures_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = json.dumps(event("session_start", data={"goal": "large goal"})) + "\n"
    (tmp_path / "large.jsonl").write_text(start + (json.dumps(response(tokens=5, cost=0.1)) + "\n") * 300)
    monkeypatch.setattr("tracetop.app.reports.sessions._MOST_FOLDED", 1_000)
    lines = list(sessions_list(tmp_path, 80))
    assert lines[1].split()[:6] == ["large", "large", "goal", "–", "–", "–"]
    assert "figures of 1 large session are not known yet" in lines[-1]
    monkeypatch.undo()
    lines = list(sessions_list(tmp_path, 80))
    assert lines[1].split()[4:6] == ["1.50k", "$30.00"]
    assert len(lines) == 2


def test_sessions_come_newest_first_with_their_age(tmp_path: Path) -> None:
    for name, age in (("old", 7200), ("new", 60)):
        path = tmp_path / f"{name}.jsonl"
        lines = (event("session_start", data={"goal": f"{name} goal"}), response(tokens=41_200, cost=0.84))
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        os.utime(path, (START - age, START - age))
    lines = list(sessions_list(tmp_path, 80))
    assert lines[1].split() == ["new", "new", "goal", "–", "41.2k", "$0.84", "1m"]
    assert lines[2].split()[-1] == "2h"


def test_a_long_goal_has_the_room_of_the_model_where_there_is_little(tmp_path: Path) -> None:
    start = event("session_start", data={"goal": "goal " * 20, "model": "claude-sonnet-4"})
    (tmp_path / "long.jsonl").write_text(json.dumps(start) + "\n")
    head, row = sessions_list(tmp_path, 80)
    assert "model" not in head and row.count("goal") > 8
    assert "claude-sonnet-4" in list(sessions_list(tmp_path, 100))[1]
