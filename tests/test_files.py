"""What a file is, is told from its content; what is dangerous or a trick is refused with a reason."""

from __future__ import annotations

import contextlib
import io
import zipfile
import zlib

import docx as python_docx
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from lublin2030.lib import files
from lublin2030.lib.files import Fault, FileRefused, inspect, shown_name
from lublin2030.lib.images import MOST_PIXELS
from tests import files_made as made
from tests.files_made import upload


def fault_of(data: bytes, name: str = "plik.pdf") -> Fault:
    with pytest.raises(FileRefused) as refused:
        inspect(upload(data, name))
    return refused.value.fault


def written_by_word() -> bytes:
    data = io.BytesIO()
    document = python_docx.Document()
    document.add_paragraph("Więcej drzew.")
    document.save(data)
    return data.getvalue()


def written_by_excel() -> bytes:
    data = io.BytesIO()
    openpyxl.Workbook().save(data)
    return data.getvalue()


GOOD = {
    "pdf": made.pdf(),
    "docx": made.docx(),
    "docx of a real program": written_by_word(),
    "xlsx": made.xlsx(),
    "xlsx of a real program": written_by_excel(),
    "odt": made.odt(),
    "jpg": made.picture("JPEG"),
    "png": made.picture("PNG"),
}


@pytest.mark.parametrize("name", ["raport.exe", "raport.pdf", "raport", "zdjęcie.png"])
@pytest.mark.parametrize("kind", GOOD)
def test_the_content_tells_the_format_whatever_the_name_says(kind, name):
    inspected = inspect(upload(GOOD[kind], name))
    extension = kind.split(" ")[0]
    assert inspected.extension == extension
    assert files.EXTENSIONS[inspected.content_type] == extension
    content = inspected.content.read()
    assert (len(content), inspected.size > 0) == (inspected.size, True)


@pytest.mark.parametrize("kind", [one for one in GOOD if one not in {"jpg", "png"}])
def test_a_document_is_kept_to_the_byte(kind):
    assert inspect(upload(GOOD[kind])).content.read() == GOOD[kind]


def old_office(*streams: str) -> bytes:
    return files.OLE + b"\0" * 600 + b"".join(one.encode("utf-16-le") for one in streams)


encrypted_zip = bytearray(made.docx())
encrypted_zip[6] |= 1
encrypted_zip[encrypted_zip.rindex(b"PK\x01\x02") + 8] |= 1

lying = bytearray(made.docx("x" * 5000))
lying_at = lying.rindex(b"PK\x01\x02") + 24
lying[lying_at : lying_at + 4] = (10).to_bytes(4, "little")

