"""Headless pictures of the dashboard."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tracetop.app.offscreen.shot import take_shot
from tracetop.app.panes.names import PANES
from tracetop.app.trace import UnreadableTraceError


def text_of(svg: Path) -> str:
    """The words of a picture, its non-breaking spaces made plain."""
    root = ElementTree.fromstring(svg.read_text(encoding="utf-8"))
    return " ".join("".join(element.itertext()) for element in root.iter() if element.tag.endswith("text")).replace(
        "\u00a0", " "
    )


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
def test_is_valid_xml_with_the_session_in_it(demo: Path, tmp_path: Path, size: tuple[int, int]) -> None:
    out = tmp_path / "shot.svg"
    take_shot(demo, out, size)
    text = text_of(out)
    assert "ENDED" in text
    assert "Refactor the sess" in text
    assert "timeline" in text


@pytest.mark.parametrize("pane", PANES)
def test_zooms_each_pane(demo: Path, tmp_path: Path, pane: str) -> None:
    out = tmp_path / "shot.svg"
    take_shot(demo, out, (120, 36), pane=pane)
    titles = re.findall(r"([1-5]) (timeline|iteration tree|token flow|cache boundary|issues) +─", text_of(out))
    assert [int(number) for number, _ in titles] == [PANES.index(pane) + 1]


def test_shows_the_session_as_of_an_event(demo: Path, tmp_path: Path) -> None:
    out = tmp_path / "shot.svg"
    take_shot(demo, out, (160, 48), at=60)
    text = text_of(out)
    assert "PAUSED" in text
    assert "60 of 162" in text
    assert "session ends" not in text


def test_two_of_the_same_are_equal_to_the_byte(demo: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.svg", tmp_path / "second.svg"
    take_shot(demo, first, (120, 36))
    take_shot(demo, second, (120, 36))
    assert first.read_bytes() == second.read_bytes()


def test_no_text_begins_with_a_space_that_a_viewer_could_drop(demo: Path, tmp_path: Path) -> None:
    out = tmp_path / "shot.svg"
    take_shot(demo, out, (120, 36))
    assert not re.search(r"<text[^>]*>&#160;+[^<&]", out.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("wish", "message"),
    [({"pane": "nonsense"}, "no pane"), ({"at": 163}, "162 events"), ({"at": 0}, "162"), ({"theme": "x"}, "no theme")],
)
def test_a_wish_that_cannot_be_met_is_refused(
    demo: Path, tmp_path: Path, wish: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        take_shot(demo, tmp_path / "shot.svg", **wish)  # type: ignore[arg-type]
    assert not (tmp_path / "shot.svg").exists()


def test_a_trace_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text("hello\n")
    with pytest.raises(UnreadableTraceError, match="not a trace"):
        take_shot(tmp_path / "x.jsonl", tmp_path / "shot.svg")
