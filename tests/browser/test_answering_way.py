"""The whole way of an answer by those it takes: two departments, reviewer, approver, batch, correction, report."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts import jobs
from accounts.models import User
from accounts.roles import Role
from consultations.models import Consultation, Decision, Remark
from consultations.services.decisions import assign_remark
from consultations.services.verification import mark_proper
from notifications.services import outbox
from summaries.models import ConsultationReport, SigningOffice
from tests import factories
from tests.browser.hands import say

pytestmark = pytest.mark.django_db(transaction=True)

ANSWERS = ("Sadzimy drzewa tam, gdzie pozwala na to sieć.", "Ławki stoją w planie na przyszły rok.")


@pytest.fixture
def consultation() -> Consultation:
    """Closed an hour ago; its answers pass through three people."""
    now = timezone.now()
    return factories.consultation_with_draft(
        slug="zielen", opens_at=now - timedelta(days=36), closes_at=now - timedelta(hours=1),
        published_at=now - timedelta(days=36), answer_path=Consultation.AnswerPath.FOUR_EYES,
    )  # fmt: skip


@pytest.fixture
def experts() -> list[User]:
    """One drafter in each of two departments."""
    drafters = [factories.person(Role.EXPERT) for _each in range(2)]
    for drafter in drafters:
        factories.DepartmentFactory().members.add(drafter)
    return drafters


@pytest.fixture
def remarks(consultation, experts) -> list[Remark]:
    """Both of one sender, each with its department."""
    clerk = factories.person(Role.COORDINATOR)
    sent = factories.submission(consultation, remarks=2, now=consultation.opens_at + timedelta(days=1))
    mark_proper(sent, by=clerk)
    found = list(sent.remarks.order_by("ordinal"))
    for one, expert in zip(found, experts, strict=True):
        assign_remark(one, department=expert.departments.get(), by=clerk)
    return found


def test_two_departments_a_reviewer_an_approver_a_batch_a_correction_and_the_report(
    visit, sign_in_to, consultation, experts, remarks
):
    reviewer, approver, publisher = (factories.person(Role.COORDINATOR) for _each in range(3))
    SigningOffice.objects.create(name="Wydział Strategii")
    page = visit("/")

    def button(words: str):
        return page.get_by_role("main").get_by_role("button", name=say(words))

    def done() -> None:
        page.get_by_role("status").first.wait_for()

    def as_person(user: User, path: str) -> None:
        sign_in_to(page, user)
        page.goto(path)

    def draft(user: User, remark: Remark, words: str) -> None:
        as_person(user, f"/biurko/uwagi/{remark.pk}/")
        page.locator("input[name=outcome][value=explained]").check()
        page.locator("textarea[name=justification]").fill(words)
        button("Hand over for review").click()
        done()

    def review_and_approve(remark: Remark) -> None:
        as_person(reviewer, f"/biurko/uwagi/{remark.pk}/")
        button("The answer is good").click()
        done()
        as_person(approver, f"/biurko/uwagi/{remark.pk}/")
        button("Approve the answer").click()
        done()

    # Each department drafts its own; who drafted cannot review.
    for expert, remark, words in zip(experts, remarks, ANSWERS, strict=True):
        draft(expert, remark, words)
    page.goto(f"/biurko/uwagi/{remarks[1].pk}/")
    assert button("The answer is good").count() == 0
    for remark in remarks:
        review_and_approve(remark)
    assert not Decision.objects.published().exists()

    # One batch, previewed and confirmed; the sender of both gets one mail.
    as_person(publisher, "/biurko/publikacja/")
    page.get_by_role("link", name=say("Preview all")).first.click()
    for words in ANSWERS:
        assert words in page.inner_text("main")
    page.locator("form[data-main] button").click()
    done()
    jobs.run_due()
    outbox.sweep()
    [told] = [message for message in mail.outbox if any(words in message.body for words in ANSWERS)]
    assert all(words in told.body for words in ANSWERS)

    # A correction: public only when it has gone the whole way, with its reason.
    as_person(experts[0], f"/biurko/uwagi/{remarks[0].pk}/")
    page.get_by_text(say("Correct the answer"), exact=True).click()
    page.locator("textarea[name=justification]").fill("Sadzimy drzewa wszędzie.")
    page.locator("textarea[name=why]").fill("Zmienił się plan.")
    button("Draft the correction").click()
    done()
    review_and_approve(remarks[0])
    page.goto(remarks[0].get_absolute_url())
    assert "Zmienił się plan." not in page.inner_text("main")
    as_person(publisher, f"/biurko/uwagi/{remarks[0].pk}/")
    button("Publish the answer").click()
    done()
    page.goto(remarks[0].get_absolute_url())
    for words in ("Sadzimy drzewa wszędzie.", "Zmienił się plan."):
        assert words in page.inner_text("main")
    outbox.sweep()
    assert sum("Zmienił się plan." in message.body for message in mail.outbox) == 1

    # The report: frozen by one button, then everybody's.
    as_person(publisher, f"/biurko/sprawozdania/{consultation.slug}/zamroz/")
    page.locator("select[name=office]").select_option(index=1)
    button("Freeze the report now").click()
    page.wait_for_url(f"**/biurko/sprawozdania/{consultation.slug}/")
    jobs.run_due()
    report = ConsultationReport.objects.get()
    page.context.clear_cookies()
    page.goto(f"/konsultacje/{consultation.slug}/sprawozdanie/")
    assert report.number in page.inner_text("main")
    assert report.sha256 in page.content()
