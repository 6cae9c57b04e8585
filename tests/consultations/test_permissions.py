"""Who may do what: role × verb, asked of the services, of the pages and of the record pages."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import reverse

from accounts.models import User
from accounts.permissions import may_enter_desk, may_manage_accounts
from accounts.roles import Role
from consultations import permissions
from consultations.audit import HistoryFilter
from consultations.errors import NotPermitted
from consultations.models import (
    Consultation,
    Decision,
    Draft,
    DraftImport,
    Institution,
    Opinion,
    Remark,
    RemarkGroup,
    Submission,
)
from consultations.public_text import PublicText
from consultations.services.attachments import add_scan, hide_attachment, publish_attachment
from consultations.services.audit import export_history
from consultations.services.contradictions import dismiss_contradiction, flag_contradiction
from consultations.services.decisions import (
    approve_answer,
    assign_remark,
    correct_answer,
    decide_remark,
    publish_decision,
    return_decision,
    review_answer,
)
from consultations.services.drafts import publish_version, start_next_version
from consultations.services.groups import add_to_group, confirm_group, dismiss_group, leave_group
from consultations.services.imports import start_import
from consultations.services.intake import save_letter_draft
from consultations.services.redaction import approve_text, redact_text
from consultations.services.rules import change_rules
from consultations.services.similar import ask_to_find
from consultations.services.submissions import renew_tracking_link
from consultations.services.summaries import hide_summary, publish_summary
from consultations.services.tables import bring_in as bring_in_table
from consultations.services.tables import discard as discard_table
from consultations.services.topics import set_topic
from consultations.services.verification import mark_improper, mark_proper, reopen_verification
from notifications.errors import NotPermitted as ResendNotPermitted
from notifications.models import Message
from notifications.permissions import may_resend
from notifications.services.outbox import resend
from participation.models import Event
from stages.models import News
from tests.consultations.clerks import letter as enter_letter_as
from tests.consultations.residents import sent_attachment
from tests.consultations.similar import confirmed_group, proposed_group, sent
from tests.factories import DURING, DepartmentFactory, passage_remark, person, remark_in_state, submission
from tests.files_made import pdf, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

EDITOR, COORDINATOR, EXPERT, COUNCILLOR, ADMINISTRATOR, AUDITOR = (
    Role.EDITOR,
    Role.COORDINATOR,
    Role.EXPERT,
    Role.COUNCILLOR,
    Role.ADMINISTRATOR,
    Role.AUDITOR,
)
EVERYBODY = [*Role, None]

# The whole truth table: each verb and the roles that may do it. Nobody else may, an anonymous reader never.
MAY = {
    "verify": {COORDINATOR},
    "mark improper": {COORDINATOR},
    "reopen": {COORDINATOR},
    "renew link": {COORDINATOR},
    "assign": {COORDINATOR},
    "decide own department": {COORDINATOR, EXPERT},
    "decide foreign department": {COORDINATOR},
    "correct answer": {COORDINATOR, EXPERT},
    "review own department": {COORDINATOR, EXPERT},
    "review foreign department": {COORDINATOR},
    "return a draft of the own department": {COORDINATOR, EXPERT},
    "return a reviewed answer of the own department": {COORDINATOR},
    "approve": {COORDINATOR},
    "return": {COORDINATOR},
    "publish": {COORDINATOR},
    "publish summary": {COORDINATOR},
    "hide summary": {COORDINATOR},
    "resend message": {COORDINATOR, ADMINISTRATOR},
    "start next version": {COORDINATOR, ADMINISTRATOR},
    "publish version": {COORDINATOR, ADMINISTRATOR},
    "publish attachment": {COORDINATOR},
    "hide attachment": {COORDINATOR},
    "add scan": {COORDINATOR},
    "redact": {COORDINATOR},
    "approve text": {COORDINATOR},
    "enter letter": {COORDINATOR},
    "save letter draft": {COORDINATOR},
    "bring in table": {COORDINATOR},
    "discard table": {COORDINATOR},
    "change rules": {COORDINATOR, ADMINISTRATOR},
    "export history": {COORDINATOR, ADMINISTRATOR, AUDITOR},
    "find similar": {COORDINATOR},
    "confirm group": {COORDINATOR},
    "dismiss group": {COORDINATOR},
    "leave group": {COORDINATOR},
    "add to group": {COORDINATOR},
    "flag contradiction in own department": {COORDINATOR, EXPERT},
    "flag contradiction with a foreign department": {COORDINATOR},
    "dismiss contradiction": {COORDINATOR},
    "set topic": {COORDINATOR},
}


def somebody(role):
    return AnonymousUser() if role is None else person(role)


def do(verb: str, consultation: Consultation, user: User) -> None:
    """Prepare a record in the state the verb needs, and do the verb as the user."""
    own = DepartmentFactory()
    if isinstance(user, User):
        own.members.add(user)
    reason = consultation.improper_reasons.first()
    match verb:
        case "verify":
            mark_proper(submission(consultation), by=user)
        case "mark improper":
            mark_improper(submission(consultation), reason=reason, by=user)
        case "reopen":
            reopen_verification(remark_in_state(consultation, "proper").submission, reason="x", by=user)
        case "renew link":
            renew_tracking_link(submission(consultation), by=user)
        case "assign":
            assign_remark(remark_in_state(consultation, "proper"), department=own, by=user)
        case "decide own department":
            remark = remark_in_state(consultation, "assigned", department=own)
            decide_remark(remark, outcome=Remark.Outcome.ACCEPTED, justification="Tak.", by=user)
        case "decide foreign department":
            remark = remark_in_state(consultation, "assigned")
            decide_remark(remark, outcome=Remark.Outcome.ACCEPTED, justification="Tak.", by=user)
        case "correct answer":
            remark = remark_in_state(consultation, "published", department=own)
            correct_answer(remark, outcome=Remark.Outcome.EXPLAINED, justification="Tak.", why="Pomyłka.", by=user)
        case "review own department":
            review_answer(remark_in_state(consultation, "drafted", department=own), by=user)
        case "review foreign department":
            review_answer(remark_in_state(consultation, "drafted"), by=user)
        case "return a draft of the own department":
            return_decision(remark_in_state(consultation, "drafted", department=own), reason="x", by=user)
        case "return a reviewed answer of the own department":
            return_decision(remark_in_state(consultation, "reviewed", department=own), reason="x", by=user)
        case "approve":
            approve_answer(remark_in_state(consultation, "reviewed"), by=user)
        case "return":
            return_decision(remark_in_state(consultation, "approved"), reason="x", by=user)
        case "publish":
            publish_decision(remark_in_state(consultation, "approved"), by=user)
        case "publish summary":
            publish_summary(consultation, by=user)
        case "hide summary":
            publish_summary(consultation, by=person(COORDINATOR))
            hide_summary(consultation, by=user)
        case "resend message":
            message = Message.objects.create(
                key="k", kind=Message.Kind.RECEIPT, recipient="a@example.org", created_at=DURING, due_at=DURING,
                state=Message.State.FAILED,
            )  # fmt: skip
            resend(message, by=user)
        case "publish attachment":
            publish_attachment(sent_attachment(consultation), by=user)
        case "hide attachment":
            public = publish_attachment(sent_attachment(consultation), by=person(COORDINATOR))
            hide_attachment(public, by=user)
        case "add scan":
            add_scan(submission(consultation), upload=upload(pdf()), by=user)
        case "start next version":
            start_next_version(Draft.objects.get(consultation=consultation), by=user)
        case "publish version":
            draft = Draft.objects.get(consultation=consultation)
            publish_version(start_next_version(draft, by=person(COORDINATOR)), by=user)
        case "redact":
            shown = PublicText("[…]", "", "")
            redact_text(
                remark_in_state(consultation, "proper", new_remarks=[passage_remark(consultation, reason="")]),
                shown=shown,
                grounds="x",
                revision=1,
                by=user,
            )
        case "enter letter":
            enter_letter_as(consultation, by=user)
        case "save letter draft":
            save_letter_draft(consultation, by=user, form_token="one", revision=0, content={})
        case "bring in table":
            bring_in_table(consultation, upload=upload(b"pismo;wpisane\n"), by=user)
        case "discard table":
            table = bring_in_table(consultation, upload=upload(b"pismo;wpisane\n"), by=person(COORDINATOR))
            discard_table(table, by=user)
        case "change rules":
            change_rules(consultation, fields=["report_days"], by=user)
        case "export history":
            export_history(HistoryFilter.read({}), form="csv", by=user)
        case "approve text":
            Consultation.objects.update(texts_need_approval=True)
            consultation.refresh_from_db()
            approve_text(remark_in_state(consultation, "proper"), revision=1, by=user)
        case "find similar":
            ask_to_find(consultation, by=user)
        case "confirm group":
            group = proposed_group(consultation)
            confirm_group(group, joining=list(group.members.values_list("remark", flat=True)), by=user)
        case "dismiss group":
            dismiss_group(proposed_group(consultation), by=user)
        case "leave group":
            group = confirmed_group(consultation)
            leave_group(group, remark=group.typical, why="x", by=user)
        case "add to group":
            add_to_group(confirmed_group(consultation), remark=sent(consultation, "Inna."), by=user)
        case "flag contradiction in own department" | "flag contradiction with a foreign department":
            foreign = own if verb.endswith("own department") else DepartmentFactory()
            first, second = (remark_in_state(consultation, "assigned", department=one) for one in (own, foreign))
            flag_contradiction(first, second, by=user)
        case "dismiss contradiction":
            first, second = (remark_in_state(consultation, "proper") for _time in range(2))
            flagged = flag_contradiction(first, second, by=person(COORDINATOR))
            dismiss_contradiction(flagged, why="x", by=user)
        case "set topic":
            set_topic(sent(consultation, "Inna."), topic=consultation.topics.get(), seen=None, by=user)


@pytest.mark.parametrize("role", EVERYBODY, ids=lambda role: role or "anonymous")
@pytest.mark.parametrize("verb", MAY)
def test_a_verb_is_done_by_its_roles_and_refused_to_all_others(consultation, verb, role):
    if role in MAY[verb]:
        do(verb, consultation, somebody(role))
    else:
        with pytest.raises((NotPermitted, ResendNotPermitted)):
            do(verb, consultation, somebody(role))


ASKS = {
    permissions.may_set_up_consultations: {COORDINATOR, ADMINISTRATOR},
    permissions.may_verify: {COORDINATOR},
    permissions.may_assign: {COORDINATOR},
    permissions.may_answer: {COORDINATOR, EXPERT},
    permissions.may_publish: {COORDINATOR},
    permissions.may_publish_attachments: {COORDINATOR},
    permissions.may_redact: {COORDINATOR},
    permissions.may_type_in: {COORDINATOR},
    permissions.may_group: {COORDINATOR},
    permissions.may_set_topics: {COORDINATOR},
    permissions.may_dismiss_contradictions: {COORDINATOR},
    permissions.may_read_contact: {COORDINATOR},
    permissions.may_read_remarks: {COORDINATOR, EXPERT},
    permissions.may_read_history: {COORDINATOR, ADMINISTRATOR, AUDITOR},
    permissions.may_link_changes: {COORDINATOR, EXPERT},
    permissions.may_link_change: {COORDINATOR},
    may_enter_desk: set(Role),
    may_manage_accounts: {ADMINISTRATOR},
    may_resend: {COORDINATOR, ADMINISTRATOR},
}


@pytest.mark.parametrize("role", EVERYBODY, ids=lambda role: role or "anonymous")
@pytest.mark.parametrize("ask", ASKS, ids=lambda ask: ask.__name__)
def test_a_question_of_permission_is_answered_by_role(ask, role):
    assert ask(somebody(role)) is (role in ASKS[ask])


@pytest.mark.parametrize("role", EVERYBODY, ids=lambda role: role or "anonymous")
def test_an_unpublished_summary_is_for_councillors_and_staff_who_work_on_it(consultation, role):
    readers = {COORDINATOR, EXPERT, COUNCILLOR, ADMINISTRATOR}
    assert permissions.may_read_summary(somebody(role), consultation) is (role in readers)


def test_a_published_summary_is_for_everybody(consultation):
    publish_summary(consultation, by=person(COORDINATOR))
    assert permissions.may_read_summary(AnonymousUser(), consultation)


def test_a_closed_account_may_nothing(consultation):
    coordinator = person(COORDINATOR)
    coordinator.is_active = False
    assert not any(ask(coordinator) for ask in ASKS)


# -- Pages ----------------------------------------------------------------------------------------------------------

PAGES = {
    "desk:home": set(Role),
    "desk:verification": {COORDINATOR},
    "desk:submission": {COORDINATOR},
    "desk:assignment": {COORDINATOR},
    "desk:answers": {COORDINATOR, EXPERT},
    "desk:review": {COORDINATOR, EXPERT},
    "desk:approval": {COORDINATOR},
    "desk:publication": {COORDINATOR},
    "desk:remark": {COORDINATOR, EXPERT},
    "desk:texts": {COORDINATOR},
    "desk:text": {COORDINATOR},
    "desk:intake": {COORDINATOR},
    "desk:letter": {COORDINATOR},
    "desk:table_imports": {COORDINATOR},
    "desk:similar": {COORDINATOR},
    "desk:group": {COORDINATOR, EXPERT},
    "desk:contradictions": {COORDINATOR, EXPERT},
    "desk:flag_contradiction": {COORDINATOR, EXPERT},
    "desk:topics": {COORDINATOR},
    "desk:summaries": {COORDINATOR, EXPERT, COUNCILLOR, ADMINISTRATOR},
    "desk:drafts": {COORDINATOR, ADMINISTRATOR},
    "desk:draft_import": {COORDINATOR, ADMINISTRATOR},
    "desk:import": {COORDINATOR, ADMINISTRATOR},
    "desk:publish_version": {COORDINATOR, ADMINISTRATOR},
    "desk:changes": {COORDINATOR, EXPERT},
    "desk:version_changes": {COORDINATOR, EXPERT},
    "desk:content": {EDITOR},
    "desk:history": {COORDINATOR, ADMINISTRATOR, AUDITOR},
    "admin:index": {EDITOR, COORDINATOR, EXPERT, ADMINISTRATOR},
    "admin:accounts_user_changelist": {ADMINISTRATOR},
    "admin:accounts_user_add": {ADMINISTRATOR},
    "admin:consultations_consultation_changelist": {COORDINATOR, ADMINISTRATOR},
    "admin:consultations_department_changelist": {COORDINATOR, ADMINISTRATOR},
    "admin:consultations_draft_changelist": {COORDINATOR, ADMINISTRATOR},
    "admin:consultations_institution_changelist": {COORDINATOR, ADMINISTRATOR},
    "admin:consultations_opinion_changelist": {COORDINATOR, ADMINISTRATOR},
    "admin:consultations_submission_changelist": {COORDINATOR},
    "admin:consultations_remark_changelist": {COORDINATOR, EXPERT},
    "admin:consultations_decision_changelist": {COORDINATOR, EXPERT},
    "admin:consultations_historyentry_changelist": {COORDINATOR, EXPERT, ADMINISTRATOR},
}


def page_keys(remark):
    """What stands in the addresses of pages of one thing."""
    draft = Draft.objects.get(consultation=remark.consultation)
    group = RemarkGroup.objects.create(
        consultation=remark.consultation, kind="near_copy", typical=remark, found_at=DURING
    )
    brought_in = start_import(draft, format=DraftImport.Format.TEXT, source="Tekst.", by=person(COORDINATOR))
    return {
        "desk:submission": [remark.submission_id],
        "desk:letter": [remark.consultation.slug],
        "desk:table_imports": [remark.consultation.slug],
        "desk:remark": [remark.pk],
        "desk:text": [remark.pk],
        "desk:flag_contradiction": [remark.pk],
        "desk:group": [group.pk],
        "desk:draft_import": [draft.pk],
        "desk:import": [brought_in.pk],
        "desk:publish_version": [draft.versions.get().pk],
        "desk:version_changes": [draft.versions.get().pk],
    }


@pytest.mark.parametrize("role", [*Role], ids=str)
@pytest.mark.parametrize("address", PAGES)
def test_a_page_opens_for_its_roles_and_is_refused_to_all_others(consultation, client, address, role):
    remark = remark_in_state(consultation, "assigned")
    client.force_login(person(role))
    answer = client.get(reverse(address, args=page_keys(remark).get(address, [])), follow=True)
    assert answer.status_code == (200 if role in PAGES[address] else 403)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("address", PAGES)
def test_without_signing_in_every_page_leads_to_the_sign_in(consultation, client, address, method):
    remark = remark_in_state(consultation, "assigned")
    answer = getattr(client, method)(reverse(address, args=page_keys(remark).get(address, [])), follow=True)
    assert answer.redirect_chain
    assert answer.request["PATH_INFO"] == reverse("account_login")


POSTS = {
    "proper": ("desk:submission", "received", {COORDINATOR}),
    "renew": ("desk:submission", "received", {COORDINATOR}),
    "reopen": ("desk:submission", "proper", {COORDINATOR}),
    "assign": ("desk:remark", "proper", {COORDINATOR}),
    "decide": ("desk:remark", "assigned", {COORDINATOR}),
    "review": ("desk:remark", "drafted", {COORDINATOR}),
    "approve": ("desk:remark", "reviewed", {COORDINATOR}),
    "publish": ("desk:remark", "approved", {COORDINATOR}),
    "return": ("desk:remark", "approved", {COORDINATOR}),
}


@pytest.mark.parametrize("role", [*Role], ids=str)
@pytest.mark.parametrize("action", POSTS)
def test_a_verb_sent_to_its_page_is_done_for_its_roles_only(consultation, client, action, role):
    page, state, allowed = POSTS[action]
    remark = remark_in_state(consultation, state)
    before = (remark.state, Remark.objects.get(pk=remark.pk).submission.tracking_token)
    client.force_login(person(role))
    answer = client.post(
        reverse(page, args=[remark.submission_id if page == "desk:submission" else remark.pk]),
        {
            "action": action,
            "reason": "Proszę poprawić.",
            "department": DepartmentFactory().pk,
            "seen_department": remark.department_id or "",
            "outcome": "accepted",
            "justification": "Tak.",
            "revision": 1,
        },
    )
    after = Remark.objects.select_related("submission").get(pk=remark.pk)
    if role in allowed:
        assert answer.status_code == 302
        assert (after.state, after.submission.tracking_token) != before
    else:
        assert answer.status_code == 403
        assert (after.state, after.submission.tracking_token) == before


def test_an_expert_answers_for_the_own_department_on_the_page(consultation, client, sign_in):
    department = DepartmentFactory()
    department.members.add(sign_in(EXPERT))
    remark = remark_in_state(consultation, "assigned", department=department)
    sent = {"action": "decide", "seen_department": department.pk, "outcome": "accepted", "justification": "Tak."}
    assert client.post(reverse("desk:remark", args=[remark.pk]), sent).status_code == 302
    assert Decision.objects.get().justification == "Tak."


@pytest.mark.parametrize("state", ["assigned", "approved", "published"])
def test_an_expert_reads_the_remark_but_never_the_sender(consultation, client, sign_in, state):
    department = DepartmentFactory()
    department.members.add(sign_in(EXPERT))
    remark = remark_in_state(consultation, state, department=department)
    for page in (reverse("desk:remark", args=[remark.pk]), reverse("desk:answers"), reverse("desk:home")):
        text = client.get(page).content.decode()
        assert "Jan Przykładowy" not in text
        assert "sender@example.org" not in text
        assert remark.submission.tracking_token not in text


# -- Records --------------------------------------------------------------------------------------------------------

RECORDS = {
    Event: {EDITOR, COORDINATOR, ADMINISTRATOR},
    News: {EDITOR, COORDINATOR, ADMINISTRATOR},
    Consultation: {COORDINATOR, ADMINISTRATOR},
    Institution: {COORDINATOR, ADMINISTRATOR},
    Opinion: {COORDINATOR, ADMINISTRATOR},
    User: {ADMINISTRATOR},
    Submission: set(),
    Remark: set(),
    Decision: set(),
}


@pytest.mark.parametrize("role", [*Role], ids=str)
@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__name__)
def test_records_are_changed_by_their_roles_only(model, role):
    request = RequestFactory().get("/")
    request.user = person(role)
    record_page = admin.site._registry[model]
    assert record_page.has_change_permission(request) is (role in RECORDS[model])
    assert record_page.has_add_permission(request) is (role in RECORDS[model])


@pytest.mark.parametrize("name", ["submission", "remark", "decision", "historyentry"])
def test_what_verbs_write_cannot_be_added_changed_or_deleted_as_a_record(consultation, client, sign_in, name):
    sign_in(COORDINATOR)
    remark = remark_in_state(consultation, "approved")
    keys = {
        "submission": remark.submission_id,
        "remark": remark.pk,
        "decision": remark.decisions.get().pk,
        "historyentry": remark.history.first().pk,
    }
    base = f"admin:consultations_{name}_"
    assert client.get(reverse(f"{base}change", args=[keys[name]])).status_code == 200
    assert client.post(reverse(f"{base}change", args=[keys[name]]), {"state": "published"}).status_code == 403
    assert client.post(reverse(f"{base}delete", args=[keys[name]]), {"post": "yes"}).status_code == 403
    assert client.get(reverse(f"{base}add")).status_code == 403
    assert Remark.objects.get(pk=remark.pk).state == "approved"
