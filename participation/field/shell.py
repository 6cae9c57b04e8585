"""The tablets' page as files: what the service worker keeps, and by which release it knows that they are others."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.templatetags.static import static

MODULES = ("app", "clock", "handover", "leaving", "picture", "queue", "store", "sync", "vault", "words")
FONTS = (
    "onest-latin", "onest-latin-ext", "onest-cyrillic", "brygada-1918-latin", "brygada-1918-latin-ext",
    "brygada-1918-cyrillic",
)  # fmt: skip
FILES = (
    "css/fonts.css",
    "css/site.css",
    "css/teren.css",
    *(f"js/teren/{name}.js" for name in MODULES),
    *(f"vendor/fonts/{name}.woff2" for name in FONTS),
    "icon.svg",
    "img/teren/icon-192.png",
    "img/teren/icon-512.png",
    "img/teren/icon-maskable-512.png",
)
WORKER = "js/teren/worker.js"


@lru_cache(maxsize=1)
def _content_of_files() -> bytes:
    """One digest of every file's content: these change with a release only, and with it every process is new."""
    digest = hashlib.sha256()
    for name in (*FILES, WORKER):
        digest.update(_source(name).read_bytes())
    return digest.digest()


def _source(name: str) -> Path:
    path = finders.find(name)
    if not isinstance(path, str):
        raise FileNotFoundError(name)
    return Path(path)


def service_worker(page: str, addresses: list[str]) -> str:
    """The service worker's script: the page's ``addresses`` and the files with it, under a release of their content."""
    files = [*addresses, *(static(name) for name in FILES)]
    release = hashlib.sha256(_content_of_files() + page.encode() + json.dumps(files).encode()).hexdigest()[:16]
    head = f'const RELEASE = "{release}";\nconst FILES = {json.dumps(files)};\n'
    return head + _source(WORKER).read_text(encoding="utf-8")
