"""A file in a folder that is not there yet, and one that is followed."""

from pathlib import Path

import pytest

from ..event_lines import lines
from .follower import Follower


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "trace.jsonl"


@pytest.fixture
def followed(path: Path) -> Follower:
    path.parent.mkdir()
    path.write_bytes(lines(1, 2))
    follower = Follower(path)
    assert follower.poll() == [1, 2]
    return follower
