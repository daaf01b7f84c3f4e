"""A trace in parts, and one that is followed to its end."""

from pathlib import Path

import pytest

from ..event_lines import lines
from .reading import Follower
from .recorded import Recorded


@pytest.fixture
def trace(tmp_path: Path) -> Recorded:
    return Recorded(tmp_path)


@pytest.fixture
def followed(trace: Recorded) -> Follower:
    """Three parts, followed to their end."""
    trace.write(lines(1, 2, 3), lines(4, 5), lines(6))
    follower = Follower(trace.first)
    assert follower.poll() == [1, 2, 3, 4, 5, 6]
    return follower
