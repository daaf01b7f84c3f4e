"""What is taken out of an event's line before it is written: by the host's own redaction, and by the built-in one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import orjson

from .losses import NOTE_KIND, NOTE_NAME
from .plain_values import as_payload, attempt
from .redaction import hide_secrets
from .sanitize import encode_line
from .secret_forms import find_needles

Redact: TypeAlias = Callable[[str, dict[str, Any]], Mapping[str, Any] | None]
"""The host's own redaction: given an event's kind and its payload, a copy made of plain JSON values, it returns the
payload to write, None for none at all. May be called from any thread that records."""

_FAILED: Any = object()
_LEFT_OUT = {"redaction": "failed: the payload was left out"}
_MOST_MARK = 100
"""What a string that was cut is longer than the most that is written of it: it must not be cut again."""


class Redactor:
    """Takes out of lines what is not to be written. Never raises; where the host's redaction does, no payload is left.

    `concerns(line)` tells cheaply whether `apply` has anything to look for in a line.
    """

    def __init__(self, redact: Redact | None, hides_secrets: bool, max_string: int) -> None:
        self.errors = 0
        self.concerns: Callable[[bytes], object]
        if redact is not None:
            self.concerns = bool
        elif hides_secrets:
            self.concerns = find_needles
        else:
            self.concerns = bytes.isspace  # which no line is
        self._redact = redact
        self._hides_secrets = hides_secrets
        self._max_string = max_string

    def apply(self, fields: dict[str, Any], line: bytes) -> tuple[bytes, int]:
        """The line as it may be written, and how many values were redacted; `fields` holds afterwards the same."""
        redacted = 0
        if self._redact is not None:
            line, redacted = self._ask_host(self._redact, fields, line)
        if self._hides_secrets:
            line, hidden = hide_secrets(line)
            if hidden:
                redacted += hidden
                line = self._taken_over(fields, line)
        return line, redacted

    def _taken_over(self, fields: dict[str, Any], line: bytes) -> bytes:
        """The line, once `fields` hold the same; should it be no JSON any more, one without a payload."""
        written = attempt(orjson.loads, line, _FAILED)
        if written is _FAILED:
            self.errors += 1
            fields["data"] = {**_LEFT_OUT}
            line, _ = encode_line(fields, self._max_string)
        else:
            fields.update(written)
        return line

    def _ask_host(self, redact: Redact, fields: dict[str, Any], line: bytes) -> tuple[bytes, int]:
        payload = orjson.loads(line)["data"]
        if fields["kind"] == NOTE_KIND and payload.get("name") == NOTE_NAME:
            return line, 0  # or every note about a redaction would call for another
        answer = attempt(lambda given: redact(fields["kind"], given), payload, _FAILED)
        if answer is _FAILED:
            self.errors += 1
            answer = _LEFT_OUT
        fields["data"] = as_payload(answer)
        redacted, _ = encode_line(fields, self._max_string + _MOST_MARK)
        return redacted, int(redacted != line)
