"""Any value as JSON: all of it, whatever its shape."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracetop.analysis.json_value import json_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def alike(value: Any) -> str:
    """The value, with every NaN equal to itself and 1, 1.0 and true apart."""
    return repr(value)


@given(VALUES)
def test_reading_it_again_gives_the_value(value: Any) -> None:
    assert alike(json.loads(json_of(value))) == alike(value)


@given(VALUES)
def test_it_can_be_encoded(value: Any) -> None:
    json_of(value).encode()


def test_it_is_indented() -> None:
    expected = '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": "ü"\n}'
    assert json_of({"a": [1, {}], "b": "ü"}) == expected
    # Written by hand, because of what cannot be told from null otherwise.
    assert json_of({"a": [1, {}], "b": "ü", "c": None}) == expected[:-2] + ',\n  "c": null\n}'


def test_keys_can_be_sorted() -> None:
    assert json_of({"b": 1, "a": {"d": 1, "c": 2}}, sort_keys=True) == json_of({"a": {"c": 2, "d": 1}, "b": 1})
    assert json_of({"b": None, "a": None}, sort_keys=True) == json_of({"a": None, "b": None})


@pytest.mark.parametrize(
    ("value", "text"), [(math.nan, "NaN"), (-math.inf, "-Infinity"), (10**40, "1" + "0" * 40), ("\ud800", '"\\ud800"')]
)
def test_odd_values_are_told_as_they_are(value: Any, text: str) -> None:
    assert json_of(value) == text


def test_depth_is_no_limit() -> None:
    value: Any = "end"
    for _ in range(1_500):
        value = [value]
    text = json_of(value)
    assert text.count("[") == text.count("]") == 1_500
    assert '"end"' in text
