"""Whatever a line is made of, redaction ends, and the line's structure stays."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracetop.collector.recording.redaction import hide_secrets

from .carriers import encoded, nested, shape
from .made_up_secrets import MUST_HIDE, NAMES
from .near_misses import NEAR_MISSES

# A long line of what could make a pattern look at the same bytes again and again. That it ends is the test.
ADVERSARIAL = (
    *("sk-", "sk-ant-", "sk-a", "eyJ", "eyJhbGciOi.", ".eyJ", "-eyJ", "ghp_", "AKIA", "SG.a", "xoxb-", "npm_", "\npm_"),
    *("-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\n", "-----BEGIN " + "A " * 3, "-----BEGIN A"),
    *(
        '"password":',
        '"password":"',
        "password='",
        'password="',
        "password=",
        "password: str",
        'password:"$',
        "password\\",
    ),
    *(
        "secret_key",
        "api_key: a",
        "Bearer ",
        "Authorization: ",
        "://a:",
        "://",
        "://:@",
        "--password ",
        "\\",
        '\\"',
        "\\'",
    ),
    *(
        "-----BEGIN PRIVATE KEY-----\n" + "1\n",
        "://" + "a" * 60,
        "Authorization: Basic aaaaaaa",
        "AccountKey=",
        "password=$",
    ),
)


@pytest.mark.parametrize("piece", ADVERSARIAL)
@pytest.mark.parametrize("as_key", [False, True])
def test_long_runs(piece: str, as_key: bool) -> None:
    run = piece * (200_000 // len(piece))
    value: dict[str, Any] = {run: 1} if as_key else {"a": run, "b": nested({"c": run})}
    hidden, count = hide_secrets(encoded(value))
    read = orjson.loads(hidden)
    assert shape(read) == shape(value)
    assert count == hidden.count(b"[hidden ")
    if as_key:
        assert count == 0


SECRETS = st.sampled_from([template.format(secret) for template, secret in MUST_HIDE.values()])
PIECES = st.sampled_from(
    [*NEAR_MISSES, *NAMES, *ADVERSARIAL, '"', '\\"', "\\", "'", ":", "=", ": ", "\n", " ", "\x1b[0m", "\x00", "é", "$"]
)
TEXTS = st.lists(st.one_of(SECRETS, PIECES, PIECES, PIECES, st.text(max_size=8)), max_size=8).map("".join)
NESTED = st.one_of(TEXTS, TEXTS.map(nested), TEXTS.map(lambda text: nested({"password": nested([text])})))
LEAVES = st.one_of(NESTED, NESTED, st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False))
KEYS = st.one_of(st.sampled_from(NAMES), TEXTS, st.text(max_size=5))
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=8,
)


@given(VALUES)
def test_any_structure_stays(value: Any) -> None:
    line = encoded(value)
    hidden, count = hide_secrets(line)
    assert shape(orjson.loads(hidden)) == shape(orjson.loads(line))
    if not count:
        assert hidden is line
