"""A receiver for OTLP over HTTP: what agents send goes to a function, and each gets its answer at once."""

from __future__ import annotations

import ipaddress
import logging
import socket
import socketserver
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

from . import otlp_answers as answers
from .formats.otlp.spans import unreadable_spans
from .formats.otlp.wire import BadWireError, decode_spans
from .otlp_answers import JSON, PROTOBUF, Answer
from .request_body import RefusedError, read_body, unpacked

DEFAULT_PORT = 4318
"""Where OTLP over HTTP is sent to unless an agent is told otherwise."""
_SILENT_SECONDS = 30.0
_LOOK_SECONDS = 0.1
"""So often it looks whether it is to end."""

_TRACES = "/v1/traces"
_IGNORED = ("/v1/logs", "/v1/metrics", "/v1development/profiles")
_MOST_REASONS = 50
_OTHER_REASONS = "for yet other reasons"
_NO_GRPC = (
    "HTTP/2 is not spoken here; OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf has an agent send otherwise than by gRPC"
)
_NO_SPAN = "spans without an id of their own"
_log = logging.getLogger("tracetop")

Take = Callable[[Mapping[str, Any]], None]
"""Takes the spans of a request, as OTLP/JSON. May be called from any thread."""
TellRefused = Callable[[str], None]
"""Is told a reason for which requests are refused, once. May be called from any thread."""


_HEADS = {
    HTTPStatus.SERVICE_UNAVAILABLE: (("Retry-After", "5"),),
    HTTPStatus.METHOD_NOT_ALLOWED: (("Allow", "GET, HEAD, POST"),),
}


class OtlpReceiver:
    """Listens on a port, 0 for any that is free, and serves in threads until it is closed.

    Spans go to `take`; where that raises OSError the sender is told to try again later. Logs and metrics are accepted
    and left out. Raises OSError where the port cannot be had, ValueError for one that is none.
    """

    def __init__(
        self,
        take: Take,
        host: str = "127.0.0.1",
        port: int = DEFAULT_PORT,
        *,
        tell_refused: TellRefused | None = None,
    ) -> None:
        self._server = _Server((host, port), _Handler)
        self._server.take = take
        self._server.tell_refused = tell_refused
        serve = self._server.serve_forever
        self._thread = threading.Thread(target=serve, args=(_LOOK_SECONDS,), name="tracetop-otlp", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    @property
    def refused(self) -> Mapping[str, int]:
        """How many requests were refused, by the reason."""
        return self._server.refused

    def close(self) -> None:
        """Take no more requests. What was taken is with `take`."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def is_loopback(host: str) -> bool:
    """Whether only programs of this machine can reach that address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    block_on_close = False
    take: Take
    tell_refused: TellRefused | None

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        if not 0 <= address[1] <= 65_535:
            raise ValueError(f"{address[1]} is no port")
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.refused: dict[str, int] = {}
        self._counting = threading.Lock()
        super().__init__(address, handler)

    def server_bind(self) -> None:
        """Take the port, without the look at the name service that `HTTPServer` does and that may take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def note_refused(self, reason: str) -> None:
        """Count a request that is not met, and tell of a reason that is new."""
        with self._counting:
            known = reason in self.refused or len(self.refused) >= _MOST_REASONS
            reason = reason if reason in self.refused or not known else _OTHER_REASONS
            self.refused[reason] = self.refused.get(reason, 0) + 1
        if not known and self.tell_refused is not None:
            self.tell_refused(reason)

    def handle_error(self, request: object, client_address: object) -> None:
        _log.debug("a request from %s broke off", client_address, exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "tracetop"
    sys_version = ""
    timeout = _SILENT_SECONDS

    def do_POST(self) -> None:
        """Take what was sent."""
        kind = self._kind()
        rejected = 0
        try:
            body = self._body()
            if self.path.partition("?")[0] == _TRACES:
                rejected = self._take(kind, body)
            elif self.path.partition("?")[0] not in _IGNORED:
                raise RefusedError(HTTPStatus.NOT_FOUND, f"nothing is received here; spans go to {_TRACES}")
        except RefusedError as error:
            self._refuse(error.status, str(error))
        else:
            if rejected:
                self.server.note_refused(_NO_SPAN)
            self._answer(HTTPStatus.OK, answers.taken(kind, rejected, _NO_SPAN))

    def do_GET(self) -> None:
        """Say what this is."""
        told = f"tracetop listens here: POST spans to {_TRACES}\n".encode()
        self._answer(HTTPStatus.OK, Answer(told, "text/plain"))

    do_HEAD = do_GET

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what is no request that this knows: the server calls it for methods, versions and damaged heads."""
        self.close_connection = True
        if code == HTTPStatus.NOT_IMPLEMENTED:
            self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, f"{self.command} is not answered here; spans are sent by POST")
        elif code == HTTPStatus.HTTP_VERSION_NOT_SUPPORTED:
            self._refuse(HTTPStatus(code), _NO_GRPC)
        else:
            self._refuse(HTTPStatus(code), "no request of HTTP/1.1")

    def _kind(self) -> str:
        """The content type of what was sent; empty where no head could be read."""
        headers = getattr(self, "headers", None) or {}
        return str(headers.get("Content-Type", "")).partition(";")[0].strip().lower()

    def _take(self, kind: str, body: bytes) -> int:
        """Hand spans on; gives how many could not be read."""
        decode = _DECODED.get(kind)
        if decode is None:
            told = kind or "nothing"
            raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"{told} is not {JSON} or {PROTOBUF}")
        record = decode(body)
        try:
            self.server.take(record)
        except OSError as error:
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, f"cannot write: {error.strerror or error}") from error
        return unreadable_spans(record)

    def _body(self) -> bytes:
        """What was sent, unpacked. Raises RefusedError; what is not read then goes with the connection."""
        try:
            body = read_body(self.headers, self.rfile)
        except RefusedError:
            self.close_connection = True
            raise
        return unpacked(self.headers, body)

    def _refuse(self, status: HTTPStatus, reason: str) -> None:
        self.server.note_refused(reason)
        self._answer(status, answers.refused(self._kind(), reason))

    def _answer(self, status: HTTPStatus, answer: Answer) -> None:
        self.send_response(status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in _HEADS.get(status, ()):
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:
        _log.debug("%s: %s", self.address_string(), format % args)


def _of_json(body: bytes) -> Mapping[str, Any]:
    try:
        record = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"not JSON: {error}") from error
    if not isinstance(record, dict) or not isinstance(record.get("resourceSpans", []), list):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "no object with a list of resourceSpans")
    return record


def _of_protobuf(body: bytes) -> Mapping[str, Any]:
    try:
        return decode_spans(body)
    except BadWireError as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"not an ExportTraceServiceRequest: {error}") from error


_DECODED: dict[str, Callable[[bytes], Mapping[str, Any]]] = {JSON: _of_json, PROTOBUF: _of_protobuf}
