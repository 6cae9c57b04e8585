"""A consultation's own page, phase by phase, and the pages that do not exist before it is published."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse

from consultations.models import Consultation
from consultations.services.submissions import Sender
from lublin2030.lib.dates import warsaw
from lublin2030.lib.panels import stage_panels
from notifications.targets import KEPT_AFTER_END
from tests.factories import (
    AFTER,
    CLOSES,
    DURING,
    OPENS,
    ConsultationFactory,
    StageFactory,
    consultation_with_draft,
    remark_in_state,
    submission,
)

pytestmark = pytest.mark.django_db

BEFORE = OPENS - dt.timedelta(days=2)
SECOND = dt.timedelta(seconds=1)


def page(client, consultation, name="detail", *args):
    return client.get(reverse(f"consultations:{name}", args=[consultation.slug, *args]))


def html_at(client, consultation, moment, traveller, name="detail", *args):
    traveller.move_to(moment)
    response = page(client, consultation, name, *args)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("name", "args"),
    [("detail", []), ("draft", []), ("chapter", [1]), ("register", []), ("remark", ["1.1"])],
)
@pytest.mark.parametrize("published_at", [None, DURING + SECOND])
def test_an_unpublished_consultation_has_no_pages(client, during, consultation, name, args, published_at):
    submission(consultation)
    Consultation.objects.update(published_at=published_at)
    assert page(client, consultation, name, *args).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_pages_are_only_read(client, during, consultation, method):
    assert getattr(client, method)(consultation.get_absolute_url()).status_code == 405


# What is shown in which phase: the moment, then whether it offers to send, to follow, to read the remarks.
PHASES = [
    (BEFORE, "jeszcze się nie zaczęły", False, True, False),
    (OPENS - SECOND, "jeszcze się nie zaczęły", False, True, False),
    (OPENS, "Trwają konsultacje", True, True, True),
    (CLOSES - SECOND, "Trwają konsultacje", True, True, True),
    (CLOSES, "Konsultacje są zakończone", False, True, True),
    (AFTER, "Konsultacje są zakończone", False, True, True),
    (CLOSES + KEPT_AFTER_END + SECOND, "Konsultacje są zakończone", False, False, True),
]


@pytest.mark.parametrize(("moment", "words", "sends", "follows", "register"), PHASES)
def test_what_each_phase_shows(client, during, moment, words, sends, follows, register):
    consultation = consultation_with_draft(published_at=BEFORE)
    html = html_at(client, consultation, moment, during)
    assert words in html
    assert (reverse("consultations:new_remark", args=[consultation.slug]) in html) is sends
    assert (reverse("notifications:follow", args=[consultation.slug]) in html) is follows
    assert (reverse("consultations:register", args=[consultation.slug]) in html) is register


@pytest.mark.parametrize(("moment", "words", "sends", "follows", "register"), PHASES)
def test_the_draft_takes_remarks_only_while_open(client, during, moment, words, sends, follows, register):
    consultation = consultation_with_draft(published_at=BEFORE)
    consultation.draft.versions.update(published_at=BEFORE)
    for name, args in [("draft", []), ("chapter", [1])]:
        html = html_at(client, consultation, moment, during, name, *args)
        assert (reverse("consultations:new_remark", args=[consultation.slug]) in html) is sends


def test_before_the_opening_it_says_when(client, during):
    consultation = consultation_with_draft(published_at=BEFORE)
    html = html_at(client, consultation, BEFORE, during)
    assert '<b class="num">2</b> <span>dni do rozpoczęcia' in html
    assert "od 15 listopada 2021, godz. 00:00" in html


def test_the_clock_counts_days_in_warsaw(client, during, consultation):
    html = html_at(client, consultation, warsaw(2021, 11, 30, 23, 30), during)
    assert '<b class="num">20</b> <span>dni do końca' in html
    assert '<progress max="36" value="16"' in html


def test_after_the_end_it_says_so_with_the_moment(client, during, consultation):
    html = html_at(client, consultation, AFTER, during)
    assert "20 grudnia 2021, godz. 23:59" in html
    assert "Nie przyjmujemy już uwag" in html


@pytest.mark.parametrize(
    ("moment", "words"),
    [(DURING, "do 19 stycznia 2022 (zostało 49 dni)"), (warsaw(2022, 1, 19, 23), "do 19 stycznia 2022 (dziś)")],
)
def test_the_report_has_a_day(client, during, consultation, moment, words):
    assert words in html_at(client, consultation, moment, during)


def test_after_the_reports_day_no_days_are_promised(client, during, consultation):
    html = html_at(client, consultation, warsaw(2022, 1, 20), during)
    assert "19 stycznia 2022" in html
    assert "zostało" not in html


def test_numbers_of_remarks_and_answers(client, during, consultation):
    remark_in_state(consultation, "published", remarks=2)
    remark_in_state(consultation, "improper")
    response = page(client, consultation)
    counters = response.context["consultation"]
    assert (counters.remark_count, counters.proper_count, counters.sender_count) == (3, 2, 2)
    assert response.context["answered"] == 1


def test_rules_notice_contact_and_reasons_are_shown(client, during, consultation):
    Consultation.objects.update(
        rules="Zasada **gruba**", legal_basis="Ustawa", privacy_notice="Administrator", contact="Pokój 5"
    )
    html = page(client, consultation).content.decode()
    for words in ["<strong>gruba</strong>", "Ustawa", "Administrator", "Pokój 5", "po terminie", "bez podpisu"]:
        assert words in html


def test_only_required_fields_are_named(client, during, consultation):
    Consultation.objects.update(required_fields=["phone"])
    required = page(client, consultation).context["required"]
    assert required == ["Telefon"]


def test_the_summary_is_linked_once_it_is_public(client, during, consultation):
    link = reverse("summary", args=[consultation.slug])
    assert link not in page(client, consultation).content.decode()
    Consultation.objects.update(summary_published_at=DURING)
    assert link in page(client, consultation).content.decode()


def test_a_consultation_without_a_draft_says_so(client, during):
    consultation = ConsultationFactory()
    assert "nie jest tu opublikowany" in page(client, consultation).content.decode()
    assert "Nie ma tu jeszcze projektu" in page(client, consultation, "draft").content.decode()


def test_no_sender_is_named(client, during, consultation):
    sender = Sender(name="Zenobia Tajna", email="tajna@example.org", phone="600700800", address="Ulica Skryta 7")
    submission(consultation, sender=sender)
    html = page(client, consultation).content.decode()
    for secret in ["Zenobia", "tajna@", "600700800", "Skryta"]:
        assert secret not in html


def test_a_missing_translation_comes_in_polish_and_says_so(client, during, consultation):
    consultation.translate("title", "en", "English title")
    consultation.save()
    html = client.get("/en" + consultation.get_absolute_url()).content.decode()
    assert "English title" in html
    assert re.search(rf'lang="?pl"?>{consultation.process.name}<', html)


def test_a_stage_shows_its_public_consultations(rf, during):
    stage = StageFactory()
    shown = ConsultationFactory(stage=stage)
    ConsultationFactory(stage=stage, published_at=None)
    ConsultationFactory()
    panels = dict(stage_panels(rf.get("/"), stage))
    items = panels["consultations/parts/stage_panel.html"]["consultations"]
    assert [item.consultation for item in items] == [shown]


def test_a_stage_without_consultations_has_no_panel(rf, during):
    panels = dict(stage_panels(rf.get("/"), StageFactory()))
    assert "consultations/parts/stage_panel.html" not in panels
