"""An import in words: why a document could not be read, and what could not be kept of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext, gettext_lazy, ngettext, ngettext_lazy

_FAILURES = {
    "empty": gettext_lazy("The document is empty. Choose the file again, or paste its text."),
    "too_large": gettext_lazy(
        "The file is larger than 50 MB. Make its pictures smaller, or divide the document, and bring it in again."
    ),
    "wrong_type": gettext_lazy(
        "This is not a DOCX, ODT or Markdown file. Open it in your text editor and save it as DOCX or ODT."
    ),
    "old_format": gettext_lazy(
        "This is a document in the old Word format (DOC). Open it in your text editor and save it as DOCX."
    ),
    "encrypted": gettext_lazy(
        "The document is locked with a password. Save it without a password and bring it in again."
    ),
    "damaged": gettext_lazy("The file is damaged. Open it in your text editor, save it anew and bring it in again."),
    "bomb": gettext_lazy(
        "The file unpacks into far more than a document holds, so we do not open it. Save it anew in your text editor."
    ),
    "encoding": gettext_lazy(
        "We cannot tell in which encoding the text is written. Save it as UTF-8 and bring it in again."
    ),
    "took_too_long": gettext_lazy(
        "The document is too large to be read in one piece. Divide it, or remove large tables, and bring it in again."
    ),
    "no_text": gettext_lazy("There is no text in the document. If it is scanned, use the file it was printed from."),
    "gone": gettext_lazy("The file is no longer in the store. Bring the document in again."),
}

_PROBLEMS = {
    "comment": ngettext_lazy("%(n)d comment was left out.", "%(n)d comments were left out.", "n"),
    "insertion": ngettext_lazy("%(n)d tracked insertion was accepted.", "%(n)d tracked insertions were accepted.", "n"),
    "deletion": ngettext_lazy("%(n)d tracked deletion was accepted.", "%(n)d tracked deletions were accepted.", "n"),
    "text_box": ngettext_lazy(
        "%(n)d text box became passages after the place where it stood. Check their order.",
        "%(n)d text boxes became passages after the places where they stood. Check their order.",
        "n",
    ),
    "text_lost": ngettext_lazy(
        "%(n)d piece of text was lost. Type it in again in your text editor.",
        "%(n)d pieces of text were lost. Type them in again in your text editor.",
        "n",
    ),
    "equation": ngettext_lazy(
        "%(n)d formula became plain text. Check it.", "%(n)d formulas became plain text. Check them.", "n"
    ),
    "chart": ngettext_lazy(
        "%(n)d chart or diagram was left out. Put it in as a picture.",
        "%(n)d charts or diagrams were left out. Put them in as pictures.",
        "n",
    ),
    "embedded_object": ngettext_lazy(
        "%(n)d embedded object was left out. Put it in as a picture or a table.",
        "%(n)d embedded objects were left out. Put them in as pictures or tables.",
        "n",
    ),
    "picture_format": ngettext_lazy(
        "%(n)d picture is in a format that browsers do not show. Save it as PNG and put it in again.",
        "%(n)d pictures are in a format that browsers do not show. Save them as PNG and put them in again.",
        "n",
    ),
    "picture_missing": ngettext_lazy("%(n)d picture is not in the file.", "%(n)d pictures are not in the file.", "n"),
    "picture_damaged": ngettext_lazy(
        "%(n)d picture is damaged or too large.", "%(n)d pictures are damaged or too large.", "n"
    ),
    "header_footer": ngettext_lazy(
        "%(n)d running header or footer was left out.", "%(n)d running headers or footers were left out.", "n"
    ),
    "contents": ngettext_lazy(
        "%(n)d line of the table of contents was left out: the portal makes its own.",
        "%(n)d lines of the table of contents were left out: the portal makes its own.",
        "n",
    ),
    "title_page": ngettext_lazy(
        "%(n)d line of the title page was left out.", "%(n)d lines of the title page were left out.", "n"
    ),
    "empty_heading": ngettext_lazy(
        "%(n)d heading without text was left out.", "%(n)d headings without text were left out.", "n"
    ),
    "long_heading": ngettext_lazy(
        "%(n)d heading is longer than a title may be. It is whole in the first passage.",
        "%(n)d headings are longer than a title may be. They are whole in the first passages.",
        "n",
    ),
    "heading_layout": ngettext_lazy(
        "%(n)d chapter title lost its bold, italics or link.",
        "%(n)d chapter titles lost their bold, italics or links.",
        "n",
    ),
    "heading_footnote": ngettext_lazy(
        "%(n)d footnote of a chapter title was left out.", "%(n)d footnotes of chapter titles were left out.", "n"
    ),
    "nested_table": ngettext_lazy(
        "%(n)d table inside a table became lines of its cell.",
        "%(n)d tables inside tables became lines of their cells.",
        "n",
    ),
    "empty_table": ngettext_lazy("%(n)d empty table was left out.", "%(n)d empty tables were left out.", "n"),
    "link": ngettext_lazy(
        "%(n)d link leads nowhere on the web. Its text stayed.",
        "%(n)d links lead nowhere on the web. Their text stayed.",
        "n",
    ),
    "cross_reference": ngettext_lazy(
        "%(n)d link to another place of the document became plain text.",
        "%(n)d links to other places of the document became plain text.",
        "n",
    ),
    "raw_markup": ngettext_lazy(
        "%(n)d piece of HTML or other code was left out. Its words stayed.",
        "%(n)d pieces of HTML or other code were left out. Their words stayed.",
        "n",
    ),
    "unknown": ngettext_lazy(
        "%(n)d part of a kind that the portal does not know was left out.",
        "%(n)d parts of a kind that the portal does not know were left out.",
        "n",
    ),
}


def failure_in_words(code: str) -> str:
    """Why the document could not be read and what to do, in the reader's language. KeyError: no such code."""
    return str(_FAILURES[code])


@dataclass
class Loss:
    """One kind of problem: the sentence with its number, and where."""

    code: str
    total: int = 0
    places: list[dict[str, Any]] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        return str(_PROBLEMS[self.code] % {"n": self.total})


def losses(problems: Iterable[dict[str, Any]]) -> list[Loss]:
    """The problems by kind, in the order in which the kinds first occur."""
    found: dict[str, Loss] = {}
    for problem in problems:
        loss = found.setdefault(problem["code"], Loss(problem["code"]))
        loss.total += problem["count"]
        if problem["place"] or problem["detail"]:
            loss.places.append(problem)
    return list(found.values())


def size_in_words(document: dict[str, Any]) -> str:
    """How much was read: “5 chapters, 120 passages”."""
    chapters = len(document["chapters"])
    passages = sum(len(chapter["passages"]) for chapter in document["chapters"])
    return gettext("%(chapters)s, %(passages)s") % {
        "chapters": ngettext("%(n)d chapter", "%(n)d chapters", chapters) % {"n": chapters},
        "passages": ngettext("%(n)d passage", "%(n)d passages", passages) % {"n": passages},
    }
