"""Files that are read again after a compaction, and the changes that are a reason to."""

from __future__ import annotations

from typing import Any

import pytest

from .found import titles


def read(trace: Any, *paths: str) -> None:
    for path in paths:
        trace.tool(1, "read_file", args={"path": path})


@pytest.mark.parametrize("path", ["c.py", "./c.py", "/work/c.py", "../work/c.py"])
@pytest.mark.parametrize("how", ["file_change", "edit_file", "file_change of another agent"])
def test_a_file_that_was_changed_is_read_again_with_reason(trace: Any, path: str, how: str) -> None:
    read(trace, "a.py", "b.py", "c.py")
    trace.add("compaction_end", 1)
    if how == "edit_file":
        trace.tool(1, "edit_file", args={"path": path})
    else:
        trace.add("file_change", 1, path=path, agent=None if how == "file_change" else "other")
    read(trace, "a.py", "b.py", "c.py")
    assert not titles(trace, "amnesia")


@pytest.mark.parametrize("path", ["d.py", "/work/cc.py", "other/c.py/d.py"])
def test_the_change_of_another_file_is_no_reason(trace: Any, path: str) -> None:
    read(trace, "a.py", "b.py", "src/c.py")
    trace.add("compaction_end", 1)
    trace.add("file_change", 1, path=path)
    read(trace, "a.py", "b.py", "src/c.py")
    assert titles(trace, "amnesia") == ["3 files read again after a compaction: src/c.py"]


def test_a_change_told_from_a_folder_beside_is_of_the_same_file(trace: Any) -> None:
    read(trace, "a.py", "b.py", "/work/src/c.py")
    trace.add("compaction_end", 1)
    trace.add("file_change", 1, path="../src/c.py")
    read(trace, "a.py", "b.py", "/work/src/c.py")
    assert not titles(trace, "amnesia")


def test_a_change_that_was_read_since_is_no_reason_either(trace: Any) -> None:
    read(trace, "a.py", "b.py", "c.py")
    trace.add("file_change", 1, path="c.py")
    read(trace, "c.py")
    trace.add("compaction_end", 1)
    read(trace, "a.py", "b.py", "c.py")
    assert len(titles(trace, "amnesia")) == 1


def test_a_change_that_does_not_tell_its_file_may_be_of_any(trace: Any) -> None:
    read(trace, "a.py", "b.py", "c.py")
    trace.add("compaction_end", 1)
    trace.add("file_change", 1)
    read(trace, "a.py", "b.py", "c.py")
    assert not titles(trace, "amnesia")


def test_a_call_while_the_context_is_compacted_does_not_hide_what_was_read_before(trace: Any) -> None:
    read(trace, "a.py", "b.py", "c.py")
    trace.add("compaction_start", 1)
    read(trace, "z.py")
    trace.add("compaction_end", 1)
    read(trace, "a.py", "b.py", "c.py")
    assert len(titles(trace, "amnesia")) == 1


def test_more_changes_than_are_worth_reading_are_of_any_file(trace: Any) -> None:
    read(trace, "a.py", "b.py", "c.py")
    trace.add("compaction_end", 1)
    for _ in range(300):
        trace.add("file_change", 1, path="other.py")
    read(trace, "a.py", "b.py", "c.py")
    assert not titles(trace, "amnesia")
