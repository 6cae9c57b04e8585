"""The scan of a letter: its type is told from its content, and nothing of its name or metadata goes on."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from typing import Any

import filetype
from django.core.files.base import ContentFile
from PIL import Image, ImageOps

from accounts.models import User
from consultations.errors import ScanNotTaken
from consultations.models import Attachment, Submission

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 60_000_000  # an A3 page at 600 dpi and a little more
SCANS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


def add_scan(submission: Submission, *, upload: Any, by: User, now: dt.datetime) -> Attachment:
    """Keep the scan with its submission, in the caller's transaction. Raises ScanNotTaken for anything but a scan."""
    content, content_type = _read(upload)
    attachment = Attachment(
        submission=submission,
        kind=Attachment.Kind.SCAN,
        name=(upload.name or "")[-150:],
        content_type=content_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        added_at=now,
        added_by=by,
    )
    attachment.file.save(attachment.token, ContentFile(content), save=False)
    attachment.save()
    return attachment


def _read(upload: Any) -> tuple[bytes, str]:
    if (upload.size or 0) > MOST_BYTES:
        raise ScanNotTaken
    content = upload.read()
    kind = filetype.guess(content)
    if kind is None or kind.mime not in SCANS:
        raise ScanNotTaken
    return (content if kind.mime == "application/pdf" else _without_metadata(content, kind.mime)), kind.mime


def _without_metadata(content: bytes, content_type: str) -> bytes:
    """The picture drawn anew: where and by which device it was taken does not go on."""
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG", "PNG"]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise ScanNotTaken
            drawn = ImageOps.exif_transpose(picture)
            drawn.info.clear()
            out = io.BytesIO()
            if content_type == "image/png":
                drawn.save(out, "PNG")
            else:
                drawn.convert("RGB").save(out, "JPEG", quality=88)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ScanNotTaken from error
    return out.getvalue()
