"""Text typed by people: what is taken away silently, what is refused, and how long it may be."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

# Everything of Unicode's category Cc but tab and line feed, and the bidirectional overrides that can make a text
# read otherwise than it is stored.
FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def normalise(text: str) -> str:
    """The text in NFC, with line feeds for line ends and without blanks at its end."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def bare_words(text: str) -> str:
    """The text's letters and digits only, in one case, words by single blanks: equal for what people call the same."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"\w+", folded))


def refuse_control_characters(text: str) -> None:
    """ValidationError when the text holds characters that cannot be seen or printed."""
    if FORBIDDEN.search(text):
        raise ValidationError(
            _("The text holds characters that cannot be shown. Type them again or paste the text without formatting."),
            code="control_characters",
        )


def refuse_longer(text: str, limit: int) -> None:
    """ValidationError, saying by how much, when the text has more characters than the limit."""
    over = len(text) - limit
    if over > 0:
        raise ValidationError(
            ngettext_lazy(
                "The text is too long by %(over)d character (at most %(limit)d).",
                "The text is too long by %(over)d characters (at most %(limit)d).",
                "over",
            ),
            code="max_length",
            params={"over": over, "limit": limit},
        )


class PlainTextField(forms.CharField):
    """A text of at most ``limit`` characters. Keeps what was typed, names the fault, tells the limit beforehand.

    The browser gets no ``maxlength``: it would cut a pasted text without a word.
    """

    def __init__(self, *, limit: int, rows: int = 0, **kwargs: Any) -> None:
        if rows:
            kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(strip=False, **kwargs)
        self.limit = limit
        self.widget.attrs["data-limit"] = str(limit)

    def to_python(self, value: Any) -> str:
        return normalise(super().to_python(value) or "")

    def validate(self, value: Any) -> None:
        super().validate(value)
        refuse_control_characters(value)
        refuse_longer(value, self.limit)


class ShortTextField(PlainTextField):
    """A text with a limit that is told only when it is passed: a page full of counters cannot be read."""

    def __init__(self, *, limit: int, **kwargs: Any) -> None:
        super().__init__(limit=limit, **kwargs)
        self.most, self.limit = limit, 0
        del self.widget.attrs["data-limit"]

    def validate(self, value: Any) -> None:
        forms.CharField.validate(self, value)
        refuse_control_characters(value)
        refuse_longer(value, self.most)


class EmailTextField(PlainTextField):
    """An e-mail address. Refused with the same sentences as any other text, then checked for its form."""

    widget = forms.EmailInput
    default_validators = [
        EmailValidator(_("Write a whole e-mail address, for example jan@example.org."), code="invalid")
    ]
