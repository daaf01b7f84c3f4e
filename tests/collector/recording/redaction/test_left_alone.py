"""What is no secret stays in a line as it is, to the byte."""

from typing import Any

import orjson
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tracetop.collector.recording.redaction import hide_secrets
from tracetop.collector.recording.secret_forms import find_needles

from .carriers import CARRIERS, IN_QUOTES, encoded
from .made_up_secrets import LOWER, MIXED
from .near_misses import NEAR_MISSES


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_leaves_what_is_no_secret(text: str) -> None:
    for carrier in (*CARRIERS.values(), *IN_QUOTES.values()):
        line = encoded(carrier(text))
        hidden, count = hide_secrets(line)
        assert hidden == line and count == 0


@pytest.mark.parametrize(
    "value",
    [
        {"input_tokens": 1234567, "tokens": 123, "output_tokens": 1e300},
        {"password": 123456789, "api_key": None, "secret": True, "access_token": 1.5e88},
        {"password": {"value": "hunter22"}, "secret": ["hunter22"]},
        ["password", "hunter22"],
        {"password=": "=hunter22", "x password:": ", hunter22"},
    ],
)
def test_leaves_other_values(value: Any) -> None:
    line = encoded(value)
    assert hide_secrets(line) == (line, 0)


def test_the_same_object_comes_back_if_nothing_is_hidden() -> None:
    for line in (b'{"a":1}\n', b'{"a":"the password is not here"}\n', b"", b"\n", b'{"torn": "sk-ant-'):
        assert hide_secrets(line)[0] is line


def test_keys_stay() -> None:
    key = "sk-ant-" + MIXED
    value = {key: 1, f"password={LOWER}": {"password": LOWER}, f'x "api_key":"{LOWER}" password': LOWER}
    hidden, count = hide_secrets(encoded(value))
    assert count == 2
    assert orjson.loads(hidden) == {
        key: 1,
        f"password={LOWER}": {"password": "[hidden password]"},
        f'x "api_key":"{LOWER}" password': "[hidden password]",
    }


def test_text_between_two_strings_is_no_assignment() -> None:
    value = {"a": ["password=", ": hunter22", "password:", "hunter22"], "b password": "x", "c": "api_key='", "d": "e'"}
    line = encoded(value)
    assert hide_secrets(line) == (line, 0)


@given(st.recursive(st.one_of(st.text(), st.integers(0, 9)), lambda i: st.lists(i) | st.dictionaries(st.text(), i)))
def test_arbitrary_text_stays(value: Any) -> None:
    line = encoded(value)
    assume(not find_needles(line))  # "assword" and the like do turn up
    assert hide_secrets(line) == (line, 0)


@pytest.mark.parametrize("name", ["authorization", "Authorization", "password", "api_key", "secret", "access_token"])
@pytest.mark.parametrize("value", [2**64 - 1, 1.0000000000000002e16, 10**18, True, None, [10**18], {"x": 10**18}])
def test_what_is_no_text_is_never_hidden(name: str, value: Any) -> None:
    line = encoded({"args": {name: value}, "parent_event_id": "abc"})
    assert hide_secrets(line) == (line, 0)
