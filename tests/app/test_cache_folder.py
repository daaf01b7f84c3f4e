"""Where caches are kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from tracetop.app.cache_folder import cache_folder


def test_it_is_where_the_user_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "tracetop"


@pytest.mark.parametrize(("platform", "place"), [("linux", ".cache/tracetop"), ("darwin", "Library/Caches/tracetop")])
@pytest.mark.parametrize("said", ["", "not/absolute"])
def test_else_it_is_where_the_system_has_caches(
    platform: str, place: str, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", said)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", platform)
    assert cache_folder() == tmp_path / place


def test_without_a_home_it_is_where_nothing_can_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("nobody's home")

    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setattr(Path, "home", homeless)
    with pytest.raises(OSError):
        cache_folder().mkdir(parents=True)
