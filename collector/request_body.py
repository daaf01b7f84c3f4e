"""The body of an HTTP request, read whole and unpacked, never more of it than is sensible."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable
from email.message import Message
from http import HTTPStatus

MOST_BYTES = 64 << 20
"""Of one request, unpacked."""
_LONGEST_LINE = 1 << 10


class RefusedError(Exception):
    """A request that is not met: its status and why."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def read_body(headers: Message, file: io.BufferedIOBase) -> bytes:
    """What stands behind the head, as it was sent. Raises RefusedError; then it was not read to its end."""
    if headers.get("Transfer-Encoding", "").strip().lower() == "chunked":
        return _chunks(file)
    size = headers.get("Content-Length", "")
    if not size.isdecimal():
        raise RefusedError(HTTPStatus.LENGTH_REQUIRED, "no length is given")
    _check_size(int(size))
    return _exactly(file, int(size))


def unpacked(headers: Message, body: bytes) -> bytes:
    """A body without its packing. Raises RefusedError."""
    packing = headers.get("Content-Encoding", "").strip().lower() or "identity"
    unpack = _UNPACKED.get(packing)
    if unpack is None:
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"{packing} is not gzip or deflate")
    try:
        content = unpack(body)
    except (OSError, EOFError, zlib.error) as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"not {packing}: {error}") from error
    _check_size(len(content))
    return content


def _chunks(file: io.BufferedIOBase) -> bytes:
    body = bytearray()
    while True:
        line = file.readline(_LONGEST_LINE)
        try:
            size = int(line.partition(b";")[0], 16)
        except ValueError:
            size = -1
        if size < 0:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "a chunk without its length")
        _check_size(len(body) + size)
        if not size:
            break
        body += _exactly(file, size)
        file.readline(_LONGEST_LINE)
    while file.readline(_LONGEST_LINE).strip():
        pass
    return bytes(body)


def _exactly(file: io.BufferedIOBase, size: int) -> bytes:
    body = file.read(size)
    if len(body) < size:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "less was sent than was said")
    return body


def _check_size(size: int) -> None:
    if size > MOST_BYTES:
        raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {MOST_BYTES >> 20} MB in one request")


def _of_gzip(body: bytes) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(body)) as file:
        return file.read(MOST_BYTES + 1)


def _of_deflate(body: bytes) -> bytes:
    return zlib.decompressobj().decompress(body, MOST_BYTES + 1)


_UNPACKED: dict[str, Callable[[bytes], bytes]] = {"identity": bytes, "gzip": _of_gzip, "deflate": _of_deflate}