REFUSED = {
    "empty": (b"", Fault.EMPTY),
    "text": (b"Ala ma kota", Fault.UNKNOWN),
    "program": (b"MZ" + b"\0" * 500, Fault.UNKNOWN),
    "web page": (b"<html><script>alert(1)</script>", Fault.UNKNOWN),
    "drawing that can run scripts": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', Fault.UNKNOWN),
    "gif": (made.picture("GIF", "P"), Fault.UNKNOWN),
    "plain zip": (made.package({"a.txt": "a"}), Fault.UNKNOWN),
    "java archive": (made.package({"META-INF/MANIFEST.MF": "a"}), Fault.UNKNOWN),
    "presentation": (made.package({"[Content_Types].xml": made.content_types("x.slides+xml")}), Fault.UNKNOWN),
    "odt that is a drawing": (made.odt({"mimetype": "application/vnd.oasis.opendocument.graphics"}), Fault.UNKNOWN),
    "old word": (old_office("WordDocument"), Fault.UNKNOWN),
    "office with a password": (old_office("EncryptionInfo", "EncryptedPackage"), Fault.ENCRYPTED),
    "zip with a password": (bytes(encrypted_zip), Fault.ENCRYPTED),
    "odt with a password": (
        made.odt(more={"META-INF/manifest.xml": '<manifest:manifest><manifest:encryption-data/></manifest:manifest>'}),
        Fault.ENCRYPTED,
    ),
    "pdf with a password": (made.pdf(trailer=b"/Encrypt 9 0 R"), Fault.ENCRYPTED),
    "pdf with a password, disguised": (made.pdf(trailer=b"/Encr#79pt << /V 4 >>"), Fault.ENCRYPTED),
    "pdf cut off": (made.pdf(tail=b""), Fault.DAMAGED),
    "pdf with a script": (made.pdf(b"<< /S /JavaScript /JS (app.alert(1)) >>"), Fault.ACTIVE),
    "pdf with a disguised script": (made.pdf(b"<< /S /J#61vaScript >>"), Fault.ACTIVE),
    "pdf that starts a program": (made.pdf(b"<< /S /Launch /F (cmd.exe) >>"), Fault.ACTIVE),
    "pdf with a packed script": (made.pdf(made.object_stream(b"4 0 << /S /JavaScript >>")), Fault.ACTIVE),
    "docm": (
        made.package({"[Content_Types].xml": made.content_types("x/ms-word.macroEnabled.main+xml")}),
        Fault.MACROS,
    ),
    "docx with macros": (made.docx(more={"word/vbaProject.bin": b"x"}), Fault.MACROS),
    "xlsx with macros": (made.xlsx(more={"xl/VBAPROJECT.BIN": b"x"}), Fault.MACROS),
    "odt with macros": (made.odt(more={"Basic/Standard/Module1.xml": "x"}), Fault.MACROS),
    "odt with a script": (made.odt(more={"Scripts/python/a.py": "x"}), Fault.MACROS),
    "docx with macros in what it carries": (
        made.docx(more={"word/embeddings/a.xlsm": made.xlsx(more={"xl/vbaProject.bin": b"x"})}),
        Fault.MACROS,
    ),
    "template from elsewhere": (
        made.docx(more={"word/_rels/settings.xml.rels": made.relation("attachedTemplate", "https://evil.example/t.dotm")}),
        Fault.REMOTE,
    ),
    "picture from elsewhere": (
        made.docx(more={"word/_rels/document.xml.rels": made.relation("image", "http://tracker.example/a.png")}),
        Fault.REMOTE,
    ),
    "template on a foreign share": (
        made.docx(more={"word/_rels/settings.xml.rels": made.relation("attachedTemplate", r"file:///\\evil\share\t.dotm")}),
        Fault.REMOTE,
    ),
    "rels with entities": (
        made.docx(more={"word/_rels/a.rels": '<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>'}),
        Fault.DAMAGED,
    ),
    "path out of the folder": (made.docx(more={"../../etc/cron.d/x": "x"}), Fault.DAMAGED),
    "path from the root": (made.docx(more={"/etc/passwd": "x"}), Fault.DAMAGED),
    "cut zip": (made.docx()[:-40], Fault.DAMAGED),
    "size that lies": (bytes(lying), Fault.DAMAGED),
    "xml that is none": (made.package({"[Content_Types].xml": "<a", "word/document.xml": ""}), Fault.DAMAGED),
    "one part that unpacks without end": (made.docx(more={"word/media/a.bin": b"\0" * 20_000_000}), Fault.BOMB),
    "parts without end": (made.package({f"p{n}.xml": "" for n in range(5001)} | {
        "[Content_Types].xml": made.content_types(f"{made.WORD}.main+xml"), "word/document.xml": "x",
    }), Fault.BOMB),
    "packed in packed in packed": (
        made.docx(more={"word/a.zip": made.package({"b.zip": made.package({"c.txt": "c"})})}), Fault.BOMB,
    ),
    "picture of a trillion pixels": (made.png_that_claims(1_000_000, 1_000_000), Fault.PIXELS),
    "picture of 41 million pixels": (made.png_that_claims(41_000, 1_000), Fault.PIXELS),
    "picture cut off": (made.picture("JPEG")[:100], Fault.DAMAGED),
    "png that is none": (b"\x89PNG\r\n\x1a\n" + b"x" * 100, Fault.DAMAGED),
    "jpeg that is a gif": (b"\xff\xd8\xff" + made.picture("GIF", "P"), Fault.DAMAGED),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_or_dangerous_is_refused_with_its_reason(case):
    data, fault = REFUSED[case]
    assert fault_of(data) == fault


def test_many_parts_that_are_small_each_unpack_to_too_much_together():
    blanks = {f"word/media/{n}.bin": bytes([n]) * 900_000 for n in range(120)}
    assert fault_of(made.docx(more=blanks)) == Fault.BOMB


def test_two_parts_of_one_name_are_refused():
    data = io.BytesIO(made.docx())
    with zipfile.ZipFile(data, "a") as package, pytest.warns(UserWarning, match="Duplicate"):
        package.writestr("word/document.xml", "<other/>")
    assert fault_of(data.getvalue()) == Fault.DAMAGED


def test_an_object_stream_that_unpacks_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(files, "MOST_UNPACKED", 1_000_000)
    assert fault_of(made.pdf(made.object_stream(b" " * 3_000_000))) == Fault.BOMB


def test_ten_megabytes_pass_and_one_byte_more_does_not():
    start = made.pdf()[: -len(b"startxref\n0\n%%EOF\n")]
    end = b"startxref\n0\n%%EOF\n"
    full = start + b" " * (files.MOST_BYTES - len(start) - len(end)) + end
    assert inspect(upload(full)).size == files.MOST_BYTES
    assert fault_of(full[:-1] + b" \n") == Fault.TOO_LARGE


HARMLESS = {
    "a link": made.docx(more={"word/_rels/document.xml.rels": made.relation("hyperlink", "https://lublin.eu")}),
    "a template on the sender's own disk": made.docx(
        more={"word/_rels/a.rels": made.relation("attachedTemplate", "file:///C:\\Users\\jan\\Normal.dotm")}
    ),
    "a part of its own": made.docx(more={"word/_rels/a.rels": made.relation("image", "media/a.png", "Internal")}),
    "a chart with its table": made.docx(more={"word/embeddings/tabela.xlsx": made.xlsx()}),
}


@pytest.mark.parametrize("case", HARMLESS)
def test_a_document_may_have(case):
    assert inspect(upload(HARMLESS[case])).extension == "docx"


def test_a_word_in_the_packed_pixels_of_a_pdf_is_no_script():
    picture = b"<< /Subtype /Image /Length 20 >>\nstream\n xx /JS /Launch xx \nendstream"
    assert inspect(upload(made.pdf(picture))).extension == "pdf"


# -- Pictures -------------------------------------------------------------------------------------------------------


def test_a_photograph_loses_all_but_its_pixels_and_is_turned():
    original = made.jpeg_with_traces()
    assert b"Leonarda" in original
    content = inspect(upload(original)).content.read()
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.size) == ("JPEG", (20, 40))
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    for trace in (b"Kowalski", b"Leonarda", b"Exif", b"GPS"):
        assert trace not in content


