"""The words by which the search in a draft finds passages, written once for a published version."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from consultations.models import DraftVersion, PassageText, PassageWords
from lublin2030.lib.polish import index_words

BATCH = 500


def words_of(text: PassageText) -> str:
    """The words of a passage in all its languages, with a blank at both ends, so that each stands between blanks."""
    said = [text.wording, *(texts.get("wording", "") for texts in text.translations.values())]
    return f" {index_words(' '.join(said))} "


def has_words(version: DraftVersion) -> bool:
    """Whether the version's words are written. They are written all at once, so one row tells. One query."""
    return PassageWords.objects.filter(version=version).exists()


def write_words(version: DraftVersion, progress: Callable[[int, int], None] = lambda _done, _total: None) -> None:
    """Write the words of every passage of a published version, all of them or none. Twice does no harm.

    ``progress`` is told between the passages, outside of the transaction.
    """
    texts = PassageText.objects.filter(version=version).only("wording", "translations").order_by("pk")
    total = texts.count()
    rows = []
    for done, text in enumerate(texts.iterator(chunk_size=BATCH)):
        if done % 100 == 0:
            progress(done, total)
        rows.append(PassageWords(text_id=text.pk, version=version, words=words_of(text)))
    with transaction.atomic():
        PassageWords.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
