"""Why a document cannot be read at all."""

from __future__ import annotations


class UnreadableDocument(Exception):
    """The document cannot be read. ``code`` is one of ``CODES``; ``consultations.import_words`` has its sentence."""

    CODES = frozenset(
        {
            "empty",
            "too_large",
            "wrong_type",
            "old_format",
            "encrypted",
            "damaged",
            "bomb",
            "encoding",
            "took_too_long",
            "no_text",
            "gone",
        }
    )

    def __init__(self, code: str) -> None:
        if code not in self.CODES:
            raise ValueError(code)
        super().__init__(code)
        self.code = code
