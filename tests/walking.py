"""Walk through everything that the public can reach: every page, file and API answer that links lead to."""

from __future__ import annotations

import io
import re
import zipfile
from collections import deque
from collections.abc import Iterable
from html import unescape
from urllib.parse import urldefrag, urljoin, urlsplit

from django.test import Client

LINK = re.compile(r"""(?:href|src|action|hx-get)="([^"#][^"]*)"|"(/[^"\s<>]*)"|"https?://testserver(/[^"\s<>]*)\"""")
# What is only for those who sign in, and what writes: forms for remarks begin a basket and are walked elsewhere.
NOT_WALKED = ("/biurko/", "/zaplecze/", "/konto/", "/dev/", "/static/", "/media/", "/api/schema/")
# The other languages show the same records in other words: of them the first pages are enough.
DEEPEST_IN_OTHER_LANGUAGES = 3


def walk(client: Client, start: Iterable[str]) -> dict[str, str]:
    """Address → text of everything that links lead to from these addresses, and of these."""
    found: dict[str, str] = {}
    waiting = deque(start)
    known = set(waiting)
    while waiting:
        address = waiting.popleft()
        answer = client.get(address)
        text = words_in(answer)
        found[address] = text
        if "html" not in answer.get("Content-Type", "") and "json" not in answer.get("Content-Type", ""):
            continue
        for groups in LINK.findall(text):
            link = urldefrag(urljoin(address, next(filter(None, groups)).replace("http://testserver", ""))).url
            if link.startswith("/") and link not in known and is_walked(link):
                known.add(link)
                waiting.append(link)
    return found


def words_in(answer) -> str:
    """All that a reader could find in an answer, whatever its format; of packed documents their parts unpacked."""
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            data = b"\n".join(parts.read(name) for name in parts.namelist())
    return unescape(data.decode("utf-8", "replace"))


def is_walked(address: str) -> bool:
    path, query = urlsplit(address).path, urlsplit(address).query
    bare = re.sub(r"^/(en|uk)/", "/", path)
    if bare.startswith(NOT_WALKED) or "/uwagi/nowa" in bare or "/zgloszenie" in bare:
        return False
    if bare != path and bare.count("/") > DEEPEST_IN_OTHER_LANGUAGES:
        return False
    # Filters can be combined without end; pages of a list cannot.
    return not query or bool(re.fullmatch(r"(after|per_page)=\d+(&(after|per_page)=\d+)*", query))
