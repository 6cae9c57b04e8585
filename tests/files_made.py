"""Files as people send them, and as they should not, all made here."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT = "application/vnd.oasis.opendocument.text"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

Parts = Mapping[str, bytes | str]


def upload(data: bytes, name: str = "plik.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="application/octet-stream")


def pdf(*objects: bytes, trailer: bytes = b"", tail: bytes = b"%%EOF\n") -> bytes:
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, one) for number, one in enumerate(objects, start=2))
    start = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
    return start + body + b"xref\ntrailer\n<< /Root 1 0 R " + trailer + b" >>\nstartxref\n0\n" + tail


def object_stream(content: bytes) -> bytes:
    packed = zlib.compress(content)
    return b"<< /Type /ObjStm /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed)


def package(parts: Parts) -> bytes:
    """A packed file; the same bytes for the same parts, whenever it is made."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            part = zipfile.ZipInfo(name, (2021, 12, 1, 12, 0, 0))
            part.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(part, content)
    return data.getvalue()


def content_types(*types: str) -> str:
    overrides = "".join(f'<Override PartName="/p{n}.xml" ContentType="{one}"/>' for n, one in enumerate(types))
    return f'<?xml version="1.0"?><Types xmlns="http://x">{overrides}</Types>'


def relation(kind: str, target: str, mode: str = "External") -> str:
    return (
        f'<?xml version="1.0"?><Relationships xmlns="{RELATIONS}">'
        f'<Relationship Id="r1" Type="{OFFICE}/{kind}" Target="{target}" TargetMode="{mode}"/></Relationships>'
    )


def docx(text: str = "Więcej drzew.", *, more: Parts | None = None) -> bytes:
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": content_types(f"{WORD}.main+xml"),
        "word/document.xml": f"<w:document>{text}</w:document>",
    }
    return package(parts | dict(more or {}))


def xlsx(more: Parts | None = None) -> bytes:
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": content_types(f"{SHEET}.main+xml"),
        "xl/workbook.xml": "<workbook/>",
    }
    return package(parts | dict(more or {}))


def odt(more: Parts | None = None) -> bytes:
    parts: dict[str, bytes | str] = {
        "mimetype": TEXT,
        "content.xml": "<office:document-content/>",
        "META-INF/manifest.xml": "<manifest:manifest/>",
    }
    return package(parts | dict(more or {}))


def picture(form: str = "JPEG", mode: str = "RGB", size: tuple[int, int] = (40, 20), **options: Any) -> bytes:
    data = io.BytesIO()
    Image.new(mode, size).save(data, form, **options)
    return data.getvalue()


def jpeg_with_traces() -> bytes:
    """A photograph that says by whom, where and how it was taken."""
    image = Image.new("RGB", (40, 20), "red")
    exif = image.getexif()
    exif[ExifTags.Base.Artist] = "Jan Kowalski"
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (51.0, 14.0, 53.0)
    data = io.BytesIO()
    image.save(data, "JPEG", exif=exif, comment=b"ulica Leonarda", icc_profile=b"x" * 40)
    return data.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of a hundred bytes whose header tells of a picture of any size."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack("!I", len(content)) + name + content + struct.pack("!I", zlib.crc32(name + content))

    header = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 30)) + chunk(b"IEND", b"")
    )
