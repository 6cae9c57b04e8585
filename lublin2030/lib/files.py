"""Files that people send: what they really are, told from the content, and whether they are safe to keep."""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any
from xml.parsers import expat

from django.core.files.base import ContentFile, File

from lublin2030.lib.images import NotAPicture, TooManyPixels, read_picture

MOST_BYTES = 10 * 1024 * 1024
# Of what a packed document unpacks to: bytes altogether, parts, and how many times larger than packed.
MOST_UNPACKED = 100 * 1024 * 1024
MOST_PARTS = 5_000
MOST_RATIO = 200
RATIO_COUNTS_FROM = 1024 * 1024  # a small part of blanks may be packed as tightly as it likes
MOST_DEEP = 1  # a chart in a document carries its table as a packed file; a packed file in that one is a trick
NAME_LENGTH = 150

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Fault(StrEnum):
    """Why a file is not accepted."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNKNOWN = "unknown"
    DAMAGED = "damaged"
    ENCRYPTED = "encrypted"
    MACROS = "macros"
    ACTIVE = "active"
    REMOTE = "remote"
    BOMB = "bomb"
    PIXELS = "pixels"


class FileRefused(Exception):
    """The file is not accepted; ``fault`` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True)
class Inspected:
    """An accepted file: its real format, and what is to be kept of it. ``size`` is in bytes."""

    content_type: str
    extension: str
    content: File[bytes]
    size: int
    sha256: str


PDF = ("application/pdf", "pdf")
DOCX = ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx")
XLSX = ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx")
ODT = ("application/vnd.oasis.opendocument.text", "odt")
JPEG = ("image/jpeg", "jpg")
PNG = ("image/png", "png")
EXTENSIONS = dict([PDF, DOCX, XLSX, ODT, JPEG, PNG])
# Endings that a name may have had before: the real one takes their place instead of standing behind them.
_ENDINGS = frozenset({*EXTENSIONS.values(), "jpeg", "jpe", "docm", "xlsm"})


def inspect(upload: Any) -> Inspected:
    """What an uploaded file is and what to keep of it. The name and the type that the browser told count for nothing.

    PDF, DOCX, ODT and XLSX are kept as they are; a JPEG or PNG picture is encoded anew from its bare pixels. Raises
    FileRefused, and nothing else whatever the bytes are.
    """
    if not upload.size:
        raise FileRefused(Fault.EMPTY)
    if upload.size > MOST_BYTES:
        raise FileRefused(Fault.TOO_LARGE)
    upload.seek(0)
    data = upload.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise FileRefused(Fault.TOO_LARGE)
    kind, kept = _look_into(data)
    content_type, extension = kind
    return Inspected(content_type, extension, ContentFile(kept), len(kept), hashlib.sha256(kept).hexdigest())


def shown_name(name: str, extension: str) -> str:
    """What a sender called the file, fit to be shown: no folders, nothing unseen, its real ending, 150 characters."""
    last = " ".join(re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1].split())
    visible = "".join(one for one in last if one.isprintable())
    stem, dot, ending = visible.rpartition(".")
    if not dot or ending.lower() not in _ENDINGS:
        stem = visible
    stem = stem.strip(" .") or "plik"
    return f"{stem[: NAME_LENGTH - len(extension) - 1].rstrip()}.{extension}"


def _look_into(data: bytes) -> tuple[tuple[str, str], bytes]:
    if data.startswith(b"%PDF-"):
        _check_pdf(data)
        return PDF, data
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG, _picture_again(data, "JPEG")
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG, _picture_again(data, "PNG")
    if data.startswith(ZIP):
        return _check_package(data), data
    if data.startswith(OLE) and "EncryptedPackage".encode("utf-16-le") in data:
        # A DOCX or XLSX with a password lies in an envelope of the old format.
        raise FileRefused(Fault.ENCRYPTED)
    raise FileRefused(Fault.UNKNOWN)


def _picture_again(data: bytes, form: str) -> bytes:
    try:
        picture = read_picture(io.BytesIO(data), formats=(form,))
    except TooManyPixels as error:
        raise FileRefused(Fault.PIXELS) from error
    except NotAPicture as error:
        raise FileRefused(Fault.DAMAGED) from error
    encoded = io.BytesIO()
    if form == "JPEG":
        picture.convert("L" if picture.mode == "L" else "RGB").save(encoded, "JPEG", quality=90)
    else:
        picture.save(encoded, "PNG")
    if encoded.tell() > MOST_BYTES * 2:
        # A picture that was packed much tighter than we can: nobody's photograph.
        raise FileRefused(Fault.TOO_LARGE)
    return encoded.getvalue()


