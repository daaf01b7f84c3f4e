"""Hides common secrets in a line of JSON just before it is written.

A net, not a proof: it knows the usual forms of keys, tokens, passwords and private keys. A secret of another form, or
one that was split over two lines, passes; so a trace stays something to share with care.

It works on the encoded text and never decodes it. Three things keep the result valid JSON of the same structure:
a span to hide never begins or ends inside an escape, never contains a quote that closes a string of its own level or
an outer one, and never lies in a key.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick, MatchKind

# From the line and where a needle begins in it to the bytes to hide, if it is a secret at all.
Span = tuple[int, int]
Find = Callable[[bytes, int], Span | None]


class _Rule(NamedTuple):
    kind: str
    needles: tuple[bytes, ...]
    find: Find


def hide_secrets(line: bytes) -> tuple[bytes, int]:
    """The line with its secrets replaced, and how many they were; the very same line if there are none.

    `line` is what orjson wrote: valid UTF-8, no space between the parts of the structure.
    """
    needles = find_needles(line)
    return _hide(line, needles) if needles else (line, 0)


def _hide(line: bytes, needles: list[tuple[int, int, int]]) -> tuple[bytes, int]:
    pieces: list[bytes] = []
    copied = 0  # what is before it is in `pieces`
    seen = 0  # what is before it belongs to a span that was found: looked at once, however many needles are in it
    string_end = -1  # the closing quote of the string that the last span was in
    in_key = False
    for needle, start, _ in needles:
        if start < seen:
            continue
        label, find = _BY_NEEDLE[needle]
        span = find(line, start)
        if span is None:
            continue
        begin, seen = span
        if begin > string_end:
            rest = _REST_OF_STRING.match(line, seen)
            if rest is None:  # not JSON: nothing here is known to be safe
                break
            string_end = rest.end() - 1
            in_key = line.startswith(b":", string_end + 1)
        if in_key:
            continue
        pieces += (line[copied:begin], label)
        copied = seen
    if not pieces:
        return line, 0
    pieces.append(line[copied:])
    return b"".join(pieces), len(pieces) // 2


_REST_OF_STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+"')


# --- Secrets that show by their own form -----------------------------------------------------------------------------

# Patterns are matched where the needle was found, not searched for. Group 1 is hidden, what is before it stays.
# Each of them is linear: a repetition is bounded, or it cannot begin again within what it ran over (see _START).

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

# --- Values whose name says that they are secret ---------------------------------------------------------------------

# What follows the name: its closing quote, the sign (with a type before it, as in `key: str = "..."`; or only a space,
# as in `--password ...`), and the value's opening quote.
_ASSIGNED = (
    rb"(\\*+[\"'])?\]?"
    rb"((?:: {0,2}[A-Za-z][\w.\[\]]{0,40}(?: \| None)?)? {0,20}=(?![=~>]) {0,20}"
    rb"| {0,20}(?:=>|:=|:(?![:=])) {0,20}| {1,4}(?=[^ :=]))"
    rb"(?:[bBrRuU]{0,2}(\\*+[\"']))?"
)
_DOUBLE_QUOTED_END = re.compile(rb'\\*+"|\\++[nr]')
_SINGLE_QUOTED = re.compile(rb"(?:[^'\"\\]|\\++[^'\"\\nr])*+")
_BARE_CHAR = rb"[^\x00-\x20\x7f-\xff\"'\\,;&|<>()\[\]{}`]"
_BARE_BEGIN = re.compile(_BARE_CHAR + rb"{1,80}+")
_BARE_REST = re.compile(_BARE_CHAR + rb"*+")
_UPPER_CASE = re.compile(rb"[A-Z0-9_-]+")

# The first bytes of a value that is none: a reference, a placeholder, a sentence. Looked at in its first _LOOK bytes.
_LOOK = 80
_NO_SECRET = re.compile(
    rb"""
      \$[A-Za-z_{(] | %[A-Za-z(] | \{+[\w\ .:!$-]*\} | <[^>]*(?:>|\Z) | \[[A-Za-z] | `
    | (?:[a-z]{2,8}[-_]){0,3}(?:\*{3}|x{3}|\.{3}|\xe2\x80[\xa2\xa6]) | [?_]{3} | -----BEGIN\ | https?://[^@]*\Z
    | (?:~|\.{1,2})/ | /(?:run|var|etc|home|usr|tmp|opt|mnt|root|work|workspace|app|data|users|secrets)/
    | (?:os|process|env|self|this|config|settings|args|secrets|import\.meta)\.[a-z_] | (?:env|vault|secret|file|ref|op):
    | (?-i:[A-Z][A-Z0-9]*+(?:_[A-Z0-9]++)++\Z)
    | (?:(?:test|fake|dummy|mock|my|your|some|an|the|own|new|old|user|admin|root|client|access|auth|refresh|session
         |private|api|key|secret|token|password|passwd|pass|string|str|bytes|text|value|name|here|goes|example|sample|placeholder
         |change|me|enter|insert|replace|with|this|none|null|nil|true|false|undefined|required|optional|redacted|hidden
         |masked|removed|default|empty|unset|not|set|invalid|wrong|bad|correct|valid|missing|todo|openai|anthropic|a
         )[\ _.-]*+)++\Z
    | (?=\S+\ ).*\b(?:your|you|the|please|enter|must|should|cannot|is|are|was|not|to|for|of|with|invalid|missing)\b
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
# A bare value that is code: a path of names, or what stands before a bracket.
_REFERENCE = re.compile(rb"[A-Za-z_]\w*+(?:(?:\.|->|::)[A-Za-z_]\w*+)++\Z")
_BRACKETS = b"([{"
_NO_BARE_BEGIN = b"/@=-."
_HAS_DIGIT = re.compile(rb"[0-9]")
_HAS_LETTER = re.compile(rb"[A-Za-z]")
_HAS_SIGN = re.compile(rb"[!@#%^~]")
# After a name without quotes, a quote may be the end of a text such as "password=" and not the beginning of the value.
_AFTER_A_CLOSING_QUOTE = b" +,)&.;:}]|%\\?"


def _assigned(name: bytes, at_least: int = 6) -> Find:
    match = re.compile(rb"(" + name + rb")" + _ASSIGNED).match

    def find(line: bytes, start: int) -> Span | None:
        found = match(line, start)
        if found is None:
            return None
        name, name_quote, sign, quote = found.groups()
        begin = found.end()
        if sign.isspace() and b"--" not in line[start - 3 : start]:  # the needle may lack the name's first letter
            return None
        if quote is None:
            if name_quote is not None and not line.startswith(b"]", found.end(2)):
                return None  # a member that is no string
            end = _bare_end(line, begin, sign == b"=", _UPPER_CASE.fullmatch(name) is not None)
        elif _opens(quote, name_quote) and (name_quote or line[begin] not in _AFTER_A_CLOSING_QUOTE):
            end = _quoted_end(line, begin, quote)
            if _NO_SECRET.match(line[begin : min(end, begin + _LOOK)]):
                return None
        else:
            return None
        return (begin, end) if end - begin >= at_least else None

    return find


def _opens(quote: bytes, name_quote: bytes | None) -> bool:
    """Whether the quote before a value can open a string, or must close one that the name is in."""
    if quote.endswith(b"'"):
        return True
    if name_quote is not None and name_quote.endswith(b'"'):
        return quote == name_quote
    return quote != b'"'


def _quoted_end(line: bytes, begin: int, quote: bytes) -> int:
    """Where a quoted value ends: at its closing quote, at one of an outer level or at the end of a line of source code.

    In JSON that was put into JSON n times, a quote is written as 2^n - 1 backslashes and the quote itself. So the
    power of two in the length of any such run is the level of the quote in its end, and also the length of this quote
    alone: what is before it are backslashes of the content.
    """
    if quote.endswith(b"'"):
        found = _SINGLE_QUOTED.match(line, begin)
        return found.end() if found else begin
    level = len(quote) & -len(quote)
    for found in _DOUBLE_QUOTED_END.finditer(line, begin):
        length = found.end() - found.start()
        if line[found.end() - 1] == 0x22:
            alone = length & -length
            if alone <= level:
                return found.end() - alone
        elif length <= level:  # fewer backslashes than a newline within this string would have
            return found.start()
    return begin


def _bare_end(line: bytes, begin: int, tight: bool, upper_case: bool) -> int:
    """Where a value without quotes ends, or its begin: most of what follows a name in source code is no secret.

    Judged by its first bytes, so that a long run of names and signs is not read again for each of them.
    """
    found = _BARE_BEGIN.match(line, begin)
    if found is None or line[found.end()] in _BRACKETS:
        return begin
    value = found.group()
    if _NO_SECRET.match(value) or _REFERENCE.match(value) or value[0] in _NO_BARE_BEGIN:
        return begin
    if _HAS_DIGIT.search(value):
        likely = tight or _HAS_LETTER.search(value) is not None
    else:
        likely = tight and (upper_case or _HAS_SIGN.search(value) is not None)
    rest = _BARE_REST.match(line, found.end()) if likely else None
    return rest.end() if rest else begin


# --- The table -------------------------------------------------------------------------------------------------------

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
        _assigned(rb"(?i:a?pi[_-]?key)"),
    ),
    _Rule(_PASSWORD, (b"assw", b"PASSW"), _assigned(rb"(?i:p?assw(?:or)?d)")),
    _Rule(
        _SECRET,
        (b"ecret", b"SECRET"),
        _assigned(rb"(?i:s?ecret(?:[_-]?(?:access[_-]?)?key|[_-]?token)?)"),
    ),
    _Rule(
        _TOKEN,
        (b"ccess_token", b"ccessToken", b"h_token", b"hToken"),
        _assigned(rb"(?:ccess|(?<=[Aa]ut)h|(?<=[Rr]efres)h)_?[Tt]oken"),
    ),
    _Rule(_TOKEN, (b"aws_session_token", b"SessionToken"), _assigned(rb"(?:aws_s|S)ession_?[Tt]oken", at_least=12)),
    _Rule(_TOKEN, (b"_TOKEN",), _assigned(rb"_TOKEN", at_least=12)),
    _Rule(_PEM, (b"private_key", b"PRIVATE_KEY", b"rivateKey"), _assigned(rb"(?i:p?rivate_?key)")),
)

_BY_NEEDLE = [(f"[hidden {rule.kind}]".encode(), rule.find) for rule in _RULES for _ in rule.needles]
find_needles = BytesAhoCorasick(
    [needle for rule in _RULES for needle in rule.needles], matchkind=MatchKind.LeftmostFirst
).find_matches_as_indexes
