"""Names as small numbers, never more than fit."""

from __future__ import annotations

from tracetop.analysis.fold.names import Names


def test_a_name_keeps_its_number() -> None:
    names = Names(10, "(others)")
    assert [names.number(name) for name in ("", "a", "b", "a")] == [0, 1, 2, 1]
    assert [names.name(number) for number in (0, 1, 2)] == ["", "a", "b"]


def test_names_beyond_the_capacity_share_the_last_number() -> None:
    names = Names(4, "(others)")
    assert [names.number(name) for name in "abcdea"] == [1, 2, 3, 3, 3, 1]
    assert (names.name(3), len(names)) == ("(others)", 4)


def test_looking_for_a_name_makes_none() -> None:
    names = Names(4, "(others)")
    assert names.find("a") is None
    assert len(names) == 1
    for name in "abcd":
        names.number(name)
    assert [names.find(name) for name in "abz"] == [1, 2, 3]


def test_only_the_start_of_a_long_name_counts() -> None:
    names = Names(4, "(others)")
    assert names.number("x" * 1001) == names.number("x" * 2000) == names.find("x" * 3000) == 1
    assert names.name(1) == "x" * 1000