# -- PDF ------------------------------------------------------------------------------------------------------------

_STREAM_BEGINS = re.compile(rb">>\s*stream\r?\n")
_STREAM_ENDS = b"endstream"
_NAME_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_PDF_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|RichMedia|ImportData)(?![A-Za-z0-9])")
_PDF_ENCRYPTED = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")


def _check_pdf(data: bytes) -> None:
    """Refuse a PDF that does not end, has a password, or carries scripts or commands to start programs.

    Its objects are looked at as text, those in packed object streams after unpacking; names written with escapes
    (``/J#61vaScript``) count too. That is a sieve, not a proof: whoever breaks the file's structure on purpose can hide
    an action that one reader finds and another does not. The scanner is there for that.
    """
    if b"%%EOF" not in data[-2048:] or b"startxref" not in data:
        raise FileRefused(Fault.DAMAGED)
    unpacked = 0
    pieces: list[bytes] = []
    outside: list[bytes] = []
    at = 0
    for begin, content, end in _streams(data):
        outside += [data[at:begin], b">>"]
        at = end
        opening = data.rfind(b"obj", max(0, begin - 2048), begin)
        if b"/ObjStm" not in _unescaped(data[opening : begin + 2]):
            continue
        piece = _inflated(data[content : end - len(_STREAM_ENDS)], MOST_UNPACKED - unpacked + 1)
        unpacked += len(piece)
        if unpacked > MOST_UNPACKED:
            raise FileRefused(Fault.BOMB)
        pieces.append(piece)
    pieces.insert(0, b"".join([*outside, data[at:]]))
    readable = [_unescaped(piece) for piece in pieces]
    if _PDF_ENCRYPTED.search(readable[0]):
        raise FileRefused(Fault.ENCRYPTED)
    if any(_PDF_ACTIVE.search(piece) for piece in readable):
        raise FileRefused(Fault.ACTIVE)


def _streams(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Of each stream where its beginning, its content and what follows it stand.

    Not one pattern for it all: of a file that begins a million streams and ends none, each would be read to the end.
    """
    found = _STREAM_BEGINS.search(data)
    while found is not None:
        end = data.find(_STREAM_ENDS, found.end())
        if end < 0:
            return
        yield found.start(), found.end(), end + len(_STREAM_ENDS)
        found = _STREAM_BEGINS.search(data, end + len(_STREAM_ENDS))


def _inflated(packed: bytes, most: int) -> bytes:
    """At most so many bytes of what was packed: all that comes before it breaks, and nothing of what is packed
    otherwise. No reader finds more either.
    """
    inflate, unpacked, rest = zlib.decompressobj(), bytearray(), packed
    with contextlib.suppress(zlib.error):
        while rest and len(unpacked) < most:
            unpacked += inflate.decompress(rest, min(1024 * 1024, most - len(unpacked)))
            rest = inflate.unconsumed_tail
    return bytes(unpacked)


def _unescaped(text: bytes) -> bytes:
    return _NAME_ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), text)


# -- Packed documents -----------------------------------------------------------------------------------------------


def _check_package(data: bytes) -> tuple[str, str]:
    """Which document a packed file is. Every part is unpacked once and counted, so no size it tells is believed."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            # The format first: most of what is refused is simply another one.
            kind = _kind_of(package)
            _Unpacking().check(package)
            if kind == ODT:
                _check_odt(package)
            else:
                _check_office(package)
            return kind
    except FileRefused:
        raise
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        zlib.error,
        expat.ExpatError,
        struct.error,
        EOFError,
        KeyError,
        ValueError,
        OSError,
        NotImplementedError,  # a way of packing that Python does not know
        RuntimeError,
        OverflowError,
    ) as error:
        raise FileRefused(Fault.DAMAGED) from error


