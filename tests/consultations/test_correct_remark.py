"""A sender corrects a remark while the consultation is open: number and place stay, what it said before is kept."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from consultations.errors import (
    ConsultationClosed,
    CorrectedMeanwhile,
    ImproperCannotChange,
    NothingCorrected,
    RemarkAnswered,
    RemarkWithdrawn,
    TargetNotInDraft,
)
from consultations.models import Consultation, HistoryEntry, Remark, RemarkRevision, Topic
from consultations.services.corrections import correct_remark
from consultations.services.decisions import decide_remark
from consultations.services.receipts import content_hash
from consultations.services.tallies import recount
from consultations.words import describe_history
from tests.consultations.residents import text_of
from tests.factories import (
    AFTER,
    CLOSES,
    DURING,
    OPENS,
    STATES,
    DistrictFactory,
    consultation_with_draft,
    passage_remark,
    person,
    remark_in_state,
    submission,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

REFUSALS = {
    "improper": ImproperCannotChange,
    "drafted": RemarkAnswered,
    "reviewed": RemarkAnswered,
    "approved": RemarkAnswered,
    "published": RemarkAnswered,
    "withdrawn": RemarkWithdrawn,
}
HOUR = dt.timedelta(hours=1)


def corrected(remark: Remark, *, revision: int = 1, now: dt.datetime = DURING, **texts: Any) -> Remark:
    texts.setdefault("change", "Więcej krzewów.")
    content = passage_remark(Consultation.objects.get(pk=remark.consultation_id), **texts)
    return correct_remark(remark, content=content, revision=revision, now=now)


def address(remark: Remark) -> str:
    return reverse("consultations:correct_remark", args=[remark.submission.tracking_token, remark.ordinal])


# -- The verb -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", STATES)
def test_only_what_is_not_answered_improper_or_withdrawn_can_be_corrected(consultation, state):
    remark = remark_in_state(consultation, state)
    if state in REFUSALS:
        with pytest.raises(REFUSALS[state]):
            corrected(remark)
    else:
        corrected(remark)
    stored = Remark.objects.get(pk=remark.pk)
    assert (stored.change == "Więcej krzewów.") == (state not in REFUSALS)
    assert stored.state == state
    assert recount(consultation) == []


@pytest.mark.parametrize("now", [OPENS - HOUR, CLOSES, AFTER])
def test_outside_the_term_it_is_refused_and_nothing_changes(consultation, now):
    remark = remark_in_state(consultation, "received")
    with pytest.raises(ConsultationClosed):
        corrected(remark, now=now)
    assert Remark.objects.get().change == "Więcej drzew."
    assert not RemarkRevision.objects.exists()


def test_the_last_moment_counts(consultation):
    remark = remark_in_state(consultation, "received")
    assert corrected(remark, now=CLOSES - dt.timedelta(microseconds=1)).revision == 2


def test_number_and_place_stay_and_every_earlier_text_is_kept_with_its_digest(consultation):
    sent = submission(consultation, remarks=2)
    remark = sent.remarks.get(ordinal=1)
    digests = [content_hash(sent.remarks.all())]
    corrected(remark, change="Drugi tekst.")
    digests.append(content_hash(sent.remarks.all()))
    corrected(remark, revision=2, change="Trzeci tekst.", now=DURING + HOUR)
    assert (remark.revision, remark.change, remark.public_number) == (3, "Trzeci tekst.", "1.1/2021")
    assert remark.changed_at == DURING + HOUR
    kept = list(RemarkRevision.objects.order_by("revision"))
    assert [(one.revision, one.content["change"]) for one in kept] == [(1, "Więcej drzew."), (2, "Drugi tekst.")]
    assert [one.content["content_hash"] for one in kept] == digests
    assert len({*digests, content_hash(sent.remarks.all())}) == 3


def test_the_history_tells_the_revision_and_no_text(consultation):
    remark = corrected(remark_in_state(consultation, "assigned"))
    entry = HistoryEntry.objects.get(remark=remark, verb="correct")
    assert (entry.by, entry.at, entry.before, entry.after) == (None, DURING, {"revision": 1}, {"revision": 2})
    (told,) = describe_history([entry])
    assert told["after"] == ["wersja 2"]


def test_a_second_click_makes_no_second_revision(consultation):
    remark = remark_in_state(consultation, "received")
    corrected(remark)
    corrected(Remark.objects.get())
    assert Remark.objects.get().revision == 2
    assert RemarkRevision.objects.count() == 1


def test_a_correction_of_an_earlier_revision_is_refused(consultation):
    remark = remark_in_state(consultation, "received")
    corrected(remark, change="Z pierwszego okna.")
    with pytest.raises(CorrectedMeanwhile):
        corrected(remark, change="Z drugiego okna.")
    assert Remark.objects.get().change == "Z pierwszego okna."


def test_a_correction_that_changes_nothing_is_none(consultation):
    remark = remark_in_state(consultation, "received")
    with pytest.raises(NothingCorrected):
        corrected(remark, change="Więcej drzew.")
    assert Remark.objects.get().revision == 1


def test_another_place_or_a_foreign_topic_is_refused(consultation):
    remark = remark_in_state(consultation, "received")
    foreign = Topic.objects.get(consultation=consultation_with_draft())
    for content in (passage_remark(consultation, "f2"), passage_remark(consultation, topic=foreign)):
        with pytest.raises(TargetNotInDraft):
            correct_remark(remark, content=content, revision=1, now=DURING)


@pytest.mark.parametrize("state", ["received", "assigned"])
def test_topic_and_district_are_counted_anew(consultation, state):
    remark = remark_in_state(consultation, state)
    corrected(remark, topic=consultation.topics.get(), district=DistrictFactory())
    assert recount(consultation) == []
    corrected(remark, revision=2, district=DistrictFactory())
    assert recount(consultation) == []


@pytest.mark.parametrize(
    ("needs_approval", "before", "after"),
    [
        (False, "open", "open"),
        (True, "open", "waiting"),
        (False, "redacted", "waiting"),
        (True, "waiting", "waiting"),
        (False, "waiting", "waiting"),
    ],
)
def test_a_text_that_somebody_has_looked_at_is_looked_at_again(consultation, needs_approval, before, after):
    Consultation.objects.update(texts_need_approval=needs_approval)
    remark = remark_in_state(consultation, "received")
    Remark.objects.update(text_state=before, shown_change="Więcej […]." if before == "redacted" else "")
    corrected(remark)
    assert (remark.text_state, remark.shown_change) == (after, "")


# -- The page -------------------------------------------------------------------------------------------------------


def test_every_field_is_filled_with_what_was_sent(client, consultation):
    topic, district = consultation.topics.get(), DistrictFactory()
    new = passage_remark(consultation, wording="Nowe brzmienie.", topic=topic, district=district)
    remark = submission(consultation, new_remarks=[new]).remarks.get()
    values = client.get(address(remark)).context["form"].initial
    wanted = {"change": "Więcej drzew.", "wording": "Nowe brzmienie.", "reason": "Jest za gorąco."}
    assert wanted.items() <= values.items()
    assert (values["topic"], values["district"]) == (topic.pk, district.pk)
    assert "place" not in client.get(address(remark)).context["form"].fields


def test_saving_leads_back_to_the_case_which_tells_it(client, consultation):
    remark = remark_in_state(consultation, "received")
    action = unescape(re.search(r'action="([^"]+popraw[^"]*)"', client.get(address(remark)).content.decode())[1])
    answer = client.post(action, {"change": "Więcej krzewów.", "reason": "Chłodniej."}, follow=True)
    assert answer.redirect_chain == [(remark.submission.tracking_path, 302)]
    page = text_of(answer)
    assert "Więcej krzewów." in page
    assert "Więcej drzew." in page  # what it said before
    assert Remark.objects.get().revision == 2


def test_two_windows_show_both_texts_and_the_second_may_replace_the_first(client, consultation):
    remark = remark_in_state(consultation, "received")
    one = f"{address(remark)}?rewizja=1"
    client.post(one, {"change": "Z pierwszego okna."})
    answer = client.post(one, {"change": "Z drugiego okna."})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Z pierwszego okna." in page
    assert "Z drugiego okna." in page
    assert client.post(answer.context["action"], {"change": "Z drugiego okna."}).status_code == 302
    assert Remark.objects.get().change == "Z drugiego okna."


@pytest.mark.parametrize("sent", [{"change": ""}, {"change": "a" * 5001}, {"change": "zero\x00"}])
def test_a_faulty_correction_gets_a_sentence_and_keeps_the_rest(client, consultation, sent):
    remark = remark_in_state(consultation, "received")
    answer = client.post(f"{address(remark)}?rewizja=1", sent | {"reason": "To zostaje."})
    assert answer.status_code == 422
    assert "To zostaje." in answer.content.decode()
    assert Remark.objects.get().revision == 1


@pytest.mark.parametrize("state", sorted(REFUSALS))
def test_a_refusal_says_why_and_what_can_still_be_done(client, consultation, state):
    remark = remark_in_state(consultation, state)
    assert client.get(address(remark)).status_code == 403
    answer = client.post(f"{address(remark)}?rewizja=1", {"change": "Mój długi tekst."})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Mój długi tekst." in page
    assert remark.submission.tracking_path in page


def test_after_closing_the_page_says_so_and_the_typed_text_is_shown(client, consultation, during):
    remark = remark_in_state(consultation, "received")
    during.move_to(AFTER)
    assert client.get(address(remark)).status_code == 403
    answer = client.post(f"{address(remark)}?rewizja=1", {"change": "Spóźniony tekst."})
    assert answer.status_code == 409
    assert "Spóźniony tekst." in answer.content.decode()
    assert address(remark) not in client.get(remark.submission.tracking_path).content.decode()


@pytest.mark.parametrize("name", ["correct_remark", "withdraw_remark"])
def test_a_wrong_link_or_number_is_no_page(client, consultation, name):
    sent = submission(consultation)
    assert client.get(reverse(f"consultations:{name}", args=["x" * 43, 1])).status_code == 404
    assert client.get(reverse(f"consultations:{name}", args=[sent.tracking_token, 2])).status_code == 404


def test_the_page_is_kept_and_found_by_nobody(client, consultation):
    answer = client.get(address(remark_in_state(consultation, "received")))
    assert "no-store" in answer["Cache-Control"]
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "strict-origin"


# -- The desk -------------------------------------------------------------------------------------------------------


def test_the_department_sees_that_and_what_was_corrected(client, consultation, sign_in):
    sign_in(Role.COORDINATOR)
    remark = corrected(remark_in_state(consultation, "assigned"), change="Więcej krzewów.")
    page = client.get(reverse("desk:remark", args=[remark.pk])).content.decode()
    assert "<ins>" in page
    assert "<del>" in page
    assert "2" in text_of(client.get(reverse("desk:answers")))
    (told,) = client.get(reverse("desk:remark", args=[remark.pk])).context["corrections"]
    assert [label for label, _words in told.changes] == ["Co zmienić"]


def test_a_decision_on_a_text_that_was_corrected_meanwhile_is_refused_and_kept(client, consultation, sign_in):
    coordinator = sign_in(Role.COORDINATOR)
    remark = remark_in_state(consultation, "assigned", by=coordinator)
    values = {"action": "decide", "seen_department": remark.department_id, "seen_revision": 1, "outcome": "accepted"}
    corrected(remark)
    address_ = reverse("desk:remark", args=[remark.pk])
    answer = client.post(address_, values | {"justification": "Do starego tekstu."})
    assert answer.status_code == 409
    assert "Do starego tekstu." in answer.content.decode()
    assert answer.context["forms"]["decide"]["seen_revision"].value() == "2"
    assert Remark.objects.get().state == "assigned"
    with pytest.raises(CorrectedMeanwhile):
        decide_remark(
            remark, outcome=Remark.Outcome.ACCEPTED, justification="x", revision=1, by=person(Role.COORDINATOR)
        )


@pytest.mark.parametrize("name", ["tracking", "desk:remark"])
def test_the_number_of_queries_does_not_grow_with_the_corrections(client, consultation, sign_in, name):
    sign_in(Role.COORDINATOR)

    def cost(times: int) -> int:
        remark = remark_in_state(consultation, "assigned")
        for revision in range(1, times + 1):
            corrected(remark, revision=revision, change=f"Tekst {revision}.")
        where = remark.submission.tracking_path if name == "tracking" else reverse(name, args=[remark.pk])
        client.get(where)
        with CaptureQueriesContext(connection) as queries:
            client.get(where)
        return len(queries)

    cost(1)
    assert cost(1) == cost(6)
