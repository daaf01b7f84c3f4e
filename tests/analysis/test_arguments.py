"""What a tool was asked to do, in a few words."""

from __future__ import annotations

from typing import Any

import pytest
from tracetop.analysis.arguments import preview, preview_json


@pytest.mark.parametrize(
    ("args", "shown"),
    [
        (None, ""),
        ({}, ""),
        ("text", "text"),
        (5, "5"),
        ([1, 2], "[1,2]"),
        ({"command": "pytest -q"}, "pytest -q"),
        ({"limit": 900, "path": "a.py"}, "a.py limit=900"),
        ({"only": True}, "True"),
        ({"a": False, "b": 1}, "a=False b=1"),
        ({"file_path": "a.py", "old_string": "x", "new_string": "y", "replace_all": False}, "a.py"),
        ({"file_path": "a.py", "old_string": "x", "new_string": "y", "replace_all": True}, "a.py replace_all=True"),
        ({"command": "ls", "description": "List all files", "timeout": 9}, "ls timeout=9"),
        ({"a": 1, "b": None}, "a=1 b=None"),
    ],
)
def test_the_argument_that_tells_most_comes_first(args: Any, shown: str) -> None:
    assert preview(args) == shown


def test_a_preview_is_never_longer_than_its_limit() -> None:
    assert preview({"path": "x" * 500, "more": "y" * 500}, 50) == "x" * 49 + "…"
    assert len(preview({f"k{number}": "y" * 50 for number in range(50)}, 100)) == 100


def test_raw_json_is_read_or_shown_as_it_is() -> None:
    assert preview_json(b'{"path": "a.py"}') == "a.py"
    assert preview_json(b'{"path": "a\xff') == '{"path": "a\N{REPLACEMENT CHARACTER}'
