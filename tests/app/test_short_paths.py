"""Paths give way to what stands beside them, and keep their names."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracetop.app.safe_text import one_line, width_of
from tracetop.app.short_paths import cells_to_first_name, from_home, shorten_paths


@pytest.mark.parametrize(
    ("text", "cells", "shown"),
    [
        ("Edit src/app/session.py", 23, "Edit src/app/session.py"),
        ("Edit src/app/session.py", 22, "Edit …/app/session.py"),
        ("Edit src/app/session.py", 17, "Edit …/session.py"),
        ("Edit src/app/session.py", 9, "Edit src/app/session.py"),
        ("Edit src/app/session.py limit=9", 24, "Edit src/app/session.py limit=9"),
        ("Edit src/app/session.py limit=9", 22, "Edit …/app/session.py limit=9"),
        ("Edit …/app/panes/tree.py · +1 −0", 26, "Edit …/tree.py · +1 −0"),
        ("cd /home/me/work/project && ls a/b", 28, "cd …/work/project && ls a/b"),
        ("cd /home/me/work/project && ls a/b", 20, "cd …/work/project && ls a/b"),
        ("see https://example.org/a/b/c", 10, "see https://example.org/a/b/c"),
        ("1/2 of it", 3, "1/2 of it"),
        ("nothing here is a path", 3, "nothing here is a path"),
    ],
)
def test_paths_lose_their_folders_first(text: str, cells: int, shown: str) -> None:
    assert shorten_paths(text, cells) == shown


@given(st.text("ab/. …~:", max_size=60).map(one_line), st.integers(0, 60))
def test_a_text_never_grows_and_what_fits_stays(text: str, cells: int) -> None:
    short = shorten_paths(text, cells)
    assert width_of(short) <= width_of(text)
    assert short == text or width_of(text) > cells


@pytest.mark.parametrize(("text", "cells"), [("Edit src/app/session.py old=x", 18), ("ls", 0), ("", 0)])
def test_the_cells_that_a_name_needs(text: str, cells: int) -> None:
    assert cells_to_first_name(text) == cells
    assert "/session.py" in shorten_paths(text, cells)[:cells] if cells else True


def test_what_is_at_home_is_told_from_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert from_home(Path("/home/me/src/x")) == "~/src/x"
    assert from_home(Path("/srv/x")) == "/srv/x"
