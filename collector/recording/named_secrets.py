"""Values whose name says that they are secret: passwords and keys that are assigned or passed."""

from __future__ import annotations

import re
from collections.abc import Callable

Span = tuple[int, int]
Find = Callable[[bytes, int], Span | None]
"""From the line and where a needle begins in it to the bytes to hide, if it is a secret at all."""


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


def assigned(name: bytes, at_least: int = 6) -> Find:
    """Finds what is assigned to a name, or passed by it, if that may be a secret; of at least so many bytes."""
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
