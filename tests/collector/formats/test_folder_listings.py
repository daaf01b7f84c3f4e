"""Folders of logs: read again when something came or went, remembered only once their time tells the next change."""

from __future__ import annotations

import os
from pathlib import Path

from tracetop.collector.formats.folder_listings import FolderListings

LONG_AGO_NS = 1_000_000_000_000_000_000


def listings(most: int = 10) -> FolderListings[list[str]]:
    return FolderListings(lambda name: name.endswith(".jsonl"), list, most)


def put(folder: Path, *names: str, changed_ns: int = LONG_AGO_NS) -> None:
    """Files into a folder, which was last changed at a time."""
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).touch()
    os.utime(folder, ns=(changed_ns, changed_ns))


def test_has_the_names_that_are_wanted_in_order(tmp_path: Path) -> None:
    put(tmp_path, "b.jsonl", "notes.txt", "a.jsonl")
    assert listings().of(tmp_path) == ["a.jsonl", "b.jsonl"]


def test_a_folder_that_was_not_changed_gives_the_same_object(tmp_path: Path) -> None:
    put(tmp_path, "a.jsonl")
    known = listings()
    assert known.of(tmp_path) is known.of(tmp_path)


def test_what_came_and_went_shows(tmp_path: Path) -> None:
    put(tmp_path, "a.jsonl")
    known = listings()
    known.of(tmp_path)
    (tmp_path / "a.jsonl").unlink()
    put(tmp_path, "b.jsonl", changed_ns=LONG_AGO_NS + 1)
    assert known.of(tmp_path) == ["b.jsonl"]


def test_what_was_listed_while_it_changed_is_not_believed_later(tmp_path: Path) -> None:
    """Two changes within what a file system takes for one time: the second shows though the time is the same."""
    ahead = 1 << 62
    put(tmp_path, "a.jsonl", changed_ns=ahead)
    known = listings()
    assert known.of(tmp_path) == ["a.jsonl"]
    put(tmp_path, "b.jsonl", changed_ns=ahead)
    assert known.of(tmp_path) == ["a.jsonl", "b.jsonl"]


def test_of_too_many_folders_all_are_forgotten(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    put(first, "a.jsonl")
    put(second, "b.jsonl")
    known = listings(most=1)
    kept = known.of(first)
    known.of(second)
    assert known.of(first) is not kept and known.of(first) == kept


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert listings().of(tmp_path / "gone") == []
