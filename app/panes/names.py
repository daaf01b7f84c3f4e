"""What the panes are called where one is named in a word."""

from __future__ import annotations

PANES = ("timeline", "tree", "tokens", "cache", "issues")
