"""A sheet of answers: exported, filled in without access, judged row by row on its way back, drafted once."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from accounts import jobs
from accounts.roles import Role
from consultations.errors import ImportNotReady, NotPermitted, RowsRefused
from consultations.models import AnswerSheet, Decision, HistoryEntry, Remark
from consultations.services import sheets
from consultations.services.attachments import SHEETS, delete_orphan_files
from consultations.services.decisions import assign_remark, decide_remark, return_decision
from consultations.services.forgetting import forget_old_intake
from consultations.services.sheets import bring_in_sheet, choose_rows, discard_sheet, export_sheet
from consultations.sheet_rows import Token
from consultations.sheet_words import why_in_words
from consultations.words import describe_history
from lublin2030.lib.storage import private_storage
from tests.consultations.bulk import chosen
from tests.consultations.sheets import KEYS, TOKEN, checked, content_of, exported, filled_in
from tests.factories import DURING, DepartmentFactory, consultation_with_draft, person, remark_in_state, submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

Outcome = Remark.Outcome


@pytest.fixture
def boss():
    return person(Role.COORDINATOR)


@pytest.fixture(autouse=True)
def no_file_is_left():
    """The tests share one storage."""
    yield
    storage = private_storage()
    for name in storage.listdir(SHEETS)[1] if storage.exists(SHEETS) else ():
        storage.delete(f"{SHEETS}/{name}")


@pytest.fixture
def remark(consultation):
    return remark_in_state(consultation, "assigned")


def entered(sheet, by, *, everything=True) -> AnswerSheet:
    choose_rows(sheet, everything=everything, by=by)
    jobs.run_due()
    return AnswerSheet.objects.get(pk=sheet.pk)


def verdicts(sheet) -> list[tuple[str, str]]:
    return [(row["verdict"], row["code"]) for row in sheet.rows]


# -- The export -----------------------------------------------------------------------------------------------------


def test_a_row_says_what_is_asked_and_where(consultation, remark):
    row = [cell.value for cell in exported(consultation).worksheets[0][2]]
    assert row[:3] == ["1.1/2021", "1.1", "Fragment 1.1: miasto sadzi drzewa."]
    assert row[KEYS.index("change")] == "Więcej drzew."


def test_no_cell_holds_anything_of_the_sender(consultation, remark):
    cells = [str(cell.value) for sheet in exported(consultation) for row in sheet.iter_rows() for cell in row]
    assert not [text for text in cells if "Przykładowy" in text or "sender@example.org" in text]


def test_only_decision_and_justification_can_be_written(consultation, remark):
    sheet = exported(consultation).worksheets[0]
    assert sheet.protection.sheet
    assert [KEYS[cell.column - 1] for cell in sheet[2] if not cell.protection.locked] == ["outcome", "justification"]


def test_the_mark_of_the_row_is_hidden(consultation, remark):
    assert exported(consultation).worksheets[0].column_dimensions["L"].hidden


@pytest.mark.parametrize("language", ["pl", "en", "uk"])
def test_the_offered_outcomes_can_be_chosen_in_the_readers_language(consultation, remark, language):
    consultation.offered_outcomes.create(outcome="explained")
    with translation.override(language):
        book = exported(consultation)
        assert [cell.value for cell in book.worksheets[1]["A"]] == [str(Outcome.EXPLAINED.label)]
    [rule] = book.worksheets[0].data_validations.dataValidation
    assert (rule.type, str(rule.sqref)) == ("list", "J2")


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "https://example.org"])
def test_what_a_sender_wrote_is_no_formula(consultation, text):
    one = remark_in_state(consultation, "assigned")
    Remark.objects.filter(pk=one.pk).update(change=text)
    cell = exported(consultation).worksheets[0].cell(2, KEYS.index("change") + 1)
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


def test_the_export_asks_no_more_for_more_remarks(consultation, remark, connection_queries):
    few = connection_queries(lambda: exported(consultation))
    submission(consultation, remarks=8)
    assert connection_queries(lambda: exported(consultation)) == few


def test_the_address_gives_the_remarks_of_the_filter(consultation, remark, client, sign_in):
    remark_in_state(consultation, "proper")
    sign_in(Role.COORDINATOR)
    got = client.post(f"{reverse('desk:sheet_export')}?konsultacja={consultation.slug}&stan=assigned")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(got.streaming_content)))
    assert [row[0].value for row in book.worksheets[0].iter_rows(min_row=2)] == [remark.public_number]


def test_an_unknown_filter_exports_nothing(consultation, remark, client, sign_in):
    sign_in(Role.COORDINATOR)
    address = f"{reverse('desk:sheet_export')}?konsultacja={consultation.slug}&stan=zgubione"
    assert client.post(address).status_code == 400
    assert not HistoryEntry.objects.filter(verb="export_sheet").exists()


def test_the_export_is_sent_and_not_followed(consultation, remark, client, sign_in):
    sign_in(Role.COORDINATOR)
    assert client.get(f"{reverse('desk:sheet_export')}?konsultacja={consultation.slug}").status_code == 405


def test_who_took_how_many_remarks_out_is_written_down(consultation, remark, client, sign_in):
    boss = sign_in(Role.COORDINATOR)
    department = remark.department
    remark_in_state(consultation, "assigned")
    client.post(f"{reverse('desk:sheet_export')}?konsultacja={consultation.slug}&komorka={department.slug}")
    row = HistoryEntry.objects.get(verb="export_sheet")
    assert (row.consultation, row.by, row.after) == (consultation, boss, {"remarks": 1, "department": department.pk})
    assert department.name in describe_history([row])[0]["after"]


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.COORDINATOR, Role.EXPERT}])
def test_others_export_nothing(consultation, remark, role):
    with pytest.raises(NotPermitted):
        export_sheet(chosen(consultation, person(role)), by=person(role))


def test_an_expert_exports_only_the_own_departments(consultation, remark, client, sign_in):
    expert = sign_in(Role.EXPERT)
    own = DepartmentFactory()
    own.members.add(expert)
    mine = remark_in_state(consultation, "assigned", department=own)
    got = client.post(f"{reverse('desk:sheet_export')}?konsultacja={consultation.slug}")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(got.streaming_content)))
    assert [row[0].value for row in book.worksheets[0].iter_rows(min_row=2)] == [mine.public_number]


# -- The check ------------------------------------------------------------------------------------------------------


def test_the_check_drafts_nothing(consultation, remark, boss):
    sheet = checked(consultation, filled_in(consultation, ("accepted", "Słusznie.")), boss)
    assert (sheet.state, verdicts(sheet), Decision.objects.count()) == ("checked", [("good", "first")], 0)


@pytest.mark.parametrize(
    ("outcome", "why", "verdict"),
    [
        ("", "", ("same", "empty")),
        ("uwzględniona", "Słusznie.", ("good", "first")),
        ("Accepted", "Słusznie.", ("good", "first")),
        ("PARTLY_ACCEPTED", "Słusznie.", ("good", "first")),
        ("może", "Słusznie.", ("refused", "outcome_unknown")),
        ("uwzgledniona", "Słusznie.", ("refused", "outcome_unknown")),
        ("", "Słusznie.", ("refused", "outcome_missing")),
        ("accepted", " ", ("refused", "justification_missing")),
        ("accepted", "a" * 10_001, ("refused", "too_long")),
    ],
)
def test_a_row_is_judged_strictly(consultation, remark, boss, outcome, why, verdict):
    assert verdicts(checked(consultation, filled_in(consultation, (outcome, why)), boss)) == [verdict]


def test_an_outcome_that_is_not_offered_is_refused(consultation, remark, boss):
    consultation.offered_outcomes.create(outcome="explained")
    sheet = checked(consultation, filled_in(consultation, ("accepted", "Słusznie.")), boss)
    assert verdicts(sheet) == [("refused", "outcome_not_offered")]


@pytest.mark.parametrize("mark", ["", "1.1.assigned.1.0:abc", "zupełnie co innego"])
def test_a_forged_mark_is_refused(consultation, remark, boss, mark):
    book = filled_in(consultation, ("accepted", "Słusznie."))
    book.worksheets[0].cell(2, TOKEN, mark)
    assert verdicts(checked(consultation, book, boss)) == [("refused", "forged")]


def test_a_row_of_another_consultation_is_refused(consultation, remark, boss):
    other = consultation_with_draft()
    sheet = checked(other, filled_in(consultation, ("accepted", "Słusznie.")), boss)
    assert verdicts(sheet) == [("refused", "other_consultation")]


def test_a_doubled_row_is_refused_both_times(consultation, remark, boss):
    book = filled_in(consultation, ("accepted", "Słusznie."))
    book.worksheets[0].append([cell.value for cell in book.worksheets[0][2]])
    assert verdicts(checked(consultation, book, boss)) == [("refused", "doubled")] * 2


def test_a_remark_of_another_department_is_refused_to_an_expert(consultation, remark):
    sheet = checked(consultation, filled_in(consultation, ("accepted", "Słusznie.")), person(Role.EXPERT))
    assert verdicts(sheet) == [("refused", "not_your_department")]


def change(how: str, remark: Remark, by) -> None:
    match how:
        case "answered":
            decide_remark(remark, outcome=Outcome.EXPLAINED, justification="Inaczej.", by=by, now=DURING)
        case "answered and sent back":
            decide_remark(remark, outcome=Outcome.EXPLAINED, justification="Inaczej.", by=by, now=DURING)
            return_decision(remark, reason="Nie tak.", by=by, now=DURING)
        case "moved":
            assign_remark(remark, department=DepartmentFactory(), by=by, now=DURING)
        case "corrected":
            Remark.objects.filter(pk=remark.pk).update(revision=2)


@pytest.mark.parametrize("how", ["answered", "answered and sent back", "moved", "corrected"])
def test_a_remark_that_changed_meanwhile_is_a_conflict(consultation, remark, boss, how):
    book = filled_in(consultation, ("accepted", "Słusznie."))
    change(how, remark, boss)
    assert verdicts(checked(consultation, book, boss)) == [("refused", "conflict")]


def test_a_conflict_says_who_when_and_what_it_says_now(consultation, remark, boss):
    book = filled_in(consultation, ("accepted", "Słusznie."))
    other = person(Role.COORDINATOR)
    change("answered", remark, other)
    told = " ".join(why_in_words(checked(consultation, book, boss).rows[0]))
    assert str(other) in told
    assert "12:00" in told
    assert "Inaczej." in told


def test_a_published_answer_is_not_changed_by_a_sheet(consultation, boss):
    remark_in_state(consultation, "published")
    sheet = checked(consultation, filled_in(consultation, ("explained", "Inaczej.")), boss)
    assert verdicts(sheet) == [("refused", "not_assigned")]


def test_the_answer_that_stands_is_unchanged(consultation, boss):
    remark_in_state(consultation, "approved")
    assert verdicts(checked(consultation, exported(consultation), boss)) == [("same", "same")]


@pytest.mark.parametrize(
    ("content", "failure"),
    [(b"a;b;c", "not_table"), (b"PK\x03\x04", "broken"), (b" ", "empty"), (b"\xd0\xcf\x11\xe0", "old_excel")],
)
def test_a_file_that_is_no_sheet_fails_with_its_reason(consultation, boss, content, failure):
    sheet = checked(consultation, content, boss)
    assert (sheet.state, sheet.failure.partition(":")[0]) == ("failed", failure)


def test_a_sheet_without_its_mark_column_fails(consultation, remark, boss):
    book = exported(consultation)
    book.worksheets[0].delete_cols(TOKEN)
    assert checked(consultation, book, boss).failure.startswith("no_columns:")


@pytest.mark.parametrize("language", ["pl", "en", "uk"])
def test_a_sheet_comes_back_whatever_language_it_was_made_in(consultation, remark, boss, language):
    with translation.override(language):
        book = filled_in(consultation, (str(Outcome.ACCEPTED.label), "Słusznie."))
    assert verdicts(checked(consultation, book, boss)) == [("good", "first")]


# -- The drafting ---------------------------------------------------------------------------------------------------


def test_accepted_rows_become_answers_on_the_consultations_way(boss):
    consultation = consultation_with_draft(answer_path="four_eyes")
    remark_in_state(consultation, "assigned")
    sheet = entered(checked(consultation, filled_in(consultation, ("accepted", "Słusznie.")), boss), boss)
    decision = Decision.objects.get()
    assert (decision.outcome, decision.justification, decision.decided_by) == ("accepted", "Słusznie.", boss)
    assert (sheet.state, sheet.drafted_answers, Remark.objects.get().state) == ("entered", 1, "drafted")
    assert verdicts(sheet) == [("drafted", "first")]


def test_the_same_file_again_adds_nothing(consultation, remark, boss):
    book = filled_in(consultation, ("accepted", "Słusznie."))
    entered(checked(consultation, book, boss), boss)
    sheet = checked(consultation, book, boss)
    assert verdicts(sheet) == [("same", "same")]
    assert entered(sheet, boss).drafted_answers == 0
    assert Decision.objects.count() == 1


def test_with_a_refused_row_not_everything_can_be_drafted(consultation, remark, boss):
    sheet = checked(consultation, filled_in(consultation, ("może", "Słusznie.")), boss)
    with pytest.raises(RowsRefused):
        choose_rows(sheet, everything=True, by=boss)


def test_only_the_accepted_rows_can_be_drafted(consultation, boss):
    for _each in range(2):
        remark_in_state(consultation, "assigned")
    sheet = checked(consultation, filled_in(consultation, ("może", "Tak."), ("accepted", "Tak.")), boss)
    assert verdicts(entered(sheet, boss, everything=False)) == [("refused", "outcome_unknown"), ("drafted", "first")]


def test_what_changed_between_check_and_drafting_goes_back_to_be_decided(consultation, remark, boss):
    sheet = checked(consultation, filled_in(consultation, ("accepted", "Słusznie.")), boss)
    change("answered", remark, boss)
    sheet = entered(sheet, boss)
    assert (sheet.state, verdicts(sheet)) == ("checked", [("refused", "conflict")])


def test_a_killed_worker_is_followed_by_one_that_goes_on(consultation, boss, monkeypatch):
    monkeypatch.setattr(sheets, "AT_ONCE", 1)
    for _each in range(3):
        remark_in_state(consultation, "assigned")
    sheet = checked(consultation, filled_in(consultation, *[("accepted", "Tak.")] * 3), boss)
    real, calls = sheets._draft, []

    def dies_at_the_second(*arguments, **keywords):
        calls.append(1)
        if len(calls) == 2:
            raise KeyError
        return real(*arguments, **keywords)

    monkeypatch.setattr(sheets, "_draft", dies_at_the_second)
    choose_rows(sheet, everything=True, by=boss)
    jobs.run_due()
    assert (AnswerSheet.objects.get().state, Decision.objects.count()) == ("entering", 1)
    jobs.run_due()
    sheet = AnswerSheet.objects.get()
    assert (sheet.state, sheet.drafted_answers, Decision.objects.count()) == ("entered", 3, 3)


def test_a_drafted_sheet_is_not_drafted_again(consultation, remark, boss):
    sheet = entered(checked(consultation, filled_in(consultation, ("accepted", "Tak.")), boss), boss)
    with pytest.raises(ImportNotReady):
        choose_rows(sheet, everything=True, by=boss)


def test_a_discarded_sheet_drafts_nothing_and_its_file_is_gone(consultation, remark, boss):
    sheet = checked(consultation, filled_in(consultation, ("accepted", "Tak.")), boss)
    discard_sheet(sheet, by=boss)
    assert not sheet.file.storage.exists(sheet.file.name)
    assert AnswerSheet.objects.get().state == "discarded"


def test_the_file_is_gone_when_its_answers_are_drafted(consultation, remark, boss):
    sheet = entered(checked(consultation, filled_in(consultation, ("accepted", "Tak.")), boss), boss)
    assert not sheet.file.storage.exists(sheet.file.name)


@pytest.mark.parametrize(
    ("state", "is_kept"),
    [("waiting", True), ("checked", True), ("entering", True), ("entered", False), ("discarded", False)],
)
def test_a_file_is_kept_only_while_it_is_needed(consultation, remark, boss, state, is_kept):
    """Also where its deletion failed."""
    sheet = checked(consultation, exported(consultation), boss)
    AnswerSheet.objects.filter(pk=sheet.pk).update(state=state)
    delete_orphan_files(now=DURING + dt.timedelta(hours=25))
    assert private_storage().exists(sheet.file.name) is is_kept


def test_the_history_names_the_sheet_and_not_its_file(consultation, remark, boss):
    sheet = entered(checked(consultation, filled_in(consultation, ("accepted", "Tak.")), boss), boss)
    rows = HistoryEntry.objects.filter(verb__in=["bring_in_sheet", "enter_sheet"]).order_by("pk")
    assert [row.after["sheet"] for row in rows] == [sheet.pk] * 2
    assert not [row for row in rows if "arkusz" in str(row.after)]


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.COORDINATOR, Role.EXPERT}])
def test_others_bring_in_no_sheet(consultation, role):
    with pytest.raises(NotPermitted):
        bring_in_sheet(consultation, upload=SimpleUploadedFile("a.xlsx", b"PK"), by=person(role))


@pytest.mark.parametrize(
    ("state", "days", "is_kept"), [("entered", 29, True), ("entered", 31, False), ("checked", 99, True)]
)
def test_what_rows_said_is_forgotten(consultation, boss, state, days, is_kept):
    sheet = AnswerSheet.objects.create(
        consultation=consultation,
        file_name="a.xlsx",
        sha256="0" * 64,
        state=state,
        rows=[{"row": 2}],
        by=boss,
        at=DURING,
    )
    forget_old_intake(now=DURING + dt.timedelta(days=days))
    sheet.refresh_from_db()
    assert bool(sheet.rows) is is_kept


def test_a_mark_reads_back_as_it_was_written():
    token = Token(12, 3, "assigned", 4, 1)
    assert Token.read(token.signed()) == token


# -- The pages ------------------------------------------------------------------------------------------------------


def test_the_pages_bring_a_sheet_from_the_file_to_the_drafts(consultation, remark, client, sign_in):
    sign_in(Role.COORDINATOR)
    file = SimpleUploadedFile("arkusz.xlsx", content_of(filled_in(consultation, ("accepted", "Słusznie."))))
    there = client.post(reverse("desk:sheets", args=[consultation.slug]), {"file": file}).url
    jobs.run_due()
    assert client.get(there).context["rows"][0][0].verdict
    client.post(there, {"action": "everything"})
    jobs.run_due()
    assert client.get(there).status_code == 200
    assert Decision.objects.count() == 1


def test_a_refused_choice_is_told_on_the_page(consultation, remark, client, sign_in):
    boss = sign_in(Role.COORDINATOR)
    sheet = checked(consultation, filled_in(consultation, ("może", "Tak.")), boss)
    page = client.post(reverse("desk:sheet", args=[consultation.slug, sheet.pk]), {"action": "everything"})
    assert page.status_code == 409


def test_an_expert_sees_only_own_sheets(consultation, remark, boss, client, sign_in):
    sheet = checked(consultation, exported(consultation), boss)
    sign_in(Role.EXPERT)
    assert client.get(reverse("desk:sheet", args=[consultation.slug, sheet.pk])).status_code == 404


def test_the_sheets_page_asks_no_more_for_more_sheets(consultation, remark, client, sign_in, connection_queries):
    boss = sign_in(Role.COORDINATOR)
    counts = []
    for _each in range(2):
        checked(consultation, exported(consultation), boss)
        counts.append(connection_queries(lambda: client.get(reverse("desk:sheets", args=[consultation.slug]))))
    assert counts[0] == counts[1]


# What each person may do with a sheet that an expert has brought in; the page shows the buttons of just that.
MAY_WITH_SHEET = {
    "its author": {"enter", "discard"},
    "another expert": set(),
    "a coordinator": {"discard"},
    "an editor": set(),
}


@pytest.mark.parametrize("who", MAY_WITH_SHEET)
def test_what_each_may_do_with_a_sheet_and_which_buttons_the_page_shows(consultation, remark, client, who):
    author = person(Role.EXPERT)
    remark.department.members.add(author)
    sheet = checked(consultation, filled_in(consultation, ("accepted", "Słusznie.")), author)
    role = {"a coordinator": Role.COORDINATOR, "an editor": Role.EDITOR}.get(who, Role.EXPERT)
    user = author if who == "its author" else person(role)
    client.force_login(user)
    page = client.get(reverse("desk:sheet", args=[consultation.slug, sheet.pk])).content.decode()
    verbs = {
        "enter": lambda: choose_rows(sheet, everything=True, by=user),
        "discard": lambda: discard_sheet(sheet, by=user),
    }
    for verb, button in (("enter", 'value="everything"'), ("discard", 'value="discard"')):
        may = verb in MAY_WITH_SHEET[who]
        assert (button in page) is may
        if not may:
            with pytest.raises(NotPermitted):
                verbs[verb]()


def test_only_whoever_brought_it_in_answers_by_it(consultation, remark, boss):
    sheet = checked(consultation, filled_in(consultation, ("accepted", "Słusznie.")), boss)
    with pytest.raises(NotPermitted):
        choose_rows(sheet, everything=True, by=person(Role.COORDINATOR))
    assert not Decision.objects.exists()
