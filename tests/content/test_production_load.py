"""In production no account with a known password is made, and whoever acts in the demonstration cannot sign in."""

from __future__ import annotations

import pytest

from accounts.models import User
from consultations.models import Consultation, HistoryEntry
from lublin2030.loading import accounts
from tests.content.conftest import load


@pytest.fixture
def production(settings, db):
    settings.DEMONSTRATION = False


def test_one_closed_account_without_password_acts_in_the_story(production):
    load()
    nobody = User.objects.get()
    assert not nobody.has_usable_password()
    assert not nobody.is_active
    assert nobody.is_demonstration
    assert set(HistoryEntry.objects.exclude(verb="receive").values_list("by", flat=True)) == {nobody.pk}
    past = Consultation.objects.get(slug="projekt-strategii-lublin-2030")
    assert (past.remark_count, past.proper_count, past.sender_count) == (202, 199, 59)
    assert accounts.lines() == []


def test_accounts_with_a_known_password_are_refused(production):
    with pytest.raises(RuntimeError):
        accounts.make_accounts()
    assert not User.objects.exists()
