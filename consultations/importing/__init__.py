"""Read a document that staff bring in: bytes and a format in, chapters and passages out. Knows no records.

What is read has this form (``DraftImport.document`` keeps it)::

    {"title": str,
     "chapters": [{"title": str, "passages": [
         {"kind": "paragraph|item|heading|table|image", "level": int, "marker": str, "text": str, "html": str,
          "footnotes": [{"number": "1", "html": str}], "images": [sha256, …]}]}],
     "pictures": {sha256: {"name": str, "content_type": str, "width": int, "height": int, "alt": str,
                           "decorative": bool, "place": str}},
     "headings": {"1": how many, "2": …},
     "chapter_level": the level at which chapters begin, "title_from_heading": bool}

``text`` is plain and never empty. ``html`` is empty where the text is plain; else it is clean HTML: inline for
paragraphs, items and headings, a whole ``<table>`` for tables, one ``<img>`` for pictures. A picture's address is
``obraz:<sha256>``; the sign of a footnote is ``<sup class="note">1</sup>``.
"""

from consultations.importing.errors import UnreadableDocument
from consultations.importing.pictures import Picture
from consultations.importing.reading import Read, read_document

__all__ = ["Picture", "Read", "UnreadableDocument", "read_document"]
