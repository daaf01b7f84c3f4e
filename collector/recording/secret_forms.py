"""Which secrets are known, by which bytes they are looked for, and how each is told from what only looks like one.

Patterns are matched where the needle was found, not searched for. Group 1 is hidden, what is before it stays. Each of
them is linear: a repetition is bounded, or it cannot begin again within what it ran over (see `_START`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick, MatchKind

from .named_secrets import Find, Span, assigned


class _Rule(NamedTuple):
    kind: str
    needles: tuple[bytes, ...]
    find: Find


# Before a key: nothing that makes it a part of a longer word, but the end of an escape, of a colour code or of a
# percent sign's two digits is no word.
_START = rb"(?:(?<![\w-])|(?<=\\[nrtbf])|(?<=\\u00[01][0-9a-f])|(?<=[0-9;\[][mK])|(?<=%[0-9A-Fa-f][0-9A-Fa-f]))"  #
_DIGIT = rb"(?=[\w.-]{0,60}?[0-9])"
_DIGIT_OR_CASE = rb"(?=[\w-]{0,60}?(?:[0-9]|[a-z][A-Z]))"
_UPPER_AND_LOWER = rb"(?=[\w-]{0,60}?[A-Z])(?=[\w-]{0,60}?[a-z])"
# Of a header's value; a slash or an equals sign may be escaped in JSON that another program wrote.
_HEADER_CHAR = rb"(?:[\w.~+/=-]|\\++(?:/|u00(?:2[bBfF]|3[dD])))"
_HEADER_MIXED = rb"(?=[\w.~+/-]{0,60}?(?:[0-9=]|[a-z][A-Z]))"


def _form(pattern: bytes, start: bytes = _START) -> Find:
    match = re.compile(start + pattern).match

    def find(line: bytes, start: int) -> Span | None:
        found = match(line, start)
        return found.span(1) if found else None

    return find


_PRIVATE_KEY = (
    rb"(-----BEGIN (?:[A-Z0-9]{1,16} ){0,4}PRIVATE KEY(?: BLOCK)?-----"
    # A key follows, not just talk about the line above: after newlines, a diff's signs or line numbers.
    rb"(?=(?:\\++[nrt]|[^\w\"'\\]|[0-9]{1,6}(?![\w+/=])){0,60}+"
    rb"(?:[A-Za-z0-9+/=]{16}|Proc-Type:|DEK-Info:|Version:|Comment:|Charset:|Hash:))"
    # No key contains a quote, so without its last line it ends with the string at the latest.
    rb"(?:[^\"'\\-]++|\\++[^\"'\\]|-(?!----END ))*+"
    rb"(?:-----END (?:[A-Z0-9]{1,16} ){0,4}PRIVATE KEY(?: BLOCK)?-----)?)"
)

_BASIC = (
    # A quoted name has a quoted value: behind one of JSON's own a number may follow, and that is no text.
    rb"(?i:uthorization)(?:\\*+[\"']\]? {0,4}[:=] {0,4}\\*+[\"']|\]? {0,4}[:=] {0,4}(?:\\*+[\"'])?)"
    rb"(?:(?i:basic|token|apikey) {1,4}" + _HEADER_MIXED + rb"(?=" + _HEADER_CHAR + rb"{6})"
    rb"|" + _DIGIT + rb"(?=" + _HEADER_CHAR + rb"{20}))"
    rb"(" + _HEADER_CHAR + rb"*+)"
)

# The password of a URL; a reference or a placeholder stays.
_IN_URL = rb"://[^\s/?#\"'\\:@<>]{0,64}:(?![$<{%*\[])([^\s/\"'\\@<>]{3,128})@"


_KEY, _TOKEN, _PASSWORD, _SECRET, _PEM = "api key", "bearer token", "password", "secret", "private key"

# The needles decide what an ordinary line costs. They are few and at least three, mostly four bytes long, so that the
# search for all of them stays a single pass with SIMD: 64 of them are its limit. A form's variants of case are needles
# of their own, or it is cut to what its variants share. None may be contained in another one, and none should begin as
# what is in every line does: with "session_" or "input_token", each line would cost a second look. Their order
# counts as well (it decides which ones share a bucket of the search: up to a factor of two): measure after a change.
_RULES = (
    _Rule(
        _KEY,
        (b"sk-",),
        _form(
            rb"sk-(?:(?:ant|proj|or|svcacct|admin)-(?=[\w-]{12})" + _DIGIT_OR_CASE + rb"|(?=[A-Za-z0-9]{17})"
            rb"" + _DIGIT_OR_CASE + rb"|(?=[\w-]{17})" + _DIGIT + _UPPER_AND_LOWER + rb")([\w-]++)"
        ),
    ),
    _Rule(_KEY, (b"k_live_", b"k_test_"), _form(rb"(?<=[rs])k_(?:live|test)_([A-Za-z0-9]{16,})", start=b"")),
    _Rule(_KEY, (b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_"), _form(rb"gh[pousr]_" + _DIGIT + rb"(\w{30,})")),
    _Rule(_KEY, (b"github_pat_",), _form(rb"github_pat_" + _DIGIT + rb"(\w{30,})")),
    _Rule(_KEY, (b"glpat-",), _form(rb"glpat-" + _DIGIT_OR_CASE + rb"([\w-]{18,}(?:\.[\w-]{2,40}){0,4})")),
    _Rule(_KEY, (b"xox", b"xapp-"), _form(rb"(?:xox[abps]|xapp)-" + _DIGIT + rb"([\w-]{10,})")),
    _Rule(_KEY, (b"AKIA", b"ASIA"), _form(rb"A[KS]IA([A-Z0-9]{16})(?![A-Za-z0-9])")),
    _Rule(_KEY, (b"AIza",), _form(rb"AIza" + _DIGIT_OR_CASE + rb"([\w-]{30,})")),
    _Rule(_KEY, (b"ya29.",), _form(rb"ya29\." + _DIGIT_OR_CASE + rb"([\w.-]{20,})")),
    _Rule(_KEY, (b"hf_",), _form(rb"hf_" + _DIGIT_OR_CASE + rb"([A-Za-z0-9]{30,})")),
    # Not where `n` is the end of an escape: that is a new line that begins with "pm_".
    _Rule(_KEY, (b"npm_",), _form(rb"(?<!\\)npm_" + _DIGIT_OR_CASE + rb"([A-Za-z0-9]{30,})")),
    _Rule(_KEY, (b"pypi-AgEI",), _form(rb"pypi-AgEI([\w-]{30,})")),
    _Rule(_KEY, (b"xai-",), _form(rb"xai-" + _DIGIT + rb"([A-Za-z0-9]{30,})")),
    _Rule(_KEY, (b"gsk_",), _form(rb"gsk_" + _DIGIT_OR_CASE + rb"([A-Za-z0-9]{30,})")),
    _Rule(_KEY, (b"dop_v1_", b"doo_v1_"), _form(rb"do[op]_v1_([a-f0-9]{40,})")),
    _Rule(_KEY, (b"SG.",), _form(rb"SG\.([\w-]{16,64}\.[\w-]{16,})")),
    _Rule(_KEY, (b"AccountKey=",), _form(rb"AccountKey=(" + _HEADER_CHAR + rb"{40,})", start=b"")),
    _Rule(_TOKEN, (b"eyJ",), _form(rb"(?<!\.)(eyJ[\w-]{8,}+\.(?:[\w-]*+\.){1,3}[\w-]{8,})")),
    _Rule(
        _TOKEN,
        (b"earer ", b"EARER "),
        _form(
            rb"(?i:(?<=b)earer) {1,4}" + _HEADER_MIXED + rb"(?=" + _HEADER_CHAR + rb"{8})(" + _HEADER_CHAR + rb"*+)",
            start=b"",
        ),
    ),
    _Rule(_PASSWORD, (b"uthorization", b"UTHORIZATION"), _form(_BASIC, start=b"")),
    _Rule(_PASSWORD, (b"://",), _form(_IN_URL, start=b"")),
    _Rule(_PEM, (b"-----BEGIN",), _form(_PRIVATE_KEY, start=b"")),
    _Rule(
        _KEY,
        (b"api_key", b"API_KEY", b"api-key", b"Api-Key", b"apikey", b"APIKEY", b"piKey"),
        assigned(rb"(?i:a?pi[_-]?key)"),
    ),
    _Rule(_PASSWORD, (b"assw", b"PASSW"), assigned(rb"(?i:p?assw(?:or)?d)")),
    _Rule(
        _SECRET,
        (b"ecret", b"SECRET"),
        assigned(rb"(?i:s?ecret(?:[_-]?(?:access[_-]?)?key|[_-]?token)?)"),
    ),
    _Rule(
        _TOKEN,
        (b"ccess_token", b"ccessToken", b"h_token", b"hToken"),
        assigned(rb"(?:ccess|(?<=[Aa]ut)h|(?<=[Rr]efres)h)_?[Tt]oken"),
    ),
    _Rule(_TOKEN, (b"aws_session_token", b"SessionToken"), assigned(rb"(?:aws_s|S)ession_?[Tt]oken", at_least=12)),
    _Rule(_TOKEN, (b"_TOKEN",), assigned(rb"_TOKEN", at_least=12)),
    _Rule(_PEM, (b"private_key", b"PRIVATE_KEY", b"rivateKey"), assigned(rb"(?i:p?rivate_?key)")),
)

BY_NEEDLE = [(f"[hidden {rule.kind}]".encode(), rule.find) for rule in _RULES for _ in rule.needles]
"""What a secret is replaced by and how it is found, by the number of its needle."""

find_needles = BytesAhoCorasick(
    [needle for rule in _RULES for needle in rule.needles], matchkind=MatchKind.LeftmostFirst
).find_matches_as_indexes
