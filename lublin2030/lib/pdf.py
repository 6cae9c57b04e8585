"""Tagged PDF files (PDF/UA-1) made by Typst from a template and plain data."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

# Where typst may read: the templates, and nothing else.
TEMPLATES = Path(settings.BASE_DIR) / "templates" / "pdf"


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


def _compile(root: Path, template: str, data: Mapping[str, Any], *, language: str, region: str) -> bytes:
    return bytes(
        typst.compile(
            root / f"{template}.typ",
            root=root,
            sys_inputs={
                "data": json.dumps(data, ensure_ascii=False),
                "language": language,
                "region": region,
            },
            pdf_standards=["ua-1"],
            timestamp=0,
            ignore_system_fonts=True,
        )
    )
