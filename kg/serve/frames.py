"""How the server and its engine processes speak over a socket: frames of a kind, a length and a content.

A question is one ASK frame of JSON. Its answer is any number of DATA frames and one END, or FAILED in place of any of
them. An END before any question says that the process is ready; one that dies closes the socket.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from typing import Any

ASK, DATA, END, FAILED = b"Q", b"D", b"Z", b"E"
_HEADER = struct.Struct("!cI")


def pack(kind: bytes, content: bytes) -> bytes:
    """The bytes of a frame.

    >>> pack(DATA, b"abc")
    b'D\\x00\\x00\\x00\\x03abc'
    """
    return _HEADER.pack(kind, len(content)) + content


def pack_json(kind: bytes, **content: Any) -> bytes:
    """The bytes of a frame that holds JSON."""
    return pack(kind, json.dumps(content).encode())


async def read(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The next frame's kind and content. Raises asyncio.IncompleteReadError at the end of the stream."""
    kind, length = _HEADER.unpack(await reader.readexactly(_HEADER.size))
    return kind, await reader.readexactly(length)


def receive(connection: socket.socket) -> tuple[bytes, bytes] | None:
    """The next frame of a blocking socket; None when the other side is gone."""
    header = _receive_exactly(connection, _HEADER.size)
    if header is None:
        return None
    kind, length = _HEADER.unpack(header)
    content = _receive_exactly(connection, length)
    return None if content is None else (kind, content)


def _receive_exactly(connection: socket.socket, length: int) -> bytes | None:
    parts = []
    while length:
        part = connection.recv(min(length, 1 << 16))
        if not part:
            return None
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