class _Unpacking:
    """Counts what a packed file unpacks to, with the packed files in it."""

    def __init__(self) -> None:
        self.parts = 0
        self.bytes = 0

    def check(self, package: zipfile.ZipFile, depth: int = 0) -> None:
        infos = package.infolist()
        self.parts += len(infos)
        if self.parts > MOST_PARTS or self.bytes + sum(info.file_size for info in infos) > MOST_UNPACKED:
            raise FileRefused(Fault.BOMB)
        names = [info.filename for info in infos]
        if len(set(names)) != len(names):
            # Two parts of one name: each reader would show another.
            raise FileRefused(Fault.DAMAGED)
        for info in infos:
            self._check_part(package, info, depth)

    def _check_part(self, package: zipfile.ZipFile, info: zipfile.ZipInfo, depth: int) -> None:
        if info.flag_bits & 0x1:
            raise FileRefused(Fault.ENCRYPTED)
        if info.filename.startswith("/") or ".." in PurePosixPath(info.filename).parts or "\\" in info.filename:
            raise FileRefused(Fault.DAMAGED)
        if info.file_size > RATIO_COUNTS_FROM and info.file_size > MOST_RATIO * max(info.compress_size, 1):
            raise FileRefused(Fault.BOMB)
        with package.open(info) as part:
            # Reading to the end also proves the checksum: a part that unpacks to more than it says fails there.
            first = part.read(len(ZIP))
            is_package = first == ZIP
            rest = bytearray(first) if is_package else bytearray()
            self.bytes += len(first)
            while piece := part.read(65536):
                self.bytes += len(piece)
                if is_package:
                    rest += piece
                if self.bytes > MOST_UNPACKED:
                    raise FileRefused(Fault.BOMB)
        if is_package:
            if depth >= MOST_DEEP:
                raise FileRefused(Fault.BOMB)
            with zipfile.ZipFile(io.BytesIO(bytes(rest))) as inner:
                self.check(inner, depth + 1)
                if _has_macros(inner):
                    raise FileRefused(Fault.MACROS)


def _kind_of(package: zipfile.ZipFile) -> tuple[str, str]:
    names = set(package.namelist())
    if "[Content_Types].xml" in names:
        elements = _elements(package, "[Content_Types].xml")
        types = {attributes.get("ContentType", "").lower() for _tag, attributes in elements}
        if any("macroenabled" in one for one in types):
            raise FileRefused(Fault.MACROS)
        if f"{DOCX[0]}.main+xml" in types and "word/document.xml" in names:
            return DOCX
        if f"{XLSX[0]}.main+xml" in types and "xl/workbook.xml" in names:
            return XLSX
    elif {"mimetype", "content.xml"} <= names and _small_part(package, "mimetype", 200).strip() == ODT[0].encode():
        return ODT
    raise FileRefused(Fault.UNKNOWN)


def _has_macros(package: zipfile.ZipFile) -> bool:
    return any(
        name.lower().endswith(("vbaproject.bin", "vbadata.xml")) or name.startswith(("Basic/", "Scripts/"))
        for name in package.namelist()
    )


def _check_office(package: zipfile.ZipFile) -> None:
    """Refuse macros, and whatever fetches something from another machine as soon as the document is opened."""
    if _has_macros(package):
        raise FileRefused(Fault.MACROS)
    for name in package.namelist():
        if not name.lower().endswith(".rels"):
            continue
        for _tag, attributes in _elements(package, name):
            is_link = attributes.get("Type", "").endswith("/hyperlink")
            if attributes.get("TargetMode", "").lower() == "external" and not is_link:
                _refuse_remote(attributes.get("Target", ""))


_REMOTE = re.compile(r"(?:https?|ftp|file|smb|mhtml):|//")
_OWN_DISK = re.compile(r"file:/{1,3}[a-z]:")


def _refuse_remote(target: str) -> None:
    """A template on the sender's own disk is a trace, not a danger; one on another machine is called when opened."""
    plain = target.strip().lower().replace("\\", "/")
    if _REMOTE.match(plain) and not _OWN_DISK.match(plain):
        raise FileRefused(Fault.REMOTE)


def _check_odt(package: zipfile.ZipFile) -> None:
    if _has_macros(package):
        raise FileRefused(Fault.MACROS)
    if "META-INF/manifest.xml" in package.namelist() and any(
        tag.endswith("encryption-data") for tag, _attributes in _elements(package, "META-INF/manifest.xml")
    ):
        raise FileRefused(Fault.ENCRYPTED)


def _small_part(package: zipfile.ZipFile, name: str, most: int = 1024 * 1024) -> bytes:
    with package.open(name) as part:
        text = part.read(most + 1)
    if len(text) > most:
        raise FileRefused(Fault.BOMB)
    return text


def _elements(package: zipfile.ZipFile, name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Each element of a part of the package with its attributes. A document type, with its entities, is refused."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda tag, attributes: found.append((tag, attributes))
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.Parse(_small_part(package, name), True)
    return iter(found)


def _refuse_doctype(*_declared: object) -> None:
    raise FileRefused(Fault.DAMAGED)
