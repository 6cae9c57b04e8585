"""Files that are not read: each is told by its content, and each has its sentence."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest

from consultations.import_forms import BringInForm
from consultations.import_words import failure_in_words, losses
from consultations.importing import UnreadableDocument, packages, pandoc
from consultations.importing.problems import CODES, MOST_PLACES, Problems
from tests.consultations.importing.documents import large_docx, odt, picture, saved, with_parts
from tests.consultations.importing.test_docx import read


def plain_docx() -> bytes:
    document = docx.Document()
    document.add_paragraph("Treść.")
    return saved(document)


def zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return file.getvalue()


def locked_zip() -> bytes:
    """A package whose entries say that they are encrypted."""
    data = bytearray(plain_docx())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(signature, at + 4)
    return bytes(data)


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
REFUSED = {
    "empty": ("docx", b"", "empty"),
    "text called docx": ("docx", "Treść".encode(), "wrong_type"),
    "picture": ("docx", picture(), "wrong_type"),
    "spreadsheet": ("docx", zipped({"xl/workbook.xml": b"<x/>"}), "wrong_type"),
    "odt called docx": ("docx", odt(), "wrong_type"),
    "docx called odt": ("odt", plain_docx(), "wrong_type"),
    "old Word": ("docx", packages.OLE + b"\x00" * 600, "old_format"),
    "Word with a password": ("docx", packages.OLE + b"\x00" * 600 + packages.ENCRYPTED_PACKAGE, "encrypted"),
    "ODT with a password": ("odt", odt(manifest="<manifest:encryption-data/>"), "encrypted"),
    "locked package": ("docx", locked_zip(), "encrypted"),
    "cut off": ("docx", plain_docx()[:2000], "damaged"),
    "broken XML": ("docx", with_parts(plain_docx(), {"word/document.xml": b"<w:document"}), "damaged"),
    "entities": ("docx", with_parts(plain_docx(), {"word/document.xml": ENTITIES}), "bomb"),
    "bomb": ("docx", with_parts(plain_docx(), {"word/media/a.bin": b"\x00" * (30 * 1024 * 1024)}), "bomb"),
    "zero bytes": ("markdown", b"a\x00b", "wrong_type"),
    "no text": ("docx", saved(docx.Document()), "no_text"),
    "blanks": ("text", b" \n\t ", "empty"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_read_is_refused_with_its_sentence(name):
    kind, data, code = REFUSED[name]
    with pytest.raises(UnreadableDocument) as refusal:
        read(data, kind)
    assert refusal.value.code == code
    assert failure_in_words(code)


def test_a_package_of_too_many_parts_is_refused(monkeypatch):
    monkeypatch.setattr(packages, "MOST_ENTRIES", 5)
    with pytest.raises(UnreadableDocument, match="bomb"):
        read(plain_docx())


def test_a_package_that_unpacks_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(packages, "MOST_UNPACKED", 1000)
    with pytest.raises(UnreadableDocument, match="bomb"):
        read(plain_docx())


def test_a_part_that_is_larger_than_the_directory_says_is_refused():
    data = zipped({"word/document.xml": b"x" * 5000})
    package = packages.Package(data, "docx")
    package._zip.getinfo("word/document.xml").file_size = 10
    with pytest.raises(UnreadableDocument):
        package.check_all()


def test_a_file_above_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr("consultations.importing.reading.MOST_BYTES", 100)
    with pytest.raises(UnreadableDocument, match="too_large"):
        read(plain_docx())


@pytest.mark.parametrize(("name", "value"), [("MOST_SECONDS", 0.001), ("MOST_MEMORY", "20m")])
def test_a_converter_that_takes_too_much_is_stopped(monkeypatch, name, value):
    monkeypatch.setattr(pandoc, name, value)
    with pytest.raises(UnreadableDocument, match="took_too_long"):
        read(large_docx())


def test_quotes_in_quotes_without_end_are_refused():
    with pytest.raises(UnreadableDocument, match="damaged"):
        read(b"> " * 3000 + b"x", "markdown")


def test_the_converter_reads_no_file_but_its_input(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("tajne haslo")
    result = read(f"![x]({secret})\n\n<<{secret}>>\n\nTreść".encode(), "markdown")
    assert "tajne" not in repr(result)


@pytest.mark.parametrize("name", ["spreadsheet", "picture", "old Word", "Word with a password", "empty"])
def test_the_form_tells_a_wrong_file_at_once(name):
    from django.core.files.uploadedfile import SimpleUploadedFile

    _kind, data, code = REFUSED[name]
    form = BringInForm({"source": ""}, {"file": SimpleUploadedFile("plan.docx", data)})
    assert not form.is_valid()
    # Django itself refuses an empty file, in its own words.
    assert form.errors["file"] == [failure_in_words(code)] or name == "empty"


def test_every_code_has_its_sentence():
    assert {failure_in_words(code) for code in UnreadableDocument.CODES} - {""}
    for code in CODES:
        for count in (1, 2, 5):
            (loss,) = losses([{"code": code, "count": count, "place": "", "detail": ""}])
            assert str(count) in loss.sentence


def test_a_code_that_does_not_exist_is_a_mistake():
    with pytest.raises(ValueError, match="nonsense"):
        UnreadableDocument("nonsense")
    with pytest.raises(ValueError, match="nonsense"):
        Problems().add("nonsense")


def test_places_beyond_the_limit_are_counted():
    problems = Problems()
    for number in range(MOST_PLACES + 7):
        problems.add("comment", f"miejsce {number}")
    (loss,) = losses(problems.as_list())
    assert loss.total == MOST_PLACES + 7
    assert len(loss.places) == MOST_PLACES
