"""Ask a virus scanner about a file, in the protocol of ClamAV's ``clamd`` (command INSTREAM)."""

from __future__ import annotations

import socket
import struct
from typing import Any
from urllib.parse import urlsplit

PIECE = 64 * 1024
LONGEST_ANSWER = 4096


class ScannerFoundSomething(Exception):
    """The scanner knows the file as harmful."""


class ScannerUnavailable(Exception):
    """The scanner did not say anything usable: it is down, busy, or the file is larger than it takes."""


def scan(file: Any, *, url: str, timeout: float = 30.0) -> None:
    """Have a file scanned; silence means that nothing was found. ``timeout`` in seconds, for each step.

    ``url`` is ``tcp://host:3310`` or ``unix:///run/clamd.sock``. Raises ScannerFoundSomething, ScannerUnavailable, and
    ValueError for another url.
    """
    file.seek(0)
    try:
        with _connect(url, timeout) as connection:
            connection.sendall(b"zINSTREAM\0")
            while piece := file.read(PIECE):
                connection.sendall(struct.pack("!I", len(piece)) + piece)
            connection.sendall(struct.pack("!I", 0))
            answer = _read_answer(connection)
    except OSError as error:
        raise ScannerUnavailable from error
    finally:
        file.seek(0)
    if answer.endswith(b" FOUND"):
        raise ScannerFoundSomething
    if answer != b"stream: OK":
        raise ScannerUnavailable


def check_url(url: str) -> None:
    """ValueError unless the url is one that ``scan`` understands."""
    parts = urlsplit(url)
    known = {"tcp": parts.hostname and parts.port, "unix": parts.path}
    if not known.get(parts.scheme):
        raise ValueError(f"{url!r} is neither tcp://host:port nor unix:///path.")


def _connect(url: str, timeout: float) -> socket.socket:
    check_url(url)
    parts = urlsplit(url)
    if parts.scheme == "tcp":
        return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=timeout)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout)
    try:
        connection.connect(parts.path)
    except OSError:
        connection.close()
        raise
    return connection


def _read_answer(connection: socket.socket) -> bytes:
    """The answer up to its zero byte, or to the end of what the scanner says."""
    answer = b""
    while b"\0" not in answer and len(answer) < LONGEST_ANSWER:
        piece = connection.recv(1024)
        if not piece:
            break
        answer += piece
    return answer.split(b"\0", 1)[0].strip()
