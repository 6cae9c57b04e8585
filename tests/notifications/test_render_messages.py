"""A message becomes a mail in its reader's language, with links that work, and nothing in it can do harm."""

from __future__ import annotations

import pytest
from django.core import mail

from consultations.models import Remark
from consultations.services.decisions import assign_remark, decide_remark, publish_decision
from consultations.services.submissions import NewRemark, Sender
from consultations.services.verification import mark_improper, mark_proper, reopen_verification
from notifications.errors import OutOfDate
from notifications.models import Message, Subscription
from notifications.rendering import render
from notifications.services import outbox
from tests.factories import CLOSES, DURING, DepartmentFactory, passage_remark, submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

PREFIX = {"pl": "https://portal.test/", "en": "https://portal.test/en/", "uk": "https://portal.test/uk/"}


def sender(language: str = "pl", **fields) -> Sender:
    return Sender(name="Jan Przykładowy", email="jan@example.org", language=language, **fields)


def message_of(kind: str) -> Message:
    return Message.objects.get(kind=kind)


def decided(sent, coordinator, justification="Sadzimy więcej drzew."):
    """Everything that is told of a submission of one remark, up to the published answer."""
    mark_proper(sent, by=coordinator, now=DURING)
    remark = sent.remarks.get()
    assign_remark(remark, department=DepartmentFactory(name="Wydział Zieleni"), by=coordinator, now=DURING)
    decide_remark(
        remark, outcome=Remark.Outcome.PARTLY_ACCEPTED, justification=justification, by=coordinator, now=DURING
    )
    publish_decision(remark, by=coordinator, now=DURING)


def follow_message(kind, follower, key="k", **context) -> Message:
    outbox.write(
        kind,
        key=key,
        recipient=follower.email,
        language=follower.language,
        context={"subscription": follower.pk} | context,
        consultation=follower.consultation,
        now=DURING,
    )
    return Message.objects.get(key=key)


@pytest.mark.parametrize("language", ["pl", "en", "uk"])
def test_a_receipt_carries_number_time_copy_and_secret_link(consultation, language):
    remarks = [
        passage_remark(consultation, "f5", change="Więcej cienia.", wording="Miasto sadzi lipy.", reason="Upał."),
        NewRemark(change="Krótszy tekst."),
    ]
    sent = submission(consultation, sender=sender(language), new_remarks=remarks)
    rendered = render(message_of("receipt"))
    assert "1/2021" in rendered.subject
    for body in (rendered.text, rendered.html):
        for part in ("1.1/2021", "1.2/2021", "Więcej cienia.", "Miasto sadzi lipy.", "Upał.", "Krótszy tekst.", "2.2"):
            assert part in body
        assert f"{PREFIX[language]}zgloszenie/{sent.tracking_token}/" in body
        assert "12:00" in body
    assert f'<html lang="{language}">' in rendered.html


def test_a_receipt_names_nobody(consultation):
    submission(consultation, sender=sender(phone="600 100 200", address="Zielona 1"))
    rendered = render(message_of("receipt"))
    for secret in ("Przykładowy", "600 100 200", "Zielona", "jan@example.org"):
        assert secret not in rendered.text + rendered.html


@pytest.mark.parametrize(
    ("language", "word"), [("pl", "Otrzymaliśmy"), ("en", "We have received"), ("uk", "Ми отримали")]
)
def test_the_subject_speaks_the_readers_language(consultation, language, word):
    submission(consultation, sender=sender(language))
    assert render(message_of("receipt")).subject.startswith(word)


def test_an_unknown_language_falls_back_to_polish(consultation):
    submission(consultation, sender=sender("xx"))
    rendered = render(message_of("receipt"))
    assert (rendered.language, '<html lang="pl">' in rendered.html) == ("pl", True)
    assert "https://portal.test/zgloszenie/" in rendered.text


def test_a_proper_submission_is_told(consultation, coordinator):
    sent = submission(consultation, sender=sender("en"))
    mark_proper(sent, by=coordinator, now=DURING)
    rendered = render(message_of("verification"))
    assert rendered.subject == "Your submission 1/2021 meets the rules"
    assert sent.tracking_token in rendered.text


