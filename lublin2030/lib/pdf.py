"""Tagged PDF files (PDF/UA-1) made by Typst from a template and plain data."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

# Where typst may read: the templates, and nothing else.
TEMPLATES = Path(settings.BASE_DIR) / "templates" / "pdf"
# Bounds of a document that is set in a process of its own: of its address space, and of its time on a core.
MOST_BYTES_APART = 4 * 1024**3
MOST_SECONDS_APART = 300


# What the fonts in typst can draw, tried out character by character: PDF/UA allows nothing else, and a single emoji in
# somebody's text would otherwise cost the whole file.
_DRAWN = (
    (0x20, 0x7E), (0xA0, 0x483), (0x48A, 0x4FF), (0x1E00, 0x1FFF), (0x2000, 0x2040), (0x2044, 0x2052),
    (0x2054, 0x2064), (0x2070, 0x20C0), (0x2100, 0x211E), (0x2126, 0x2151), (0x2153, 0x2184), (0x2190, 0x23FF),
    (0x2460, 0x2606), (0x2713, 0x2714), (0xFB00, 0xFB06),
)  # fmt: skip
_NO_CHARACTER = frozenset({"Cc", "Cn", "Co", "Cs"})


def _unprintable() -> re.Pattern[str]:
    """Everything but line ends, tabs and what can be drawn; one pass of a pattern, for texts of many megabytes."""
    refused = "".join(
        re.escape(chr(code))
        for low, high in _DRAWN
        for code in range(low, high + 1)
        if unicodedata.category(chr(code)) in _NO_CHARACTER
    )
    drawn = "".join(f"{re.escape(chr(low))}-{re.escape(chr(high))}" for low, high in _DRAWN)
    return re.compile(f"[^\\n\\t{drawn}]" + (f"|[{refused}]" if refused else ""))


_UNPRINTABLE = _unprintable()


def printable(text: str) -> str:
    """The text with every character that cannot be drawn in its place by its Unicode number: “[U+1F600]”."""
    return _UNPRINTABLE.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


def _printable_data(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {key: _printable_data(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_printable_data(one) for one in value]
    return value


def render_pdf(
    template: str,
    data: Mapping[str, Any],
    *,
    language: str = "pl",
    files: Mapping[str, bytes] | None = None,
    apart: bool = False,
) -> bytes:
    """``templates/pdf/<template>.typ`` filled with the data, as PDF/UA-1; the same data, the same bytes.

    ``apart``: in a process of its own with bounds of memory and time, for documents of thousands of rows: what it
    takes is given back at its end, and one that cannot be set fails alone (``TypesettingFailed``).

    ``files``: pictures by name, which the template finds under ``files/``. The template reads ``data`` from
    ``base.typ``; every text in it is data, never markup. An image without alternative
    text is an error of Typst's (``typst.TypstError``). Characters without a glyph come as in ``printable``.
    """
    region = {"pl": "PL", "en": "GB", "uk": "UA"}.get(language, "PL")
    if apart:
        return _compile_apart(TEMPLATES, template, data, language=language, region=region)
    if not files:
        return _compile(TEMPLATES, template, data, language=language, region=region)
    # Typst reads inside of one folder only: one of the templates and the pictures together, for this document.
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for source in TEMPLATES.glob("*.typ"):
            shutil.copy(source, root)
        (root / "files").mkdir()
        for name, content in files.items():
            (root / "files" / Path(name).name).write_bytes(content)
        return _compile(root, template, data, language=language, region=region)


class TypesettingFailed(Exception):
    """The process that sets a document came to no end: its bounds were too narrow, or the document was wrong."""


def _inputs(data: Mapping[str, Any], *, language: str, region: str) -> dict[str, str]:
    return {
        "data": json.dumps(_printable_data(data), ensure_ascii=False),
        "language": language,
        "region": region,
    }


def _compile_apart(root: Path, template: str, data: Mapping[str, Any], *, language: str, region: str) -> bytes:
    request = {
        "source": str(root / f"{template}.typ"),
        "root": str(root),
        "inputs": _inputs(data, language=language, region=region),
        "most_bytes": MOST_BYTES_APART,
        "most_seconds": MOST_SECONDS_APART,
    }
    # Not as a module: that process needs typst only, and none of the portal's settings.
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-I", str(Path(__file__).with_name("typesetter.py"))],
        input=json.dumps(request).encode(),
        capture_output=True,
        check=False,
        timeout=2 * MOST_SECONDS_APART,
    )
    if done.returncode:
        # What Typst says quotes the document, which can hold anything: only that it failed is told.
        raise TypesettingFailed(done.returncode)
    return done.stdout


def _compile(root: Path, template: str, data: Mapping[str, Any], *, language: str, region: str) -> bytes:
    return bytes(
        typst.compile(
            root / f"{template}.typ",
            root=root,
            sys_inputs=_inputs(data, language=language, region=region),
            pdf_standards=["ua-1"],
            timestamp=0,
            ignore_system_fonts=True,
        )
    )
