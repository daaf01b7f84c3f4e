"""Reads that are repeated: what a change between them makes of them."""

from __future__ import annotations

from typing import Any

from .calls import edit, read
from .found import findings


def test_another_file_changed_between_leaves_a_read_repeated(trace: Any) -> None:
    for number in range(3):
        read(trace, number, "/repo/a.py")
        trace.add("file_change", number, path="b.py")
    assert [finding.category for finding in findings(trace)] == ["duplicate_read"]


def test_a_path_told_from_another_folder_is_the_same_file(trace: Any) -> None:
    for number in range(4):
        read(trace, number, "/repo/src/a.py")
        edit(trace, number, "src/a.py")
    assert "duplicate_read" not in {finding.category for finding in findings(trace)}
