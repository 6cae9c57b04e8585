"""A small load generator: some connections kept open, each asking again as soon as it has its answer."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

CONNECTIONS = 8


@dataclass(frozen=True)
class Run:
    """What one run measured: requests per second, the 95th percentile in milliseconds, answers by status."""

    per_second: float
    p95_ms: float
    statuses: dict[int, int]
    bytes_first: int


def get(host: str, path: str) -> bytes:
    """A GET request as bytes."""
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip\r\nConnection: keep-alive\r\n\r\n".encode()


def post(host: str, path: str, body: bytes, *, cookie: str = "") -> bytes:
    """A POST of a form as bytes."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Origin: http://{host}\r\nContent-Length: {len(body)}\r\nCookie: {cookie}\r\nConnection: keep-alive\r\n\r\n"
    )
    return head.encode() + body


async def _answer(reader: asyncio.StreamReader) -> tuple[int, int, bool]:
    """Read one answer whole: its status, its length, whether the connection stays open."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = int(head[9:12])
    length = 0
    for line in head.split("\r\n"):
        if line.startswith("content-length:"):
            length = int(line.split(":")[1])
    if "transfer-encoding: chunked" in head:
        while size := int((await reader.readline()).strip(), 16):
            await reader.readexactly(size + 2)
            length += size
        await reader.readline()
    elif length:
        await reader.readexactly(length)
    return status, length, "connection: close" not in head


async def _drive(port: int, next_request: Callable[[], bytes | None], seconds: float) -> Run:
    times: list[float] = []
    statuses: dict[int, int] = {}
    first = 0
    end = time.perf_counter() + seconds

    async def connection() -> None:
        nonlocal first
        streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        while time.perf_counter() < end:
            request = next_request()
            if request is None:
                break
            if streams is None:
                streams = await asyncio.open_connection("127.0.0.1", port)
            reader, writer = streams
            start = time.perf_counter()
            writer.write(request)
            status, length, stays = await _answer(reader)
            times.append(time.perf_counter() - start)
            statuses[status] = statuses.get(status, 0) + 1
            first = first or length
            if not stays:
                writer.close()
                streams = None
        if streams is not None:
            streams[1].close()

    began = time.perf_counter()
    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    took = time.perf_counter() - began
    p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else 0.0
    return Run(per_second=len(times) / took, p95_ms=p95 * 1000, statuses=statuses, bytes_first=first)


def drive(port: int, next_request: Callable[[], bytes | None], *, seconds: float) -> Run:
    """Send what ``next_request`` gives, over eight connections, until it gives None or the time is over."""
    return asyncio.run(_drive(port, next_request, seconds))
