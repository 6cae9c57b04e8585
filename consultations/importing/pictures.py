"""Pictures of a document: drawn anew without metadata, known by the digest of what was drawn."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_PIXELS = 60_000_000
LONGEST_SIDE = 1600  # pixels; a column of the reader is never wider than half of that
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
KEPT = {"JPEG": ("JPEG", "jpg", "image/jpeg"), "WEBP": ("WEBP", "webp", "image/webp")}


@dataclass(frozen=True)
class Picture:
    """A picture as the portal will serve it. ``name`` is its digest with the ending of its format."""

    sha256: str
    data: bytes
    name: str
    content_type: str
    width: int
    height: int


class PictureNotKept(Exception):
    """``code``: ``picture_format`` or ``picture_damaged``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def draw_anew(data: bytes) -> Picture:
    """The picture re-encoded: pixels only, upright, at most ``LONGEST_SIDE`` long. Raises PictureNotKept.

    Vector drawings of offices (EMF, WMF) and SVG are not kept: no browser shows the first, the last can run code.
    """
    try:
        opened = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise PictureNotKept("picture_format") from error
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise PictureNotKept("picture_damaged") from error
    if opened.width * opened.height > MOST_PIXELS:
        raise PictureNotKept("picture_damaged")
    try:
        image: Image.Image = ImageOps.exif_transpose(opened)
        image.load()
        encoder, ending, content_type = KEPT.get(opened.format or "", ("PNG", "png", "image/png"))
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        if encoder == "JPEG":
            image = image.convert("RGB")
        elif image.mode not in {"1", "L", "LA", "P", "RGB", "RGBA"} or (encoder == "WEBP" and image.mode != "RGB"):
            image = image.convert("RGBA")
        image.info = {name: image.info[name] for name in ("transparency",) if name in image.info}
        drawn = io.BytesIO()
        options = {"quality": 85} if encoder != "PNG" else {}
        image.save(drawn, encoder, **options)
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise PictureNotKept("picture_damaged") from error
    digest = hashlib.sha256(drawn.getvalue()).hexdigest()
    return Picture(digest, drawn.getvalue(), f"{digest}.{ending}", content_type, image.width, image.height)
