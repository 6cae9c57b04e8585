"""A text that is redacted after the report was frozen: who is told where, and that withholding takes it off the web."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from consultations.models import Remark
from consultations.public_text import PublicText
from consultations.services.redaction import approve_text, redact_text
from lublin2030.lib.dates import warsaw
from lublin2030.lib.desk import count_waiting, queues_for
from summaries.reports.exposed import exposing_anywhere, exposing_reports, reports_holding
from summaries.reports.files import make_files
from tests.factories import passage_remark, person
from tests.pdf_reading import words
from tests.summaries.reports.making import (
    REPORTED,
    answered_submission,
    corrected,
    finished,
    frozen,
    withheld,
)
from tests.walking import walk, words_in

SECRET = "Niezapominajkowa 77"
BEFORE, LATER = REPORTED - dt.timedelta(hours=1), warsaw(2022, 2, 1, 9)


@pytest.fixture(autouse=True)
def _then():
    with time_machine.travel(LATER, tick=False):
        yield


def telling(consultation) -> Remark:
    """A published remark that says where its sender lives."""
    change = f"Mieszkam przy {SECRET} i proszę o lipy."
    sent = answered_submission(consultation, new_remarks=[passage_remark(consultation, "f3", change=change)])
    return sent.remarks.select_related("consultation", "submission").get()


@pytest.fixture
def remark(over):
    return telling(over)


@pytest.fixture
def reported(remark):
    return frozen(remark.consultation)


def redact(remark, *, now=LATER, instead="[…]"):
    shown = PublicText(remark.change.replace(SECRET, instead), remark.wording, remark.reason)
    redact_text(remark, shown=shown, grounds="adres", revision=remark.revision, by=person(Role.COORDINATOR), now=now)
    return remark


def text_page(remark):
    return reverse("desk:text", args=[remark.pk])


def told(consultation):
    return [(one.report.number, [number for _pk, number in one.remarks]) for one in exposing_reports(consultation)]


# -- Which reports ----------------------------------------------------------------------------------------------------


def test_a_report_with_the_text_is_found_once_it_is_redacted(remark, reported):
    assert told(remark.consultation) == []
    redact(remark)
    assert told(remark.consultation) == [("1/2022", [remark.public_number])]
    assert list(exposing_anywhere()) == [reported]


def test_one_that_was_frozen_with_the_redaction_is_not(remark):
    redact(remark, now=BEFORE)
    frozen(remark.consultation)
    assert told(remark.consultation) == []
    assert not exposing_anywhere().exists()


def test_one_from_which_more_was_taken_out_later_is(remark):
    redact(remark, now=BEFORE)
    frozen(remark.consultation)
    shown = PublicText("[…]", remark.wording, remark.reason)
    by = person(Role.COORDINATOR)
    redact_text(remark, shown=shown, grounds="adres", revision=remark.revision, by=by, now=LATER)
    assert told(remark.consultation) == [("1/2022", [remark.public_number])]


def test_one_whose_redaction_was_taken_back_is_not(remark, reported):
    redact(remark)
    approve_text(remark, revision=remark.revision, by=person(Role.COORDINATOR), now=LATER)
    assert told(remark.consultation) == []


def test_a_correction_does_not_free_the_first_and_withholding_does(remark, reported):
    redact(remark)
    corrected(reported, now=LATER)
    assert told(remark.consultation) == [("1/2022", [remark.public_number])]
    withheld(reported, now=LATER)
    assert told(remark.consultation) == []
    assert not exposing_anywhere().exists()


def test_another_consultation_is_not_told(remark, reported):
    other = telling(finished())
    frozen(other.consultation)
    redact(remark)
    assert told(other.consultation) == []


def test_of_a_remark_its_reports_are_told_with_what_they_say(remark, reported):
    assert [(one.report, one.exposes) for one in reports_holding(remark)] == [(reported, False)]
    redact(remark)
    new = corrected(reported, now=LATER)
    assert [(one.report, one.exposes) for one in reports_holding(remark)] == [(new, False), (reported, True)]
    withheld(reported, now=LATER)
    assert [(one.report, one.exposes) for one in reports_holding(remark)] == [(new, False)]


def test_a_report_with_fewer_words_than_the_register_is_no_matter(remark):
    redact(remark, now=BEFORE)
    frozen(remark.consultation)
    approve_text(remark, revision=remark.revision, by=person(Role.COORDINATOR), now=LATER)
    assert reports_holding(remark) == []


# -- Who is told ------------------------------------------------------------------------------------------------------


def test_the_page_of_the_redaction_tells_before_and_after(client, remark, reported, sign_in):
    sign_in(Role.COORDINATOR)
    page, reports = text_page(remark), f"/biurko/sprawozdania/{remark.consultation.slug}/"
    before = client.get(page).content.decode()
    assert f'href="{reports}"' in before
    assert "notice bad" not in before
    redact(remark)
    after = client.get(page).content.decode()
    assert f'href="{reports}"' in after
    assert "notice bad" in after
    withheld(reported, now=LATER)
    assert f'href="{reports}"' not in client.get(page).content.decode()


def test_without_a_report_the_page_of_the_redaction_says_nothing(client, remark, sign_in):
    sign_in(Role.COORDINATOR)
    assert f"/biurko/sprawozdania/{remark.consultation.slug}" not in client.get(text_page(remark)).content.decode()


def test_the_page_of_the_reports_leads_to_the_text_and_to_withholding(client, remark, reported, sign_in):
    sign_in(Role.COORDINATOR)
    redact(remark)
    said = client.get(f"/biurko/sprawozdania/{remark.consultation.slug}/").content.decode()
    assert f'href="{text_page(remark)}"' in said
    assert f'href="/biurko/sprawozdania/{remark.consultation.slug}/wycofaj/1-2022/"' in said


def test_it_waits_in_the_queue_until_the_report_is_withheld(remark, reported, sign_in):
    user = sign_in(Role.COORDINATOR)
    [queue] = [one for one in queues_for(user) if one.name == "reports"]
    assert count_waiting([queue], user)[queue.name] == 0
    redact(remark)
    assert count_waiting([queue], user)[queue.name] == 1
    [waiting] = queue.oldest(user, 5)
    assert waiting.url == f"/biurko/sprawozdania/{remark.consultation.slug}/"
    withheld(corrected(reported, now=LATER).supersedes, now=LATER)
    assert count_waiting([queue], user)[queue.name] == 0


def test_it_costs_the_same_however_many_texts_are_redacted(client, remark, sign_in):
    others = [telling(remark.consultation) for _ in range(3)]
    frozen(remark.consultation)
    user = sign_in(Role.COORDINATOR)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/biurko/sprawozdania/{remark.consultation.slug}/")
            [queue] = [one for one in queues_for(user) if one.name == "reports"]
            count_waiting([queue], user)[queue.name]
            queue.oldest(user, 5)
        return len(queries)

    redact(remark)
    cost()  # what the person may do is asked once
    before = cost()
    for other in others:
        redact(other)
    assert cost() == before


# -- From the first report to nothing left ----------------------------------------------------------------------------


def test_after_withholding_nothing_public_contains_the_text(remark):
    """Freeze, redact, correct, withhold: every page, file and answer that the public can reach is read."""
    over = remark.consultation
    first = frozen(over)
    make_files(first, lambda done, total: None, now=REPORTED)
    base = f"/konsultacje/{over.slug}/sprawozdanie"
    register = [remark.get_absolute_url(), f"/api/v1/consultations/{over.slug}/remarks/"]
    of_first = [f"{base}/1-2022/{page}" for page in ("uwagi/1/", "sprawozdanie.csv", "sprawozdanie.json")]

    def saying(addresses):
        return [address for address in addresses if SECRET in words_in(Client().get(address))]

    assert saying([*register, *of_first]) == [*register, *of_first]
    redact(remark)
    second = corrected(first, now=LATER)
    make_files(second, lambda done, total: None, now=LATER)
    assert saying([*register, *of_first]) == of_first
    withheld(first, now=LATER)
    start = [f"/api/v1/consultations/{over.slug}/{more}" for more in ("", "remarks/", "report/")]
    start += [
        over.get_absolute_url(),
        f"{base}/",
        *of_first,
        *(f"{base}.{format}" for format in ("docx", "xlsx", "csv")),
    ]
    found = walk(Client(), start)
    assert set(register) < set(found)
    assert [address for address, text in found.items() if SECRET in text] == []
    pdf = Client().get(f"{base}.pdf").getvalue()
    assert SECRET not in words(pdf)
    assert "prosz" in words(pdf)
