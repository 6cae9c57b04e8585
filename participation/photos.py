"""Photographs of events: checked, and stripped of everything that says where, when and by whom they were taken."""

from __future__ import annotations

import io
import secrets
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

MOST_BYTES = 10_000_000
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 2000
FORMATS = ("JPEG", "PNG", "WEBP")


def stripped_photo(upload: Any) -> SimpleUploadedFile:
    """The upload as a new JPEG of at most 2000 pixels a side: no EXIF, no GPS, no comment, no name of the old file.

    ValidationError for more than 10 MB, more than 40 million pixels, or what is no JPEG, PNG or WebP image.
    """
    if upload.size > MOST_BYTES:
        raise ValidationError(_("The photograph is larger than 10 MB. Make it smaller and choose it again."))
    upload.seek(0)
    try:
        with Image.open(upload, formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValidationError(_("The photograph has more than 40 million pixels. Make it smaller."))
            # Re-encoding the bare pixels loses all metadata; the turn that EXIF asked for is made first.
            pixels = _on_white(ImageOps.exif_transpose(image))
    except ValidationError:
        raise
    except Exception as error:  # Pillow's decoders raise many kinds for a broken file
        raise ValidationError(_("This is not a photograph we can read. Choose a JPEG, PNG or WebP file.")) from error
    pixels.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    bare = Image.new("RGB", pixels.size)
    bare.paste(pixels)
    encoded = io.BytesIO()
    bare.save(encoded, "JPEG", quality=85, optimize=True)
    return SimpleUploadedFile(f"{secrets.token_hex(8)}.jpg", encoded.getvalue(), content_type="image/jpeg")


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    layered = image.convert("RGBA")
    background = Image.new("RGBA", layered.size, "white")
    return Image.alpha_composite(background, layered).convert("RGB")


class PhotoField(forms.ImageField):
    """An image that arrives stripped; the limits are checked before anything is decoded."""

    def to_python(self, data: Any) -> Any:
        if data in self.empty_values:
            return None
        return super().to_python(stripped_photo(data))
