"""The catalogues hold every message of the sources, translated, with Polish plural forms."""

from __future__ import annotations

import pytest
from babel.messages.catalog import Catalog
from django.utils import translation
from django.utils.translation import ngettext

from lublin2030 import catalogues


def test_nothing_is_missing_fuzzy_or_superfluous():
    assert catalogues.problems() == []


@pytest.mark.parametrize(
    ("days", "words"),
    [(1, "został 1 dzień"), (2, "zostały 2 dni"), (5, "zostało 5 dni"), (12, "zostało 12 dni"), (22, "zostały 22 dni")],
)
def test_polish_plural_forms(days, words):
    with translation.override("pl"):
        assert ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days} == words


def a_catalogue(language: str, **strings: str) -> Catalog:
    catalogue = Catalog(locale=language, charset="utf-8")
    for message_id, string in strings.items():
        catalogue.add(message_id, string=string)
    return catalogue


def test_a_missing_and_a_lost_placeholder_are_found(monkeypatch):
    template = a_catalogue("en", Hello="", **{"%(n)s of us": ""})
    monkeypatch.setattr(catalogues, "extract", lambda: template)
    monkeypatch.setattr(
        catalogues, "load", lambda language: a_catalogue(language, Hello="", Gone="x", **{"%(n)s of us": "nas"})
    )
    found = " | ".join(catalogues.problems())
    assert "not translated: 'Hello'" in found
    assert "placeholders differ: '%(n)s of us'" in found
    assert "no longer used: 'Gone'" in found