def test_a_png_loses_its_texts_and_keeps_what_is_clear():
    note = PngImagePlugin.PngInfo()
    note.add_text("Author", "Jan Kowalski")
    data = io.BytesIO()
    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(data, "PNG", pnginfo=note)
    content = inspect(upload(data.getvalue())).content.read()
    assert b"Kowalski" not in content
    with Image.open(io.BytesIO(content)) as image:
        assert (image.mode, image.getpixel((0, 0))) == ("RGBA", (255, 0, 0, 0))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_way_of_colours_of_a_png_is_read(mode):
    content = inspect(upload(made.picture("PNG", mode))).content.read()
    with Image.open(io.BytesIO(content)) as image:
        assert image.size == (40, 20)


def test_grey_in_16_bits_stays_grey():
    data = io.BytesIO()
    Image.new("I;16", (2, 2), 0x8000).save(data, "PNG")
    with Image.open(io.BytesIO(inspect(upload(data.getvalue())).content.read())) as image:
        assert image.getpixel((0, 0)) == 0x80


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_every_way_of_colours_of_a_jpeg_is_read(mode):
    assert inspect(upload(made.picture("JPEG", mode))).extension == "jpg"


def test_the_limit_of_pixels_is_met_exactly():
    assert MOST_PIXELS == 40_000_000
    assert fault_of(made.png_that_claims(MOST_PIXELS // 1000, 1000)) == Fault.DAMAGED  # read, and found cut off


# -- Whatever comes -------------------------------------------------------------------------------------------------

STARTS = [b"", b"%PDF-1.7\n", files.ZIP, b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", files.OLE]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(STARTS), st.binary(max_size=400), st.sampled_from([b"", b"startxref\n%%EOF"]))
def test_no_bytes_lead_to_another_error(start, middle, end):
    with contextlib.suppress(FileRefused):
        inspect(upload(start + middle + end))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(GOOD)), st.data())
def test_no_broken_file_leads_to_another_error(kind, data):
    broken = bytearray(GOOD[kind])
    for _time in range(data.draw(st.integers(1, 5))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(FileRefused):
        inspect(upload(bytes(broken)))


# -- Names ----------------------------------------------------------------------------------------------------------

NAMES = {
    "Uwagi do projektu.docx": "Uwagi do projektu.docx",
    "uwagi.exe": "uwagi.exe.docx",
    "zdjęcie.JPG": "zdjęcie.docx",
    "raport.docm": "raport.docx",
    "../../etc/passwd": "passwd.docx",
    r"C:\Users\jan\list.docx": "list.docx",
    "faktura\u202excod.exe": "fakturaxcod.exe.docx",
    "a\u200bb\x00c\n.docx": "abc.docx",
    "  .docx": "plik.docx",
    "...": "plik.docx",
    "": "plik.docx",
    "wersja 1.2": "wersja 1.2.docx",
}


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_name_is_shown_without_tricks_and_with_its_real_ending(name):
    assert shown_name(name, "docx") == NAMES[name]


@given(st.text(max_size=400))
def test_any_name_fits(name):
    shown = shown_name(name, "xlsx")
    assert 6 <= len(shown) <= files.NAME_LENGTH
    assert shown.endswith(".xlsx")
    assert "/" not in shown
    assert "\\" not in shown
    assert shown.isprintable()


def test_a_pdf_that_begins_a_million_streams_and_ends_none_is_read_once(monkeypatch):
    """Each beginning used to be read to the end of the file: ten megabytes took hours."""
    found = []
    begins = files._STREAM_BEGINS

    class Counting:
        def search(self, *arguments):
            found.append(arguments[1:])
            return begins.search(*arguments)

    monkeypatch.setattr(files, "_STREAM_BEGINS", Counting())
    assert inspect(upload(made.pdf(b">>stream\n" * 100_000))).extension == "pdf"
    assert len(found) == 1


def test_an_object_stream_that_breaks_is_read_as_far_as_it_goes():
    packed = zlib.compress(b"<< /S /JavaScript >>" + b" " * 100_000)
    broken = b"<< /Type /ObjStm /Filter /FlateDecode >>\nstream\n%s\nendstream" % packed[:-6]
    assert fault_of(made.pdf(broken)) is Fault.ACTIVE
