"""Consultations that are over, and their reports: what the tests of reports do over and over."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.models import User
from accounts.roles import Role
from consultations import outcomes
from consultations.models import Consultation, Remark, Submission
from consultations.services.change_links import explain_unchanged
from consultations.services.decisions import assign_remark, decide_remark, publish_decision
from consultations.services.submissions import Sender
from consultations.services.verification import mark_proper
from lublin2030.lib.dates import warsaw
from summaries.models import ConsultationReport, SigningOffice
from summaries.reports.services import correct_report, freeze_report, make_draft, take_snapshot, withhold_report
from tests.factories import (
    DURING,
    DepartmentFactory,
    consultation_with_draft,
    passage_remark,
    person,
    remark_in_state,
    submission,
)

REPORTED = warsaw(2022, 1, 19, 10)

# A natural person whose data are like nothing else in the tests.
PERSONAL: dict[str, Any] = {
    "name": "Zenobia Wścieklicowa",
    "email": "zenobia.wscieklicowa@example.org",
    "phone": "600700801",
    "address": "ul. Niezapominajkowa 77/13, 20-999 Lublin",
}
USUAL = {offer.outcome.value: offer.demands_change for offer in outcomes.USUAL}
REPRESENTATIVE = "Hipolit Pełnomocny"


def answer(remark: Remark, *, justification: str = "Słusznie.", outcome: str = "accepted") -> None:
    """Assign, decide and publish, all in one moment; say why the text has not changed where it should have."""
    by = person(Role.COORDINATOR)
    assign_remark(remark, department=DepartmentFactory(), by=by, now=DURING)
    decide_remark(remark, outcome=Remark.Outcome(outcome), justification=justification, by=by, now=DURING)
    publish_decision(remark, by=by, now=DURING)
    if USUAL[outcome]:
        explain_unchanged(remark, text="Wejdzie do programu wykonawczego.", by=by, now=DURING)


def published_remark(consultation: Consultation) -> Remark:
    """One more that is answered and explained."""
    remark = remark_in_state(consultation, "proper")
    answer(remark)
    return remark


def answered_submission(consultation: Consultation, **fields: Any) -> Submission:
    """A proper submission, each of its remarks answered."""
    sent = submission(consultation, **fields)
    mark_proper(sent, by=person(Role.COORDINATOR), now=DURING)
    for remark in sent.remarks.all():
        answer(remark)
    return sent


def finished(**fields: Any) -> Consultation:
    """One that can be reported on: two remarks of a person, one of an organisation, an improper, a withdrawn one."""
    consultation = consultation_with_draft(legal_basis="Art. 6 **ustawy**.", summary="O projekcie.", **fields)
    answered_submission(
        consultation,
        sender=Sender(**PERSONAL),
        new_remarks=[
            passage_remark(
                consultation, "f4", change="=1+1 czyli więcej lip;\n„dwie” linie", wording="Miasto sadzi lipy."
            ),
            passage_remark(consultation, "f1", change="-5 stopni mniej", chosen_kind=Remark.Kind.GENERAL),
        ],
    )
    answered_submission(
        consultation,
        sender=Sender(
            name="Fundacja Zielony Dach",
            kind=Submission.SenderKind.ORGANISATION,
            representative=REPRESENTATIVE,
            email="biuro@example.org",
            language="uk",
        ),
        new_remarks=[passage_remark(consultation, "f2", change="Більше дерев.")],
    )
    remark_in_state(consultation, "improper", email="improper@example.org")
    remark_in_state(consultation, "withdrawn", email="withdrawn@example.org")
    return Consultation.objects.get(pk=consultation.pk)


def an_office(**fields: Any) -> SigningOffice:
    return SigningOffice.objects.get_or_create(name="Wydział Strategii", defaults=fields)[0]


def drafted(consultation: Consultation, *, now: dt.datetime = REPORTED) -> ConsultationReport:
    """A draft with its content, without files."""
    return take_snapshot(make_draft(consultation, by=person(Role.COORDINATOR), now=now), now=now)


def frozen(
    consultation: Consultation,
    *,
    by: User | None = None,
    office: SigningOffice | None = None,
    now: dt.datetime = REPORTED,
) -> ConsultationReport:
    """The consultation's frozen report, without files."""
    by = by or person(Role.COORDINATOR)
    return take_snapshot(freeze_report(consultation, office=office or an_office(), by=by, now=now), now=now)


def corrected(report: ConsultationReport, *, now: dt.datetime = REPORTED) -> ConsultationReport:
    """A frozen report in the place of another."""
    asked = correct_report(
        report, office=an_office(), what_changed="Poprawiono datę.", by=person(Role.COORDINATOR), now=now
    )
    return take_snapshot(asked, now=now)


def withheld(report: ConsultationReport, *, now: dt.datetime = REPORTED) -> ConsultationReport:
    """A frozen report that is taken off the web."""
    return withhold_report(report, why="Zawiera dane osobowe.", by=person(Role.COORDINATOR), now=now)
