"""Differences key by key and line by line."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracetop.analysis.differences import Change, Difference, compare, is_same, line_diff

TEXTS = st.lists(st.sampled_from(["a", "b", "c", "", "d d"]), max_size=30).map("\n".join)


def changes(differences: list[Difference] | tuple[Difference, ...]) -> dict[str, str]:
    return {difference.key: difference.change.value for difference in differences}


def test_every_key_is_told_once_new_ones_first() -> None:
    differences = compare({"gone": 1, "same": [1], "other": "x"}, {"same": [1], "more": None, "other": "y"})
    assert changes(differences) == {"same": "same", "more": "added", "other": "changed", "gone": "removed"}
    assert list(changes(differences)) == ["same", "more", "other", "gone"]
    assert (differences[2].old, differences[2].new) == ("x", "y")


def test_objects_are_compared_field_by_field() -> None:
    (difference,) = compare({"env": {"A": "1", "B": {"c": 1}}}, {"env": {"A": "1", "B": {"c": 2}}})
    assert changes(difference.parts) == {"A": "same", "B": "changed"}
    assert changes(difference.parts[1].parts) == {"c": "changed"}


def test_lists_and_values_of_other_types_are_compared_whole() -> None:
    differences = compare({"a": [1, 2], "b": {}, "c": "1"}, {"a": [1, 3], "b": [], "c": 1})
    assert {difference.change for difference in differences} == {Change.CHANGED}
    assert all(not difference.parts for difference in differences)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        (1, True, False),
        (1, 1.0, False),
        (0, False, False),
        (None, "null", False),
        (math.nan, math.nan, True),
        ([math.nan], [None], False),
        (10**30, 10**30, True),
        ("\ud800", "\ud800", True),
        (["\ud800"], ["\ud801"], False),
    ],
)
def test_same_means_the_same_json(old: object, new: object, same: bool) -> None:
    assert is_same(old, new) is same


def test_values_nested_deeper_than_python_calls() -> None:
    one: object = 1
    other: object = 2
    for _ in range(2000):
        one, other = [one], [other]
    assert is_same(one, one)
    assert not is_same(one, other)


def test_a_diff_of_lines_tells_what_came_and_went() -> None:
    assert line_diff("a\nb\nc", "a\nB\nc\nd") == ["@@ -1,3 +1,4 @@", " a", "-b", "+B", " c", "+d"]
    assert line_diff("same", "same") == []
    assert line_diff("a\n", "a") == []


def test_what_both_have_in_common_is_not_compared_but_counted() -> None:
    common = [f"line {number}" for number in range(50_000)]
    old, new = "\n".join([*common, "x", *common]), "\n".join([*common, "y", "z", *common])
    diff = line_diff(old, new)
    assert diff is not None
    assert diff[0] == "@@ -49998,7 +49998,8 @@"
    assert diff[1:4] == [" line 49997", " line 49998", " line 49999"]
    assert diff[4:7] == ["-x", "+y", "+z"]
    assert diff[7:] == [" line 0", " line 1", " line 2"]


def test_texts_too_long_are_not_compared() -> None:
    assert line_diff("x" * 5_000_000, "y") is None
    assert line_diff("\n".join(map(str, range(3000))), "\n".join(map(str, range(5000, 8000)))) is None


@given(TEXTS, TEXTS)
def test_a_diff_can_be_applied(old: str, new: str) -> None:
    diff = line_diff(old, new)
    assert diff is not None
    before, after = old.splitlines(), new.splitlines()
    place_old = place_new = 0
    rebuilt: list[str] = []
    for line in diff:
        if line.startswith("@@ "):
            start, _, count = line.split(" ")[1][1:].partition(",")
            first = int(start) - (count != "0")
            rebuilt += before[place_old:first]
            place_new += first - place_old
            place_old = first
        elif line[0] == " ":
            assert before[place_old] == after[place_new] == line[1:]
            rebuilt.append(line[1:])
            place_old, place_new = place_old + 1, place_new + 1
        elif line[0] == "-":
            assert before[place_old] == line[1:]
            place_old += 1
        else:
            assert after[place_new] == line[1:]
            rebuilt.append(line[1:])
            place_new += 1
    assert rebuilt + before[place_old:] == after