@pytest.mark.parametrize(("language", "label"), [("pl", "bez podpisu"), ("en", "unsigned"), ("uk", "bez podpisu")])
def test_an_improper_submission_is_told_with_the_reason(consultation, coordinator, language, label):
    reason = consultation.improper_reasons.get(code="unsigned")
    reason.translate("label", "en", "unsigned")
    reason.save()
    sent = submission(consultation, sender=sender(language))
    mark_improper(sent, reason=reason, note="Brak podpisu <na> stronie 2.", by=coordinator, now=DURING)
    rendered = render(message_of("verification"))
    assert label in rendered.text
    assert "Brak podpisu <na> stronie 2." in rendered.text
    assert "Brak podpisu &lt;na&gt; stronie 2." in rendered.html


def test_a_text_without_translation_says_its_language(consultation, coordinator):
    sent = submission(consultation, sender=sender("uk"))
    mark_improper(sent, reason=consultation.improper_reasons.get(code="late"), by=coordinator, now=DURING)
    assert "<span lang=pl>po terminie</span>" in render(message_of("verification")).html


def test_a_verification_reopened_before_the_mail_went_is_not_told(consultation, coordinator):
    sent = submission(consultation)
    mark_proper(sent, by=coordinator, now=DURING)
    reopen_verification(sent, reason="pomyłka", by=coordinator, now=DURING)
    with pytest.raises(OutOfDate):
        render(message_of("verification"))


def test_only_the_latest_of_two_verifications_is_told(consultation, coordinator):
    sent = submission(consultation)
    mark_proper(sent, by=coordinator, now=DURING)
    reopen_verification(sent, reason="pomyłka", by=coordinator, now=DURING)
    mark_improper(sent, reason=consultation.improper_reasons.get(code="late"), by=coordinator, now=DURING)
    first, second = Message.objects.filter(kind="verification").order_by("pk")
    with pytest.raises(OutOfDate):
        render(first)
    assert "po terminie" in render(second).text


@pytest.mark.parametrize(
    ("language", "outcome"), [("pl", "uwzględniona częściowo"), ("en", "partly accepted"), ("uk", "враховано частково")]
)
def test_a_decision_is_told_with_outcome_justification_and_department(consultation, coordinator, language, outcome):
    sent = submission(consultation, sender=sender(language))
    decided(sent, coordinator)
    rendered = render(message_of("decision"))
    assert "1.1/2021" in rendered.subject
    for body in (rendered.text, rendered.html):
        assert outcome in body.lower()
        assert "Sadzimy więcej drzew." in body
        assert "Wydział Zieleni" in body
        assert f"{PREFIX[language]}konsultacje/{consultation.slug}/uwagi/1.1/" in body
        assert sent.tracking_token in body


def test_what_people_wrote_is_shown_as_text(consultation, coordinator):
    evil = "<script>alert(1)</script> & {{ settings }} {% now %}"
    sent = submission(consultation, sender=sender(), new_remarks=[passage_remark(consultation, change=evil)])
    decided(sent, coordinator, justification=evil)
    for kind in ("receipt", "decision"):
        rendered = render(message_of(kind))
        assert "<script" not in rendered.html
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; {{ settings }} {% now %}" in rendered.html
        assert evil in rendered.text


@pytest.mark.usefixtures("mail_server")
def test_a_line_feed_in_a_title_makes_no_header(consultation, follower):
    consultation.title = "Strategia\r\nBcc: victim@example.org\u2028Dalej"
    consultation.save()
    follow_message(Message.Kind.CONSULTATION_CLOSES, follower)
    assert outbox.sweep(now=DURING) == 1
    (sent,) = mail.outbox
    assert sent.message()["Bcc"] is None
    assert sent.recipients() == ["follower@example.org"]
    assert "Strategia Bcc: victim@example.org Dalej" in sent.subject


@pytest.mark.usefixtures("mail_server")
def test_a_line_feed_in_an_address_sends_nothing(consultation):
    submission(consultation, email="jan@example.org\nBcc: victim@example.org")
    assert outbox.sweep(now=DURING) == 0
    assert message_of("receipt").last_error == "BadHeaderError"


