"""What may not be read, or is no trace, is told."""

import os
import stat
from pathlib import Path

import pytest
from tracetop.collector.reading.delivery import TailState

from ..event_lines import lines
from .follower import Follower


def test_what_may_not_be_read_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.parent.mkdir()
    path.write_bytes(lines(1))
    follower = Follower(path)

    def denied(*_: object) -> int:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", denied)
        assert follower.poll() == []
    assert follower.tail.state is TailState.UNREADABLE
    assert follower.tail.reason == "Permission denied"
    assert follower.poll() == [1]
    assert follower.tail.state is TailState.FOLLOWING
    assert follower.tail.reason == ""


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_file_modes_are_obeyed(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(lines(1))
    path.chmod(0)
    follower = Follower(path)
    assert follower.poll() == []
    assert follower.tail.state is TailState.UNREADABLE
    path.chmod(stat.S_IRUSR)
    assert follower.poll() == [1]


def test_folders_and_pipes_are_not_traces(tmp_path: Path) -> None:
    folder = Follower(tmp_path)
    assert folder.poll() == []
    assert (folder.tail.state, folder.tail.reason) == (TailState.UNREADABLE, "is a folder")
    os.mkfifo(tmp_path / "pipe")
    pipe = Follower(tmp_path / "pipe")
    assert pipe.poll() == []
    assert (pipe.tail.state, pipe.tail.reason) == (TailState.UNREADABLE, "is not a regular file")
