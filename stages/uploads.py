"""Files that staff put on the portal."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

DOCUMENT_SUFFIXES = frozenset(
    {".pdf", ".docx", ".odt", ".xlsx", ".ods", ".pptx", ".odp", ".csv", ".json", ".txt", ".rtf", ".zip"}
)
DOCUMENT_MOST_BYTES = 50_000_000


def refuse_unfit_document(file: Any) -> None:
    """ValidationError for a file that a browser could run as a page of ours, or of more than 50 MB."""
    if PurePath(file.name).suffix.lower() not in DOCUMENT_SUFFIXES:
        raise ValidationError(
            _("Files of this kind cannot be published. Choose one of: %(suffixes)s."),
            params={"suffixes": ", ".join(sorted(DOCUMENT_SUFFIXES))},
        )
    if file.size > DOCUMENT_MOST_BYTES:
        raise ValidationError(_("The file is larger than 50 MB. Make it smaller or give a link."))
