"""`tracetop listen`: sessions that agents send, recorded, and the newest of them in the dashboard."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ...analysis.figures import count
from ...collector.otlp_receiver import OtlpReceiver, TellRefused, is_loopback
from ...collector.received import ReceivedSessions, Recorded
from ..safe_text import one_line
from ..signals import taking
from .command_group import complain

_LONGEST_NAME = 40


class PortTakenError(Exception):
    """The port cannot be listened on; the message says which and why."""


def record_only(folder: Path, host: str, port: int) -> None:
    """Record until Ctrl+C or SIGTERM, and print what is recorded. Raises PortTakenError, OSError for the folder."""
    # Before a word is said: who reads that we listen may end us at once.
    with (
        suppress(KeyboardInterrupt),
        taking(signal.SIGTERM, signal.default_int_handler),
        _listening(folder, host, port, _print, _tell_refused, "Ctrl+C ends."),
    ):
        threading.Event().wait()


def watch(folder: Path, host: str, port: int, *, theme: str | None = None, debug: bool = False) -> None:
    """Record, and open the dashboard on the newest session once one starts; until that is left, or Ctrl+C before.

    Raises as `record_only` does, and NoSuchThemeError.
    """
    started = threading.Event()

    def told(recorded: Recorded) -> None:
        started.set()

    def refused(reason: str) -> None:
        if not started.is_set():
            _tell_refused(reason)

    ends_by = "The dashboard opens when spans arrive; q ends it there, Ctrl+C here."
    with _listening(folder, host, port, told, refused, ends_by), suppress(KeyboardInterrupt):
        started.wait()
        from ..standalone import run_dashboard

        run_dashboard(folder, theme=theme, debug=debug, latest=True)


@contextmanager
def _listening(
    folder: Path, host: str, port: int, told: Callable[[Recorded], None], refused: TellRefused, ends_by: str
) -> Iterator[None]:
    """Listen meanwhile; say where, and how it `ends_by`, and afterwards what came of it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not is_loopback(host):
        complain(f"listening on {host}: whoever reaches this machine there can write into {folder}", 0)
    names: set[Path] = set()

    def noted(recorded: Recorded) -> None:
        names.add(recorded.path)
        told(recorded)

    sessions = ReceivedSessions(folder, noted)
    try:
        receiver = OtlpReceiver(sessions.take, host, port, tell_refused=refused)
    except OSError as error:
        raise PortTakenError(f"cannot listen on {host}, port {port}: {error.strerror or error}; see --port") from error
    shown = f"[{host}]" if ":" in host else host
    try:
        _say(f"Listening on http://{shown}:{receiver.port} for OTLP (JSON and protobuf); sessions go to {folder}")
        _say(f"An agent sends here with OTEL_EXPORTER_OTLP_ENDPOINT=http://{shown}:{receiver.port}")
        _say(ends_by)
        yield
    finally:
        receiver.close()
        sessions.close()
        _say(f"Received {count(sessions.spans, 'span')}, recorded {count(len(names), 'session')} in {folder}")
        if sessions.left_out:
            _say(f"{count(sessions.left_out, 'span')} had nothing to do with an agent.")
        for reason, times in receiver.refused.items():
            complain(f"refused {count(times, 'request')}: {reason}", 0)


def _print(recorded: Recorded) -> None:
    """Say that a session began, and what it came to whenever the work that was asked for is done."""
    name = one_line(recorded.session, _LONGEST_NAME)
    if recorded.is_new:
        _say(f"{name}: recording {recorded.path}")
    if recorded.has_ended:
        kinds = recorded.kinds
        errors = sum(kinds.get(kind, 0) for kind in ("tool_error", "llm_error", "error"))
        tools = kinds.get("tool_end", 0) + kinds.get("tool_error", 0)
        counted = (
            count(kinds.get("llm_response", 0), "LLM call"),
            count(tools, "tool call"),
            count(errors, "error"),
        )
        _say(f"{name}: {', '.join(counted)}")


def _tell_refused(reason: str) -> None:
    """Say at once why an agent is not heard; how often is told in the end."""
    complain(f"refused: {reason}", 0)


def _say(text: str) -> None:
    with suppress(OSError, ValueError):  # nobody reads any more: recording goes on
        sys.stdout.write(one_line(text) + "\n")
        sys.stdout.flush()
