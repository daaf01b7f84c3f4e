"""A receiver for OTLP over HTTP: what agents send goes to a function, and each gets its answer at once."""

from __future__ import annotations

import gzip
import io
import ipaddress
import logging
import socket
import socketserver
import threading
import zlib
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

from .formats.otlp.wire import BadWireError, decode_spans

DEFAULT_PORT = 4318
"""Where OTLP over HTTP is sent to unless an agent is told otherwise."""
MOST_BYTES = 64 << 20
"""Of one request, unpacked."""
_SILENT_SECONDS = 30.0
_LOOK_SECONDS = 0.1
"""So often it looks whether it is to end."""
_LONGEST_LINE = 1 << 10

_TRACES = "/v1/traces"
_IGNORED = ("/v1/logs", "/v1/metrics", "/v1development/profiles")
_JSON, _PROTOBUF = "application/json", "application/x-protobuf"
_log = logging.getLogger("tracetop")

Take = Callable[[Mapping[str, Any]], None]
"""Takes the spans of a request, as OTLP/JSON. May be called from any thread."""


class RefusedError(Exception):
    """A request that is not met: its status and why."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class OtlpReceiver:
    """Listens on a port, 0 for any that is free, and serves in threads until it is closed.

    Spans go to `take`; where that raises OSError the sender is told to try again later. Logs and metrics are accepted
    and left out. Raises OSError where the port cannot be had, ValueError for one that is none.
    """

    def __init__(self, take: Take, host: str = "127.0.0.1", port: int = DEFAULT_PORT) -> None:
        self._server = _Server((host, port), _Handler)
        self._server.take = take
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

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        if not 0 <= address[1] <= 65_535:
            raise ValueError(f"{address[1]} is no port")
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.refused: dict[str, int] = {}
        super().__init__(address, handler)

    def server_bind(self) -> None:
        """Take the port, without the look at the name service that `HTTPServer` does and that may take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

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
        kind = self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        try:
            body = self._body()
            if self.path.partition("?")[0] == _TRACES:
                self._take(kind, body)
            elif self.path.partition("?")[0] not in _IGNORED:
                raise RefusedError(HTTPStatus.NOT_FOUND, f"nothing is received here; spans go to {_TRACES}")
        except RefusedError as error:
            reason = str(error)
            self.server.refused[reason] = self.server.refused.get(reason, 0) + 1
            self._answer(error.status, orjson.dumps({"code": 3, "message": reason}), _JSON)
        else:
            self._answer(HTTPStatus.OK, *((b"", _PROTOBUF) if kind == _PROTOBUF else (b"{}", _JSON)))

    def do_GET(self) -> None:
        """Say what this is."""
        self._answer(HTTPStatus.OK, f"tracetop listens here: POST spans to {_TRACES}\n".encode(), "text/plain")

    do_HEAD = do_GET

    def _take(self, kind: str, body: bytes) -> None:
        decode = _DECODED.get(kind)
        if decode is None:
            told = kind or "nothing"
            raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"{told} is not {_JSON} or {_PROTOBUF}")
        record = decode(body)
        try:
            self.server.take(record)
        except OSError as error:
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, f"cannot write: {error.strerror or error}") from error

    def _body(self) -> bytes:
        """What was sent, unpacked. Raises RefusedError; what is not read then goes with the connection."""
        try:
            body = self._sent()
        except RefusedError:
            self.close_connection = True
            raise
        packing = self.headers.get("Content-Encoding", "identity").strip().lower()
        if packing in ("identity", ""):
            return body
        if packing not in ("gzip", "deflate"):
            raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"{packing} is not gzip or deflate")
        try:
            return _unpacked(body, packing)
        except (OSError, EOFError, zlib.error) as error:
            raise RefusedError(HTTPStatus.BAD_REQUEST, f"not {packing}: {error}") from error

    def _sent(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").strip().lower() == "chunked":
            return self._chunks()
        size = self.headers.get("Content-Length", "")
        if not size.isdecimal():
            raise RefusedError(HTTPStatus.LENGTH_REQUIRED, "no length is given")
        _check_size(int(size))
        return self._exactly(int(size))

    def _chunks(self) -> bytes:
        body = bytearray()
        while True:
            line = self.rfile.readline(_LONGEST_LINE)
            try:
                size = int(line.partition(b";")[0], 16)
            except ValueError:
                size = -1
            if size < 0:
                raise RefusedError(HTTPStatus.BAD_REQUEST, "a chunk without its length")
            _check_size(len(body) + size)
            if not size:
                break
            body += self._exactly(size)
            self.rfile.readline(_LONGEST_LINE)
        while self.rfile.readline(_LONGEST_LINE).strip():
            pass
        return bytes(body)

    def _exactly(self, size: int) -> bytes:
        body = self.rfile.read(size)
        if len(body) < size:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "less was sent than was said")
        return body

    def _answer(self, status: HTTPStatus, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if status is HTTPStatus.SERVICE_UNAVAILABLE:
            self.send_header("Retry-After", "5")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        _log.debug("%s: %s", self.address_string(), format % args)


def _check_size(size: int) -> None:
    if size > MOST_BYTES:
        raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {MOST_BYTES >> 20} MB in one request")


def _unpacked(body: bytes, packing: str) -> bytes:
    if packing == "gzip":
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as file:
            unpacked = file.read(MOST_BYTES + 1)
    else:
        unpacked = zlib.decompressobj().decompress(body, MOST_BYTES + 1)
    _check_size(len(unpacked))
    return unpacked


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


_DECODED: dict[str, Callable[[bytes], Mapping[str, Any]]] = {_JSON: _of_json, _PROTOBUF: _of_protobuf}
