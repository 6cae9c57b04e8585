"""Tagged PDF files (PDF/UA-1) made by Typst from a template and plain data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

# Where typst may read: the templates, and nothing else.
TEMPLATES = Path(settings.BASE_DIR) / "templates" / "pdf"


def render_pdf(template: str, data: Mapping[str, Any], *, language: str = "pl") -> bytes:
    """``templates/pdf/<template>.typ`` filled with the data, as PDF/UA-1; the same data, the same bytes.

    The template reads ``data`` from ``base.typ``; every text in it is data, never markup. An image without alternative
    text is an error of Typst's (``typst.TypstError``).
    """
    region = {"pl": "PL", "en": "GB", "uk": "UA"}.get(language, "PL")
    return bytes(
        typst.compile(
            TEMPLATES / f"{template}.typ",
            root=TEMPLATES,
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
