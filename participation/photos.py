"""Photographs of events: checked, and stripped of everything that says where, when and by whom they were taken."""

from __future__ import annotations

import io
import secrets
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext_lazy as _

from lublin2030.lib.images import NotAPicture, TooManyPixels, on_white, read_picture

MOST_BYTES = 10_000_000
LONGEST_SIDE = 2000
FORMATS = ("JPEG", "PNG", "WEBP")


def stripped_photo(upload: Any) -> SimpleUploadedFile:
    """The upload as a new JPEG of at most 2000 pixels a side: no EXIF, no GPS, no comment, no name of the old file.

    ValidationError for more than 10 MB, more than 40 million pixels, or what is no JPEG, PNG or WebP image.
    """
    if upload.size > MOST_BYTES:
        raise ValidationError(_("The photograph is larger than 10 MB. Make it smaller and choose it again."))
    try:
        picture = read_picture(upload, formats=FORMATS)
    except TooManyPixels as error:
        raise ValidationError(_("The photograph has more than 40 million pixels. Make it smaller.")) from error
    except NotAPicture as error:
        raise ValidationError(_("This is not a photograph we can read. Choose a JPEG, PNG or WebP file.")) from error
    bare = on_white(picture)
    bare.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    encoded = io.BytesIO()
    bare.save(encoded, "JPEG", quality=85, optimize=True)
    return SimpleUploadedFile(f"{secrets.token_hex(8)}.jpg", encoded.getvalue(), content_type="image/jpeg")


class PhotoField(forms.ImageField):
    """An image that arrives stripped; the limits are checked before anything is decoded."""

    def to_python(self, data: Any) -> Any:
        if data in self.empty_values:
            return None
        return super().to_python(stripped_photo(data))
