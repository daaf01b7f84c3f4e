"""Secrets in a line about to be written are hidden, and nothing but them."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracetop.collector.recording.redaction import hide_secrets

from .carriers import CARRIERS, IN_QUOTES, encoded, nested, shape
from .made_up_secrets import API_KEYS, JWT, LOWER, MIXED, MUST_HIDE, NAMES, pem


def texts(value: Any) -> list[str]:
    """Every text that is in the value or in JSON in one of its texts."""
    if isinstance(value, dict):
        return [text for item in value.values() for text in texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    if not isinstance(value, str):
        return []
    try:
        inner = orjson.loads(value)
    except orjson.JSONDecodeError:
        return [value]
    return [value, *texts(inner)] if isinstance(inner, dict | list) else [value]


def check_hidden(value: Any, secret: str) -> None:
    line = encoded(value)
    hidden, count = hide_secrets(line)
    assert count == 1, hidden
    assert hidden.endswith(b"\n") and hidden.count(b"[hidden ") == 1
    read = orjson.loads(hidden)
    assert shape(read) == shape(value)
    assert len(texts(read)) == len(texts(value)), "JSON in a string is no longer JSON"
    # Neither the whole secret nor its end; a vendor's prefix may be left of its beginning.
    for left in texts(read):
        assert secret not in left
        assert secret[-6:] not in left
        assert secret[12:18] not in left or len(secret) < 18
    assert hide_secrets(hidden) == (hidden, 0)


@pytest.mark.parametrize(("template", "secret"), MUST_HIDE.values(), ids=MUST_HIDE)
def test_hides(template: str, secret: str) -> None:
    for carrier in CARRIERS.values():
        check_hidden(carrier(template.format(secret)), secret)


@pytest.mark.parametrize("secret", API_KEYS.values(), ids=API_KEYS)
def test_hides_a_key_in_quotes(secret: str) -> None:
    for carrier in IN_QUOTES.values():
        check_hidden(carrier(secret), secret)


@pytest.mark.parametrize("name", NAMES)
def test_hides_the_member_of_a_name(name: str) -> None:
    for secret in ("hunter22", "correct horse", "ключ-ключ", 'a"b\\c\n"d\\', "\\\\\\\\\\\\", "🔑" * 6):
        value = {"a": {name: secret, "n": 1}}
        check_hidden(value, secret)
        check_hidden({"arguments": nested(value)}, secret)
        check_hidden({"raw": nested({"arguments": nested(value)})}, secret)
        check_hidden({"pretty": json.dumps(value, indent=2, ensure_ascii=False)}, secret)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("key sk-ant-" + MIXED, "key sk-ant-[hidden api key]"),
        ("Bearer " + MIXED + ", then", "Bearer [hidden bearer token], then"),
        ("t=" + JWT, "t=[hidden bearer token]"),
        ("Authorization: Basic " + LOWER, "Authorization: Basic [hidden password]"),
        ("https://me:" + "hunter22" + "@example.org/x", "https://me:[hidden password]@example.org/x"),
        ("PASSWORD='" + "hunter22" + "' ls", "PASSWORD='[hidden password]' ls"),
        ("A\n" + pem("RSA ") + "\nB", "A\n[hidden private key]\nB"),
        ("CLIENT_SECRET=" + LOWER, "CLIENT_SECRET=[hidden secret]"),
        (f"ghp_{MIXED} ghp_{MIXED}", "ghp_[hidden api key] ghp_[hidden api key]"),
        (pem() + "\n" + pem(), "[hidden private key]\n[hidden private key]"),
    ],
)
def test_only_the_secret_is_replaced(text: str, shown: str) -> None:
    hidden, count = hide_secrets(encoded({"text": text}))
    assert orjson.loads(hidden) == {"text": shown}
    assert count == shown.count("[hidden ")


def test_a_slash_escaped_by_another_program() -> None:
    secret = "ab12/" * 6
    inner = nested({"header": f"Bearer {secret}", "n": 1}).replace("/", r"\/")
    hidden, count = hide_secrets(encoded({"raw": inner}))
    assert count == 1
    assert orjson.loads(orjson.loads(hidden)["raw"]) == {"header": "Bearer [hidden bearer token]", "n": 1}


@given(
    st.text(st.characters(exclude_categories=["Cs", "L", "N"], exclude_characters="-_\"'\\")),
    st.sampled_from(sorted(API_KEYS.values())),
    st.text(st.characters(exclude_categories=["Cs", "L", "N"], exclude_characters="-_\"'\\.")),
    st.integers(0, 3),
)
def test_a_key_is_hidden_between_any_signs(before: str, secret: str, after: str, depth: int) -> None:
    value: Any = {"content": f"{before} {secret}{after}"}
    for _ in range(depth):
        value = {"inner": nested(value)}
    hidden, count = hide_secrets(encoded(value))
    assert count == 1
    read = orjson.loads(hidden)
    for _ in range(depth):
        read = orjson.loads(read["inner"])
    assert read["content"].startswith(before) and read["content"].endswith("]" + after)
    assert secret[12:] not in read["content"]
