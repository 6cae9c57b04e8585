"""What staff do around residents' matters leaves its row too: drafts, tables, rules, accounts, notices, exports."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from accounts import jobs
from accounts.models import User
from accounts.roles import Role
from accounts.services import grant_roles, set_active, set_password, set_roles
from consultations.audit import HistoryFilter
from consultations.models import Consultation, Draft, DraftImport, HistoryEntry
from consultations.services.attachments import add_scan
from consultations.services.audit import export_history
from consultations.services.drafts import start_next_version
from consultations.services.imports import discard_import, save_import, start_import
from consultations.services.rules import change_rules
from consultations.services.sheets import bring_in_sheet, choose_rows, discard_sheet, export_sheet
from consultations.services.tables import bring_in, choose, discard
from consultations.services.topics import set_topics
from lublin2030.lib.dates import warsaw
from notifications.models import Message
from notifications.services.outbox import resend
from tests.consultations import sheets
from tests.consultations.bulk import chosen
from tests.consultations.tables import checked, row
from tests.factories import DURING, ConsultationFactory, person, submission
from tests.files_made import pdf, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]
Verb = HistoryEntry.Verb


def brought_in(consultation: Consultation, by: User) -> DraftImport:
    """A document that the worker has read."""
    draft = Draft.objects.get(consultation=consultation)
    text = "Rozdział 1. Miasto\n\nNowy fragment."
    started = start_import(draft, format=DraftImport.Format.TEXT, source=text, by=by)
    jobs.run_due()
    return DraftImport.objects.get(pk=started.pk)


def save_document(consultation: Consultation, by: User) -> None:
    found = brought_in(consultation, by)
    save_import(found, revision=found.revision, by=by)


def send_again(consultation: Consultation, by: User) -> None:
    sent = submission(consultation)
    Message.objects.filter(submission=sent).update(state="failed")
    resend(Message.objects.filter(submission=sent).earliest("pk"), by=by)


def export_received(consultation: Consultation, by: User) -> None:
    submission(consultation)
    export_sheet(chosen(consultation, by, stan="received", temat="brak"), by=by).close()


def change_term(consultation: Consultation, by: User) -> None:
    consultation.closes_at = warsaw(2021, 12, 24)
    consultation.rules = "Nowe zasady."
    change_rules(consultation, fields=["closes_at", "rules"], by=by)


# Each verb: who does it, how, and what its row says before and after.
def checked_sheet(consultation, by):
    submission(consultation)
    return sheets.checked(consultation, sheets.exported(consultation), by)


OF_WORK: dict[Any, Any] = {
    Verb.ADD_SCAN: (
        Role.COORDINATOR,
        lambda one, by: add_scan(submission(one), upload=upload(pdf()), by=by),
        {},
        {"scan": 1},
    ),
    Verb.RESEND: (Role.COORDINATOR, send_again, {}, {}),
    Verb.START_VERSION: (
        Role.COORDINATOR,
        lambda one, by: start_next_version(Draft.objects.get(consultation=one), by=by),
        {},
        {"version": 2},
    ),
    Verb.BRING_IN_DOCUMENT: (Role.COORDINATOR, brought_in, {}, {}),
    Verb.SAVE_DOCUMENT: (Role.COORDINATOR, save_document, {}, {"version": 2}),
    Verb.DISCARD_DOCUMENT: (
        Role.COORDINATOR,
        lambda one, by: discard_import(brought_in(one, by), by=by),
        {},
        {},
    ),
    Verb.BRING_IN_TABLE: (
        Role.COORDINATOR,
        lambda one, by: bring_in(one, upload=upload(b"pismo;wpisane\n", name="Jan Kowalski.csv"), by=by),
        {},
        {"table": "NUMBER"},
    ),
    Verb.ENTER_TABLE: (
        Role.COORDINATOR,
        lambda one, by: choose(checked(one, [row()], by=by), everything=True, by=by),
        {},
        {"table": "NUMBER", "everything": True},
    ),
    Verb.DISCARD_TABLE: (
        Role.COORDINATOR,
        lambda one, by: discard(checked(one, [row()], by=by), by=by),
        {},
        {"table": "NUMBER"},
    ),
    Verb.SET_TOPIC: (
        Role.COORDINATOR,
        lambda one, by: set_topics(one, list(submission(one).remarks.all()), topic=one.topics.get(), by=by),
        {"topic": None},
        {"topic": "NUMBER"},
    ),
    Verb.EXPORT_SHEET: (
        Role.COORDINATOR,
        export_received,
        {},
        {"remarks": 1, "state": "received", "topic": None},
    ),
    Verb.BRING_IN_SHEET: (
        Role.COORDINATOR,
        lambda one, by: bring_in_sheet(one, upload=upload(b"PK", name="Jan Kowalski.xlsx"), by=by),
        {},
        {"sheet": "NUMBER"},
    ),
    Verb.ENTER_SHEET: (
        Role.COORDINATOR,
        lambda one, by: choose_rows(checked_sheet(one, by), everything=True, by=by),
        {},
        {"sheet": "NUMBER", "everything": True},
    ),
    Verb.DISCARD_SHEET: (
        Role.COORDINATOR,
        lambda one, by: discard_sheet(checked_sheet(one, by), by=by),
        {},
        {"sheet": "NUMBER"},
    ),
    Verb.CHANGE_RULES: (
        Role.ADMINISTRATOR,
        change_term,
        {"rules": {"closes_at": "2021-12-20T23:00:00+00:00"}},
        {"rules": {"closes_at": "2021-12-24T00:00:00+01:00"}, "texts": ["rules"]},
    ),
    Verb.CHANGE_ACCOUNT: (
        Role.ADMINISTRATOR,
        lambda one, by: set_roles(person(Role.EDITOR), roles=[Role.EXPERT, Role.AUDITOR], by=by),
        {"roles": ["editor"]},
        {"account": "NUMBER", "roles": ["expert", "auditor"]},
    ),
    Verb.EXPORT_HISTORY: (
        Role.AUDITOR,
        lambda one, by: export_history(HistoryFilter.read({"czynnosc": "decide"}), form="csv", by=by),
        {},
        {"format": "csv", "filter": {"verb": "decide"}},
    ),
}


@pytest.mark.parametrize("verb", OF_WORK, ids=str)
def test_a_verb_leaves_one_row(consultation, verb):
    role, act, before, after = OF_WORK[verb]
    by = person(role)
    act(consultation, by)
    entry = HistoryEntry.objects.get(verb=verb)
    said = {name: "NUMBER" if after.get(name) == "NUMBER" else value for name, value in entry.after.items()}
    assert (entry.by, entry.at, entry.before, said) == (by, DURING, before, after)


ALSO_OF_ACCOUNTS: dict[str, Any] = {
    "closed": (lambda user, by: set_active(user, active=False, by=by), {"is_active": True}, {"is_active": False}),
    "password": (lambda user, by: set_password(user, password="calkiem-nowe-2030", by=by), {}, {"password": True}),
}


@pytest.mark.parametrize("what", ALSO_OF_ACCOUNTS)
def test_closing_an_account_and_setting_its_password_leave_a_row(what):
    act, before, after = ALSO_OF_ACCOUNTS[what]
    user, by = person(Role.EDITOR), person(Role.ADMINISTRATOR)
    act(user, by)
    entry = HistoryEntry.objects.get()
    assert (entry.verb, entry.by, entry.consultation) == (Verb.CHANGE_ACCOUNT, by, None)
    assert (entry.before, entry.after) == (before, {"account": user.pk, **after})


WITHOUT_A_ROW: dict[str, Any] = {
    "the same roles": lambda user, by: set_roles(user, roles=[Role.EDITOR], by=by),
    "open already": lambda user, by: set_active(user, active=True, by=by),
    "by a command": lambda user, by: grant_roles(user, roles=[Role.EXPERT]),
}


@pytest.mark.parametrize("what", WITHOUT_A_ROW)
def test_what_changes_nothing_or_is_done_by_nobody_leaves_no_row(what):
    WITHOUT_A_ROW[what](person(Role.EDITOR), person(Role.ADMINISTRATOR))
    assert not HistoryEntry.objects.exists()


def test_an_administrator_who_closes_an_account_and_takes_its_roles_leaves_two_rows(client, sign_in):
    by, user = sign_in(Role.ADMINISTRATOR), person(Role.EDITOR)
    client.post(reverse("admin:accounts_user_change", args=[user.pk]), {"email": user.email, "name": "Inna"})
    assert [(entry.by, entry.after) for entry in HistoryEntry.objects.all()] == [
        (by, {"account": user.pk, "is_active": False}),
        (by, {"account": user.pk, "roles": []}),
    ]
    assert (User.objects.get(pk=user.pk).name, User.objects.get(pk=user.pk).is_active) == ("Inna", False)


def test_the_record_of_an_account_says_that_it_is_closed_and_never_deleted(client, sign_in):
    sign_in(Role.ADMINISTRATOR)
    assert "Accounts are closed, never deleted" in client.get("/en/zaplecze/accounts/user/add/").content.decode()


def test_a_consultation_that_nobody_sees_yet_is_prepared_without_a_row():
    consultation = ConsultationFactory(published_at=None)
    consultation.report_days = 20
    change_rules(consultation, fields=["report_days"], by=person(Role.COORDINATOR))
    assert Consultation.objects.get().report_days == 20
    assert not HistoryEntry.objects.exists()


def test_saving_a_consultation_unchanged_leaves_no_row(consultation):
    change_rules(consultation, fields=["report_days", "rules"], by=person(Role.COORDINATOR))
    assert not HistoryEntry.objects.exists()


def test_entering_a_table_twice_is_one_decision(consultation):
    by = person(Role.COORDINATOR)
    table = checked(consultation, [row()], by=by)
    choose(table, everything=False, by=by)
    jobs.run_due()
    assert HistoryEntry.objects.filter(verb=Verb.ENTER_TABLE).count() == 1


def test_no_row_tells_the_name_of_a_file(consultation):
    bring_in(consultation, upload=upload(b"pismo;wpisane\n", name="Jan Kowalski.csv"), by=person(Role.COORDINATOR))
    assert "Kowalski" not in str(list(HistoryEntry.objects.values()))
