"""Pictures that people send: checked before anything is decoded, and stripped of all that is not the picture."""

from __future__ import annotations

import threading
from typing import Any

from PIL import Image, ImageOps

MOST_PIXELS = 40_000_000
# A decoded picture takes up to 160 MB of memory: each process decodes one at a time.
_decoding = threading.Semaphore(1)


class PictureRefused(Exception):
    """Any refusal of a picture."""


class TooManyPixels(PictureRefused):
    """More than ``MOST_PIXELS``, by what the file says of itself."""


class NotAPicture(PictureRefused):
    """Not of the given formats, or damaged."""


def read_picture(file: Any, *, formats: tuple[str, ...]) -> Image.Image:
    """The picture of a file, turned as its EXIF data ask, in mode L, LA, RGB or RGBA and with nothing in ``info``.

    ``formats`` are Pillow's names. Of an animation only the first picture is kept. Raises TooManyPixels, NotAPicture.
    """
    file.seek(0)
    try:
        with _decoding, Image.open(file, formats=formats) as image:
            if image.width * image.height > MOST_PIXELS:
                raise TooManyPixels
            turned = ImageOps.exif_transpose(image)
            plain = _in_common_mode(turned)
            # Into a new picture: whatever a decoder hangs on the one it has read (texts, profiles, dates) stays behind.
            bare = Image.new(plain.mode, plain.size)
            bare.paste(plain)
            return bare
    except TooManyPixels:
        raise
    except Image.DecompressionBombError as error:
        raise TooManyPixels from error
    except Exception as error:  # Pillow's decoders raise many kinds for a broken file
        raise NotAPicture from error


def on_white(image: Image.Image) -> Image.Image:
    """The picture in RGB; where one could see through it, it becomes white."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    layered = image.convert("RGBA")
    background = Image.new("RGBA", layered.size, "white")
    return Image.alpha_composite(background, layered).convert("RGB")


def _in_common_mode(image: Image.Image) -> Image.Image:
    if image.mode in {"L", "LA", "RGB", "RGBA"} and "transparency" not in image.info:
        return image
    if image.mode == "1":
        return image.convert("L")
    if image.mode.startswith("I"):
        # 16 bits of grey: converting without dividing would turn all that is not nearly black into white.
        return image.convert("I").point(lambda value: value / 256).convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")
