"""A sender corrects name and contact; another e-mail address makes the link new and has to be confirmed anew."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse

from accounts.roles import Role
from consultations.errors import (
    ConsultationClosed,
    ImproperCannotChange,
    NothingCorrected,
    SenderCorrectedMeanwhile,
    SenderIncomplete,
)
from consultations.models import Consultation, HistoryEntry, Submission
from consultations.reading import public_steps
from consultations.services.confirmation import confirm_email, expire_unconfirmed
from consultations.services.corrections import correct_sender
from consultations.services.senders import sender_fingerprint
from consultations.services.submissions import Sender
from consultations.services.verification import mark_proper
from tests.consultations.residents import hidden, text_of
from tests.factories import AFTER, DURING, consultation_with_draft, person, remark_in_state, submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

HOUR = dt.timedelta(hours=1)
NEW = Sender(name="Jan Przykładowy", email="jan@example.org")


def address(sent: Submission) -> str:
    return reverse("consultations:correct_sender", args=[sent.tracking_token])


def stored(sent: Submission) -> Submission:
    return Submission.objects.get(pk=sent.pk)


# -- The verb -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["received", "proper", "assigned", "approved", "improper"])
def test_only_of_an_improper_submission_nothing_is_corrected(consultation, state):
    sent = remark_in_state(consultation, state).submission
    if state == "improper":
        with pytest.raises(ImproperCannotChange):
            correct_sender(sent, sender=NEW, now=DURING)
    else:
        correct_sender(sent, sender=NEW, now=DURING)
    assert (stored(sent).email == NEW.email) == (state != "improper")


def test_after_closing_it_is_refused(consultation):
    with pytest.raises(ConsultationClosed):
        correct_sender(submission(consultation), sender=NEW, now=AFTER)


@pytest.mark.parametrize("sender", [Sender(name="Jan"), Sender(email="jan@example.org")])
def test_what_the_rules_require_stays_required(consultation, sender):
    sent = submission(consultation)
    with pytest.raises(SenderIncomplete):
        correct_sender(sent, sender=sender, now=DURING)


def test_nothing_changed_is_no_correction(consultation):
    sent = submission(consultation)
    with pytest.raises(NothingCorrected):
        correct_sender(sent, sender=Sender(name="Jan Przykładowy", email="sender@example.org"), now=DURING)


def test_data_changed_in_another_window_are_not_overwritten(consultation):
    sent = submission(consultation)
    seen = sender_fingerprint(sent)
    correct_sender(sent, sender=Sender(name="Anna Inna", email="sender@example.org"), now=DURING)
    with pytest.raises(SenderCorrectedMeanwhile):
        correct_sender(sent, sender=NEW, seen=seen, now=DURING)
    assert stored(sent).name == "Anna Inna"


def test_the_history_names_the_fields_and_not_what_they_hold(consultation):
    sent = submission(consultation)
    correct_sender(sent, sender=Sender(name="Anna Nowa", email="nowa@example.org"), now=DURING)
    entry = HistoryEntry.objects.get(verb="correct")
    assert (entry.by, entry.after) == (None, {"fields": ["name", "email"]})
    told = str(list(HistoryEntry.objects.values_list("before", "after")))
    assert "Anna" not in told
    assert "nowa@" not in told


def test_a_corrected_name_leaves_the_link_as_it_is(consultation):
    sent = submission(consultation)
    old = sent.tracking_token
    correct_sender(sent, sender=Sender(name="Anna Nowa", email="sender@example.org"), now=DURING)
    assert stored(sent).tracking_token == old


def test_another_address_makes_the_link_new(client, consultation):
    sent = submission(consultation)
    old = sent.tracking_path
    correct_sender(sent, sender=NEW, now=DURING)
    assert client.get(old).status_code == 404
    assert client.get(stored(sent).tracking_path).status_code == 200


@pytest.mark.parametrize("confirmed", [True, False])
def test_another_address_is_confirmed_anew_within_a_new_term(confirmed):
    consultation = consultation_with_draft(confirmation_hours=48)
    sent = submission(consultation)
    if confirmed:
        confirm_email(sent, now=DURING)
    old = sent.confirmation_token
    correct_sender(sent, sender=NEW, now=DURING + HOUR)
    assert stored(sent).awaits_confirmation
    assert stored(sent).confirm_until == DURING + 49 * HOUR
    assert stored(sent).confirmation_token not in (old, None)
    assert expire_unconfirmed(now=DURING + 48 * HOUR) == 0
    assert expire_unconfirmed(now=DURING + 49 * HOUR) == 1


def test_of_a_verified_submission_the_new_address_is_not_asked_for():
    sent = submission(consultation_with_draft(confirmation_hours=48))
    mark_proper(sent, by=person(Role.COORDINATOR), now=DURING)
    correct_sender(sent, sender=NEW, now=DURING)
    assert not stored(sent).is_unconfirmed


# -- The page -------------------------------------------------------------------------------------------------------


def test_the_form_is_filled_and_saving_leads_to_the_new_link(client, consultation):
    sent = submission(consultation)
    page = client.get(address(sent))
    assert page.context["form"].initial["email"] == "sender@example.org"
    values = {"sender_kind": "person", "name": "Jan Przykładowy", "email": "jan@example.org"}
    answer = client.post(address(sent), values | hidden(page))
    assert answer.url == stored(sent).tracking_path
    assert stored(sent).email == "jan@example.org"


def test_a_faulty_field_gets_a_sentence_and_nothing_is_lost(client, consultation):
    sent = submission(consultation)
    answer = client.post(address(sent), {"sender_kind": "person", "name": "Anna Nowa", "email": "bez małpy"})
    assert answer.status_code == 422
    assert 'value="Anna Nowa"' in answer.content.decode()
    assert stored(sent).name == "Jan Przykładowy"


def test_a_form_of_another_window_comes_back_with_what_was_typed(client, consultation):
    sent = submission(consultation)
    page = client.get(address(sent))
    correct_sender(sent, sender=Sender(name="Anna Inna", email="sender@example.org"), now=DURING)
    values = {"sender_kind": "person", "name": "Anna Trzecia", "email": "sender@example.org"}
    answer = client.post(address(sent), values | hidden(page))
    assert answer.status_code == 409
    assert 'value="Anna Trzecia"' in answer.content.decode()
    client.post(address(sent), values | hidden(answer))
    assert stored(sent).name == "Anna Trzecia"


@pytest.mark.parametrize("reason", ["closed", "improper"])
def test_it_is_refused_in_words(client, consultation, during, reason):
    sent = remark_in_state(consultation, "improper" if reason == "improper" else "received").submission
    if reason == "closed":
        during.move_to(AFTER)
    assert client.get(address(sent)).status_code == 403
    answer = client.post(address(sent), {"sender_kind": "person", "name": "Anna Nowa", "email": "a@example.org"})
    assert answer.status_code == 409
    assert "Anna Nowa" in text_of(answer)
    assert address(sent) not in client.get(sent.tracking_path).content.decode()


def test_an_expired_form_comes_back(consultation, client):
    from django.test import Client

    sent = submission(consultation)
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(address(sent), {"sender_kind": "person", "name": "Anna Nowa", "email": "a@example.org"})
    assert answer.status_code == 403
    assert re.search(r'value="Anna Nowa"', answer.content.decode())
    assert stored(sent).name == "Jan Przykładowy"


def test_a_letter_needs_no_address_here(client, consultation):
    Consultation.objects.update(required_fields=["name"], confirmation_hours=48)
    sent = submission(consultation, channel=Submission.Channel.PAPER, sender=Sender(name="Jan"))
    client.post(address(sent), {"sender_kind": "person", "name": "Jan Nowy", "seen": sender_fingerprint(sent)})
    assert stored(sent).name == "Jan Nowy"


def test_the_public_page_of_a_remark_does_not_tell_that_its_sender_corrected_the_own_data(consultation):
    remark = remark_in_state(consultation, "proper")
    correct_sender(remark.submission, sender=NEW, now=DURING)
    assert HistoryEntry.objects.filter(submission=remark.submission, verb="correct").exists()
    assert [step.verb for step in public_steps(remark)] == ["receive", "mark_proper"]
