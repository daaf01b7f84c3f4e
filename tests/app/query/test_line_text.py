"""Texts are found in a line as they were meant, whatever JSON made of them."""

from __future__ import annotations

import pytest
from tracetop.app.query.line_text import LineText, has_text, unescaped


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"a\nb\t\r\b\f", "a\nb\t\r\b\f"),
        (r"say \"no\"", 'say "no"'),
        (r"C:\\new", "C:\\new"),
        (r"\\\n", "\\\n"),
        (r"\/usr", "/usr"),
        (r"caf\u00e9 \u00C9", "café É"),
        (r"\ud83d\ude00!", "😀!"),
        (r"\\u00e9", "\\u00e9"),
        (r"\u00", r"\u00"),
        ("plain", "plain"),
    ],
)
def test_escapes_are_undone(written: str, meant: str) -> None:
    assert unescaped(written) == meant


@pytest.mark.parametrize(
    ("text", "raw", "is_there"),
    [
        ("Error", b'"x error"', True),
        ("é", "CAFÉ".encode(), True),
        ("é", rb"CAF\u00C9", True),
        ("é", b"CAFE", False),
        ('say "no"', rb"He said: Say \"No\"", True),
        ("a\nb", rb"a\nb", True),
        ("nb", rb"a\nb", False),
        ("00e9", rb"\u00e9", False),
        ("<b>", rb"\u003cb\u003e", True),
        ("body", rb"\u0062ody", True),
        ("/usr/bin", rb"\/usr\/bin", True),
        (r"c:\new", rb"C:\\new", True),
        (r"c:\\new", rb"C:\\new", True),
        (r"a\nb", rb"a\nb", True),
        ("x", b"\xff\xfe x", True),
        ("é", b"\xff caf\xc3\xa9", True),
        ("ö", b"\xff", False),
    ],
)
def test_a_text_is_looked_for_as_it_is_meant(text: str, raw: bytes, is_there: bool) -> None:
    assert has_text(text)(LineText(raw)) is is_there
