"""Where the rollouts of sub-agents are found."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from tracetop.collector.formats.codex.companions import companions
from tracetop.collector.reading.open_tail import open_tail

from .reading import Read
from .rollouts import THREAD, meta, spawned, write


def test_sub_agents_are_found_on_later_days_and_where_they_were_put_away(tmp_path: Path) -> None:
    path = spawned(tmp_path)
    plain = Read(open_tail(path))
    child, grandchild = companions(path)
    days, archive = tmp_path / "sessions" / "2026" / "01", tmp_path / "archived_sessions"
    for folder in (days / "04", days / "09", archive):
        folder.mkdir(parents=True)
    kept = path.rename(days / "04" / path.name)
    child = child.rename(days / "09" / child.name.replace("01-04", "01-09"))
    grandchild = grandchild.rename(archive / grandchild.name.replace("01-04", "01-10"))
    write(archive / "rollout-2026-01-11T12-00-00-d.jsonl", meta(0, "d", parent_thread_id=THREAD))
    ended = datetime(2026, 1, 9, 12).timestamp()
    os.utime(kept, (ended, ended))
    assert set(companions(kept)) == {child, grandchild}
    assert Read(open_tail(kept)).session.view().tokens == plain.session.view().tokens
    away = kept.rename(archive / kept.name)
    assert set(companions(away)) >= {child, grandchild}
