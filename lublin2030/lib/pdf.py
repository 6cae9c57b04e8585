"""Tagged PDF files (PDF/UA-1) made by Typst from a template and plain data."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

# Where typst may read: the templates, and nothing else.
TEMPLATES = Path(settings.BASE_DIR) / "templates" / "pdf"

# Letters of Polish, English and Ukrainian and what is written with them: Libertinus Serif has them all.
_COMMON = r"\t\n\x20-\x7e\xa0-\u017f\u0400-\u045f\u0490\u0491\u2013\u2014\u2018-\u201e\u2022\u2026"
COMMON = re.compile(f"[{_COMMON}]*")
COMMON_CHARACTERS = re.compile(f"[{_COMMON}]")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
NO_GLYPH = "□"
PROBE = b'#set document(title: "x")\n#set text(font: "Libertinus Serif")\n#sys.inputs.text'


def render_pdf(
    template: str, data: Mapping[str, Any], *, language: str = "pl", files: Mapping[str, bytes] | None = None
) -> bytes:
    """``templates/pdf/<template>.typ`` filled with the data, as PDF/UA-1; the same data, the same bytes.

    ``files``: pictures by name, which the template finds under ``files/``. The template reads ``data`` from
    ``base.typ``; every text in it is data, never markup. An image without alternative
    text is an error of Typst's (``typst.TypstError``).
    """
    region = {"pl": "PL", "en": "GB", "uk": "UA"}.get(language, "PL")
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


def _showable(value: Any) -> Any:
    """The data with every character that none of the fonts has replaced by “□”, and control characters left out.

    PDF/UA forbids text without glyphs, so one emoji in a resident's remark would otherwise refuse the document.
    """
    if isinstance(value, str):
        if COMMON.fullmatch(value):
            return value
        kept = CONTROL.sub("", value)
        unusual = "".join(sorted(set(COMMON_CHARACTERS.sub("", kept))))
        if unusual and not _has_glyphs(unusual):
            missing = [character for character in unusual if not _has_glyphs(character)]
            kept = kept.translate({ord(character): NO_GLYPH for character in missing})
        return kept
    if isinstance(value, Mapping):
        return {name: _showable(one) for name, one in value.items()}
    return [_showable(one) for one in value] if isinstance(value, list | tuple) else value


@lru_cache(maxsize=4096)
def _has_glyphs(text: str) -> bool:
    """Whether the fonts have all the characters. Typst knows, so it is asked, once for each text."""
    try:
        typst.compile(PROBE, sys_inputs={"text": text}, pdf_standards=["ua-1"], ignore_system_fonts=True)
    except typst.TypstError:
        return False
    return True


def _compile(root: Path, template: str, data: Mapping[str, Any], *, language: str, region: str) -> bytes:
    return bytes(
        typst.compile(
            root / f"{template}.typ",
            root=root,
            sys_inputs={
                "data": json.dumps(_showable(data), ensure_ascii=False),
                "language": language,
                "region": region,
            },
            pdf_standards=["ua-1"],
            timestamp=0,
            ignore_system_fonts=True,
        )
    )
