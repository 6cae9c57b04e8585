"""A scanner that speaks clamd's protocol is asked; what it does not answer is not taken for “clean”."""

from __future__ import annotations

import io
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from lublin2030.lib.scanner import ScannerFoundSomething, ScannerUnavailable, check_url, scan

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (piece := connection.recv(size - len(data))):
        data += piece
    return data


def _serve(server: socket.socket, received: list[bytes], answer: bytes | None) -> None:
    connection, _address = server.accept()
    with connection:
        assert _exactly(connection, 10) == b"zINSTREAM\0"
        data = b""
        while size := struct.unpack("!I", _exactly(connection, 4))[0]:
            data += _exactly(connection, size)
        received.append(data)
        if answer is None:
            answer = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in data else b"stream: OK\0"
        with suppress(OSError):  # whoever asked has heard enough
            for byte in answer:  # a slow network gives the answer in pieces
                connection.sendall(bytes([byte]))


@contextmanager
def clamd(unix: Path | None = None, answer: bytes | None = None) -> Iterator[tuple[str, list[bytes]]]:
    """A scanner that knows one virus, or says what it is told to say; its url, and what was sent to it."""
    received: list[bytes] = []
    with socket.socket(socket.AF_UNIX if unix else socket.AF_INET) as server:
        server.bind(str(unix) if unix else ("127.0.0.1", 0))
        server.listen()
        url = f"unix://{unix}" if unix else f"tcp://127.0.0.1:{server.getsockname()[1]}"
        thread = threading.Thread(target=_serve, args=(server, received, answer), daemon=True)
        thread.start()
        yield url, received
        thread.join(timeout=10)


@pytest.mark.parametrize("way", ["tcp", "unix"])
@pytest.mark.parametrize("size", [0, 1, 65_536, 200_001])
def test_the_whole_file_reaches_the_scanner_and_a_clean_one_passes(tmp_path, way, size):
    file = io.BytesIO(b"a" * size)
    file.seek(0, io.SEEK_END)
    with clamd(tmp_path / "s" if way == "unix" else None) as (url, received):
        scan(file, url=url)
    assert received == [b"a" * size]
    assert file.tell() == 0


def test_a_virus_is_found():
    with clamd() as (url, _received), pytest.raises(ScannerFoundSomething):
        scan(io.BytesIO(b"x" * 100_000 + EICAR), url=url)


@pytest.mark.parametrize("answer", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK maybe\0", b"x" * 9000])
def test_any_other_answer_is_no_answer(answer):
    with clamd(answer=answer) as (url, _received), pytest.raises(ScannerUnavailable):
        scan(io.BytesIO(b"a"), url=url)


def test_a_scanner_that_is_down_is_told_from_a_clean_file(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for url in (f"tcp://127.0.0.1:{port}", f"unix://{tmp_path}/none"):
        with pytest.raises(ScannerUnavailable):
            scan(io.BytesIO(b"a"), url=url)


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:3310", "tcp://127.0.0.1", "unix:", "127.0.0.1:3310"])
def test_a_url_that_is_none_is_named(url):
    with pytest.raises(ValueError, match="tcp://host:port"):
        check_url(url)
