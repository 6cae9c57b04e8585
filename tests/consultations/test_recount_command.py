"""``manage.py recount`` proves the counters and mends what differs."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from consultations.models import Consultation, Tally
from tests import factories


def said(*slugs: str) -> str:
    out = io.StringIO()
    call_command("recount", *slugs, stdout=out)
    return out.getvalue()


def test_right_counters_end_well(consultation):
    factories.submission(consultation, remarks=2)
    assert f"{consultation.slug}: 0 differences" in said()


def test_a_wrong_counter_is_told_and_mended_and_ends_with_one(consultation, capsys):
    factories.submission(consultation, remarks=2)
    Consultation.objects.filter(pk=consultation.pk).update(remark_count=5)
    Tally.objects.filter(dimension="chapter").update(remarks=9)
    with pytest.raises(SystemExit) as ended:
        call_command("recount")
    assert ended.value.code == 1
    assert "remark_count: 5 stored, 2 counted" in capsys.readouterr().out
    assert "0 differences" in said()


def test_one_consultation_can_be_asked_for(consultation):
    other = factories.ConsultationFactory()
    text = said(other.slug)
    assert other.slug in text
    assert consultation.slug not in text


def test_an_unknown_address_is_told(db):
    with pytest.raises(CommandError, match="no consultation"):
        said("nie-ma-mnie")
