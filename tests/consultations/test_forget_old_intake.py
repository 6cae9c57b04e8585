"""What staff left half typed, and what was said of the rows of old tables, is forgotten; what was entered stays."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.roles import Role
from consultations.models import LetterDraft, RemarkImport
from consultations.services.forgetting import forget_old_intake
from tests.factories import DURING, person

DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(("days", "is_kept"), [(89, True), (91, False)])
def test_a_letter_left_half_typed_is_forgotten_after_ninety_days(consultation, days, is_kept):
    LetterDraft.objects.create(
        consultation=consultation, by=person(Role.COORDINATOR), content={"name": "Anna"}, updated_at=DURING
    )
    assert forget_old_intake(now=DURING + days * DAY) == (0 if is_kept else 1)
    assert LetterDraft.objects.exists() is is_kept


@pytest.mark.parametrize(
    ("state", "days", "is_kept"),
    [
        ("entered", 29, True),
        ("entered", 31, False),
        ("discarded", 31, False),
        ("failed", 31, False),
        ("checked", 400, True),
        ("entering", 400, True),
    ],
)
def test_what_rows_said_is_forgotten_once_their_table_is_dealt_with(consultation, state, days, is_kept):
    table = RemarkImport.objects.create(
        consultation=consultation, file_name="uwagi.xlsx", sha256="0" * 64, state=state,
        rows=[{}, ["anna@example.org"]], good_rows=7, at=DURING,
    )  # fmt: skip
    forget_old_intake(now=DURING + days * DAY)
    table.refresh_from_db()
    assert bool(table.rows) is is_kept
    assert table.good_rows == 7
    assert forget_old_intake(now=DURING + days * DAY) == 0
