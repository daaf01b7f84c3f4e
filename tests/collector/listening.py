"""A receiver that listens on loopback and records what is sent to it, with a client that sends."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path

from tracetop.collector.otlp_receiver import OtlpReceiver
from tracetop.collector.received import ReceivedSessions, Recorded

from .sent_spans import JSON


class Listening:
    """A receiver on a free port that records into a folder, and a client for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: list[Recorded] = []
        self.sessions = ReceivedSessions(folder, self.told.append)
        self.receiver = OtlpReceiver(self.sessions.take, port=0)

    def post(self, body: bytes, kind: str = JSON, path: str = "/v1/traces", **headers: str) -> tuple[int, bytes]:
        url = f"http://127.0.0.1:{self.receiver.port}{path}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(url, body, {"Content-Type": kind, **named})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    @property
    def traces(self) -> list[Path]:
        return sorted(self.folder.glob("*.jsonl"))
