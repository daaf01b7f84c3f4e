"""What tests of the inspector share: a story, the inspector open on it, and a pager of theirs."""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from .story import Story


@pytest.fixture
def story() -> Story:
    return Story()


@pytest.fixture
def inspect(show: Any, story: Story, tmp_path: Path) -> Callable[..., Any]:
    """Return a context manager that shows the story with the inspector open on an event."""
    from contextlib import asynccontextmanager

    @asynccontextmanager
    async def inspected(event: int, size: tuple[int, int] = (120, 36)) -> Any:
        async with show(story.write(tmp_path), size) as it:
            it.screen.inspect(event)
            await it.settle()
            yield it
            assert it.screen._failure == ""

    return inspected


@pytest.fixture
def pager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make $PAGER a script that keeps what it is given, in `seen` beside it; the terminal is lent to it."""
    script = tmp_path / "my pager.py"
    script.write_text(
        f"#!{sys.executable}\n"
        "import os, sys\nfrom pathlib import Path\n"
        "here = Path(sys.argv[0]).parent\nfile = Path(sys.argv[-1])\n"
        "(here / 'seen').write_bytes(file.read_bytes())\n"
        "(here / 'how').write_text(repr((sys.argv[1:-1], oct(file.stat().st_mode), str(file))))\n"
        "sys.exit(int(os.environ.get('PAGER_CODE', '0')))\n"
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PAGER", f"'{script}' -S")
    yield tmp_path


@pytest.fixture
def lent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the headless app lend its terminal; return what happened to it."""
    happened: list[str] = []

    @contextmanager
    def suspend(self: Any) -> Iterator[None]:
        happened.append("lent")
        yield
        happened.append("back")

    from textual.app import App

    monkeypatch.setattr(App, "suspend", suspend)
    return happened