@pytest.mark.usefixtures("mail_server")
def test_a_mail_has_a_text_and_an_html_part(consultation):
    submission(consultation, sender=sender())
    assert outbox.sweep(now=DURING) == 1
    parts = [part.get_content_type() for part in mail.outbox[0].message().walk()]
    assert parts == ["multipart/alternative", "text/plain", "text/html"]


def test_followers_can_unsubscribe_with_one_click(follower):
    rendered = render(follow_message(Message.Kind.CONSULTATION_CLOSES, follower), now=DURING)
    url = f"https://portal.test/obserwowanie/{follower.token}/wypisz/"
    assert rendered.headers == {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert url in rendered.text
    assert url in rendered.html


def test_mail_about_a_submission_has_no_unsubscribe_link(consultation):
    submission(consultation)
    assert render(message_of("receipt")).headers == {}


@pytest.mark.parametrize(
    ("language", "day"), [("pl", "20 grudnia 2021"), ("en", "20 December 2021"), ("uk", "20 грудня 2021")]
)
@pytest.mark.parametrize("kind", [Message.Kind.CONSULTATION_OPENS, Message.Kind.CONSULTATION_CLOSES])
def test_terms_are_told_with_their_absolute_day(follower, kind, language, day):
    follower.language = language
    rendered = render(follow_message(kind, follower), now=DURING)
    assert day in rendered.subject
    assert day in rendered.text
    assert "23:59" in rendered.text
    assert f"{PREFIX[language]}konsultacje/{follower.consultation.slug}/" in rendered.text


@pytest.mark.parametrize("kind", [Message.Kind.CONSULTATION_OPENS, Message.Kind.CONSULTATION_CLOSES])
def test_terms_that_are_over_are_not_told(follower, kind):
    with pytest.raises(OutOfDate):
        render(follow_message(kind, follower), now=CLOSES)


def test_who_has_unsubscribed_is_told_nothing(follower):
    message = follow_message(Message.Kind.CONSULTATION_CLOSES, follower)
    Subscription.objects.all().delete()
    with pytest.raises(OutOfDate):
        render(message, now=DURING)


def test_a_confirmation_leads_to_the_page_with_the_button(consultation):
    asked = Subscription.objects.create(consultation=consultation, email="new@example.org", created_at=DURING)
    rendered = render(follow_message(Message.Kind.CONFIRM_FOLLOWING, asked), now=DURING)
    assert f"https://portal.test/obserwowanie/{asked.token}/potwierdz/" in rendered.text
    assert "List-Unsubscribe" not in rendered.headers


def test_a_confirmation_that_came_too_late_is_not_sent(follower):
    with pytest.raises(OutOfDate):
        render(follow_message(Message.Kind.CONFIRM_FOLLOWING, follower), now=DURING)


def test_a_demonstration_is_marked(follower, settings):
    settings.DEMONSTRATION = False
    message = follow_message(Message.Kind.CONSULTATION_CLOSES, follower)
    plain = render(message, now=DURING)
    follower.consultation.is_demonstration = True
    follower.consultation.save()
    message = Message.objects.get()
    marked = render(message, now=DURING)
    assert ("demonstrac" in plain.text, "demonstrac" in plain.html) == (False, False)
    assert ("demonstrac" in marked.text, "demonstrac" in marked.html) == (True, True)


def test_a_receipt_of_many_remarks_costs_no_more_queries(consultation, django_assert_max_num_queries):
    submission(consultation, remarks=1)
    submission(consultation, remarks=60)
    short, long = Message.objects.select_related("submission__consultation").order_by("pk")
    with django_assert_max_num_queries(3):  # remarks, chapters, passages
        render(short)
    with django_assert_max_num_queries(3):
        render(long)


def test_a_renewed_secret_link_is_the_one_in_the_mail(consultation):
    sent = submission(consultation)
    sent.tracking_token = "renewed"
    sent.save()
    assert "/zgloszenie/renewed/" in render(message_of("receipt")).text
