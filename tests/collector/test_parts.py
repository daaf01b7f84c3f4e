"""The names of a trace's parts: made, read, and found on the disk."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracetop.collector.parts import (
    LAST_PART,
    existing_part,
    next_part,
    part_number,
    part_path,
    parts_from,
    places_after,
)

NAMES = (
    st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=20)
    | st.from_regex(r"[a.~]{0,4}~[0-9]{1,8}", fullmatch=True)
).map(lambda stem: f"{stem}.jsonl")
NUMBERS = st.integers(min_value=2, max_value=LAST_PART)


def touched(folder: Path, *names: str) -> list[Path]:
    paths = [folder / name for name in names]
    for path in paths:
        path.touch()
    return paths


def test_parts_count_from_the_plain_name() -> None:
    path = Path("traces/session-x.jsonl")
    assert part_number(path) == 1
    assert next_part(path) == Path("traces/session-x~002.jsonl")
    assert next_part(next_part(path)) == Path("traces/session-x~003.jsonl")
    assert part_path(Path("session-x~041.jsonl"), 1) == Path("session-x.jsonl")
    assert next_part(Path("session-x~999.jsonl")) == Path("session-x~1000.jsonl")
    assert part_number(Path("session-x~1000.jsonl")) == 1000
    assert next_part(Path("trace")) == Path("trace~002")


NO_PARTS = ["x~1", "x~02", "x~000", "x~001", "x~0002", "x~1000000", "x~٠٠٢", "x~002b", "x~b6e1d0", "x002", "~002"]


@pytest.mark.parametrize("stem", NO_PARTS)
def test_only_a_number_as_it_is_written_makes_a_part(stem: str) -> None:
    path = Path(f"{stem}.jsonl")
    assert part_number(path) == 1
    assert part_path(path, 1) == path
    assert next_part(path) == Path(f"{stem}~002.jsonl")


@given(NAMES, NUMBERS)
def test_a_part_leads_back_to_its_trace(name: str, number: int) -> None:
    path = Path("folder", name)
    part = part_path(path, number)
    assert part_number(part) == number
    assert part_path(part, 1) == part_path(path, 1)
    assert part_path(part, part_number(path)) == path
    assert part.parent == path.parent


@given(NAMES, NAMES, NUMBERS)
def test_parts_of_two_traces_never_share_a_name(one: str, other: str, number: int) -> None:
    if part_path(Path(one), 1) != part_path(Path(other), 1):
        assert part_path(Path(one), number) != part_path(Path(other), number)


def test_parts_are_joined_up_to_the_first_gap(tmp_path: Path) -> None:
    paths = touched(tmp_path, "x.jsonl", "x~002.jsonl", "x~003.jsonl", "x~005.jsonl", "x~006.jsonl", "x~0004.jsonl")
    assert parts_from(paths[0]) == paths[:3]
    assert parts_from(paths[1]) == paths[1:3]
    assert parts_from(paths[3]) == paths[3:5]
    assert parts_from(tmp_path / "y.jsonl") == [tmp_path / "y.jsonl"]
    paths[0].unlink()
    assert parts_from(paths[0]) == paths[:3]


def test_there_is_nothing_after_the_last_part(tmp_path: Path) -> None:
    last, beyond = touched(tmp_path, f"x~{LAST_PART}.jsonl", f"x~{LAST_PART + 1}.jsonl")
    assert parts_from(last) == [last]
    assert places_after(last) == ()
    assert part_number(beyond) == 1


def test_folders_and_pipes_are_no_parts(tmp_path: Path) -> None:
    [path] = touched(tmp_path, "x.jsonl")
    next_part(path).mkdir()
    assert parts_from(path) == [path]
    next_part(path).rmdir()
    os.mkfifo(next_part(path))
    assert parts_from(path) == [path]
    next_part(path).unlink()
    next_part(path).symlink_to("nowhere")
    assert parts_from(path) == [path]


def test_a_part_that_cannot_be_looked_at_is_not_passed_over(tmp_path: Path) -> None:
    [path] = touched(tmp_path, "x.jsonl")
    next_part(path).symlink_to(next_part(path).name)  # a link to itself
    assert parts_from(path) == [path, next_part(path)]


@pytest.mark.parametrize("name", ["x" * 255, "x" * 249 + ".jsonl", "nul\0.jsonl", "", ".", "..", "/", "~", ".jsonl"])
def test_any_name_may_be_asked_for(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert parts_from(path) == [path]
    assert existing_part(places_after(Path(name))) is None


def test_a_link_leads_on_to_the_parts_beside_its_target(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    paths = touched(tmp_path / "deep", "x.jsonl", "x~002.jsonl", "x~003.jsonl")
    link = tmp_path / "latest.jsonl"
    link.symlink_to(paths[0])
    assert parts_from(link) == [link, *paths[1:]]
    link.unlink()
    link.symlink_to(paths[1])
    assert parts_from(link) == [link, paths[2]]


def test_parts_that_are_links_one_by_one_are_joined(tmp_path: Path) -> None:
    stored = touched(tmp_path, "b1", "b2", "b3")
    links = [tmp_path / name for name in ("x.jsonl", "x~002.jsonl", "x~003.jsonl")]
    for link, target in zip(links, stored, strict=True):
        link.symlink_to(target)
    assert parts_from(links[0]) == links


def test_links_that_lead_back_end(tmp_path: Path) -> None:
    [path] = touched(tmp_path, "x.jsonl")
    for number in (2, 3):
        part_path(path, number).symlink_to("x.jsonl")
    (tmp_path / "y.jsonl").symlink_to("x~003.jsonl")
    assert len(parts_from(path)) == 3
    assert len(parts_from(tmp_path / "y.jsonl")) == 3
