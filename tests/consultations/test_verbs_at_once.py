"""Verbs that meet: nobody waits crosswise for another, nothing rests on what was read before somebody else's change."""

from __future__ import annotations

import datetime as dt
import threading
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from consultations.errors import ConsultationError
from consultations.models import Basket, BasketRemark, Draft, HistoryEntry, Remark
from consultations.public_text import PublicText
from consultations.services.baskets import add_remark, forget_old_baskets
from consultations.services.corrections import correct_remark, correct_sender, withdraw_remark, withdraw_submission
from consultations.services.decisions import assign_remark, decide_remark, publish_decision, return_decision
from consultations.services.drafts import new_chapter, new_passage
from consultations.services.redaction import redact_text
from consultations.services.submissions import Sender, renew_tracking_link
from consultations.services.tallies import recount
from consultations.services.verification import mark_proper, reopen_verification
from tests.consultations.residents import COOKIE, full_basket
from tests.factories import (
    DURING,
    DepartmentFactory,
    consultation_with_draft,
    passage_remark,
    person,
    remark_in_state,
)
from tests.parallel import at_once, database_for_threads

ACCEPTED = Remark.Outcome.ACCEPTED
VERBS = {
    "verify": ("received", lambda remark, by: mark_proper(remark.submission, by=by)),
    "renew": ("received", lambda remark, by: renew_tracking_link(remark.submission, by=by)),
    "reopen": ("proper", lambda remark, by: reopen_verification(remark.submission, reason="Pomyłka.", by=by)),
    "assign": ("proper", lambda remark, by: assign_remark(remark, department=DepartmentFactory(), by=by)),
    "decide": ("assigned", lambda remark, by: decide_remark(remark, outcome=ACCEPTED, justification="Tak.", by=by)),
    "return": ("approved", lambda remark, by: return_decision(remark, reason="Za krótko.", by=by)),
    "publish": ("approved", lambda remark, by: publish_decision(remark, by=by)),
    "redact": (
        "proper",
        lambda remark, by: redact_text(
            remark, shown=PublicText("[…]", "", "[…]"), grounds="dane osobowe", revision=1, by=by
        ),
    ),
    "correct": (
        "assigned",
        lambda remark, by: correct_remark(
            remark, content=passage_remark(remark.consultation, change="Inaczej."), revision=1, now=DURING
        ),
    ),
    "withdraw": ("assigned", lambda remark, by: withdraw_remark(remark, now=DURING)),
    "withdraw all": ("received", lambda remark, by: withdraw_submission(remark.submission, now=DURING)),
    "correct sender": (
        "received",
        lambda remark, by: correct_sender(
            remark.submission, sender=Sender(name="Anna Nowa", email="nowa@example.org"), now=DURING
        ),
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_holds_the_consultation_before_it_changes_anything(consultation, verb):
    state, do = VERBS[verb]
    coordinator = person(Role.COORDINATOR)
    remark = remark_in_state(consultation, state, by=coordinator)
    with CaptureQueriesContext(connection) as queries:
        do(remark, coordinator)
    told = [query["sql"] for query in queries]
    changes = [place for place, sql in enumerate(told) if sql.startswith("UPDATE")]
    locks = [
        place
        for place, sql in enumerate(told)
        if sql.startswith("SELECT")
        and 'FROM "consultations_consultation"' in sql
        and ("FOR UPDATE" in sql or not connection.features.has_select_for_update)
    ]
    assert locks
    assert locks[0] < changes[0]


@pytest.mark.django_db
def test_the_history_of_an_assignment_tells_from_which_department_it_really_came(consultation):
    coordinator = person(Role.COORDINATOR)
    stale = remark_in_state(consultation, "proper", by=coordinator)
    first, second = DepartmentFactory(), DepartmentFactory()
    assign_remark(Remark.objects.get(pk=stale.pk), department=first, by=coordinator, now=DURING)
    assign_remark(stale, department=second, by=coordinator, now=DURING)
    latest = HistoryEntry.objects.filter(remark=stale, verb="assign").last()
    assert latest is not None
    assert latest.before == {"state": "assigned", "department": first.pk}


@pytest.mark.django_db
def test_the_history_of_a_return_tells_the_outcome_that_was_returned(consultation):
    coordinator = person(Role.COORDINATOR)
    stale = remark_in_state(consultation, "assigned", by=coordinator)
    now = Remark.objects.get(pk=stale.pk)
    decide_remark(now, outcome=ACCEPTED, justification="Tak.", by=coordinator, now=DURING)
    return_decision(stale, reason="Za krótko.", by=coordinator, now=DURING)
    latest = HistoryEntry.objects.filter(remark=stale, verb="return").last()
    assert latest is not None
    assert latest.before == {"state": "approved", "outcome": "accepted"}


@pytest.mark.django_db(transaction=True)
def test_deciding_and_reopening_at_once_leaves_one_of_the_two_done(tmp_path):
    consultation = consultation_with_draft()
    coordinator = person(Role.COORDINATOR)
    remarks = [remark_in_state(consultation, "assigned", by=coordinator) for _ in range(8)]

    def quietly(verb) -> str:
        try:
            verb()
        except ConsultationError as refusal:
            return type(refusal).__name__
        return "done"

    with database_for_threads(tmp_path):
        calls = []
        for remark in remarks:
            decide = partial(decide_remark, remark, outcome=ACCEPTED, justification="Tak.", by=coordinator, now=DURING)
            reopen = partial(reopen_verification, remark.submission, reason="Pomyłka.", by=coordinator, now=DURING)
            calls += [partial(quietly, decide), partial(quietly, reopen)]
        results = at_once(calls)
        assert results.count("done") == len(remarks)
        assert not Remark.objects.filter(state="approved", submission__verification="pending").exists()
        assert recount(consultation) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("new", "codes"), [(new_passage, "f7 f8 f9 f10"), (new_chapter, "r3 r4 r5 r6")])
def test_editors_who_add_at_once_get_ids_of_their_own(tmp_path, new, codes):
    draft = Draft.objects.get(consultation=consultation_with_draft())
    with database_for_threads(tmp_path):
        made = at_once([partial(new, draft)] * 4)
        assert {one.code for one in made} == set(codes.split())


@pytest.mark.django_db(transaction=True)
def test_a_remark_added_while_old_baskets_are_forgotten_is_kept(tmp_path):
    consultation = consultation_with_draft()
    basket = full_basket(consultation)
    Basket.objects.filter(pk=basket.pk).update(updated_at=DURING - dt.timedelta(days=31))
    with database_for_threads(tmp_path):

        def come_back() -> None:
            try:
                add_remark(
                    consultation,
                    cookie_key=COOKIE,
                    remark=passage_remark(consultation, change="Dopisane w ostatniej chwili."),
                    form_token="late",
                    language="pl",
                    now=DURING,
                )
            finally:
                connection.close()

        late = threading.Thread(target=come_back)

        def after_the_baskets_are_read(execute, sql, params, many, context):
            result = execute(sql, params, many, context)
            if late.ident is None and sql.startswith("SELECT") and '"consultations_basket"' in sql:
                late.start()
                late.join(0.5)  # whoever holds the rows makes it wait longer than this
            return result

        with connection.execute_wrapper(after_the_baskets_are_read):
            forget_old_baskets(now=DURING)
        late.join(30)
        assert BasketRemark.objects.filter(change="Dopisane w ostatniej chwili.").exists()
