"""Bringing in a table: every row's verdict first, then everything or the accepted letters, each letter once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import jobs
from accounts.models import Job
from accounts.roles import Role
from consultations.errors import ImportNotReady, NotPermitted, RowsRefused
from consultations.models import (
    Consultation,
    HistoryEntry,
    ImportedLetter,
    PassageText,
    Remark,
    RemarkImport,
    Submission,
)
from consultations.services import tables
from consultations.services.tables import bring_in, choose, discard
from consultations.services.tallies import recount
from consultations.table_judging import judge
from consultations.table_reading import COLUMNS, Cell, Row
from consultations.table_template import template_xlsx
from consultations.written_places import version_of_letters
from lublin2030.lib.dates import warsaw_day
from notifications.models import Message
from tests import factories
from tests.consultations.clerks import desk
from tests.consultations.residents import text_of
from tests.consultations.tables import as_csv, as_xlsx, checked, problems, row, verdicts
from tests.factories import DURING, DistrictFactory, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


def enter(table: RemarkImport, *, everything: bool = True) -> RemarkImport:
    choose(table, everything=everything, by=person(Role.COORDINATOR))
    jobs.run_due()
    return RemarkImport.objects.get(pk=table.pk)


class TestCheck:
    def test_thousands_of_places_that_are_none_are_refused_row_by_row(self, consultation):
        """One condition for each would be more than the database takes."""
        places = [f"{chapter}.{position}" for chapter in range(10, 1510) for position in (1, 2)]
        table = checked(consultation, [row(letter="", place=place) for place in ["1.1", *places]])
        assert (table.state, table.good_rows, table.bad_rows) == ("checked", 1, 3000)

    def test_nothing_is_entered_by_the_check(self, consultation):
        table = checked(consultation, [row()])
        assert (table.state, table.good_rows, table.bad_rows) == ("checked", 1, 0)
        assert Submission.objects.count() == 0

    @pytest.mark.parametrize(
        ("fields", "fault"),
        [
            ({"channel": ""}, ("channel", "missing")),
            ({"channel": "gołąb"}, ("channel", "unknown")),
            ({"channel": "online"}, ("channel", "unknown")),
            ({"received": ""}, ("received", "missing")),
            ({"received": "31.02.2021"}, ("received", "not_date")),
            ({"received": "02.12.2021"}, ("received", "future")),
            ({"received": "14.11.2021"}, ("received", "before_opening")),
            ({"lodged": "wczoraj"}, ("lodged", "not_date")),
            ({"lodged": "01.12.2021"}, ("lodged", "after_receipt")),
            ({"signed": "może"}, ("signed", "not_yes_no")),
            ({"sender_kind": "firma"}, ("sender_kind", "unknown")),
            ({"representative": "Anna"}, ("representative", "person_represented")),
            ({"email": "maria@"}, ("email", "not_email")),
            ({"phone": "1" * 41}, ("phone", "too_long")),
            ({"district": "Atlantyda"}, ("district", "unknown")),
            ({"place": "9.9"}, ("place", "no_place")),
            ({"place": "trzecia strona"}, ("place", "no_place")),
            ({"kind": "prośba"}, ("kind", "unknown")),
            ({"kind": "remove", "place": "2"}, ("kind", "kind_needs_passage")),
            ({"kind": "reword"}, ("kind", "kind_needs_wording")),
            ({"change": ""}, ("change", "missing")),
            ({"change": "x" * 5001}, ("change", "too_long")),
            ({"reason": "\x07"}, ("reason", "control_characters")),
            ({"topic": "Smoki"}, ("topic", "unknown")),
        ],
    )
    def test_a_wrong_value_is_refused_with_its_fault(self, consultation, client, sign_in, fields, fault):
        table = checked(consultation, [row(**fields), row(letter="2")])
        assert problems(table) == [fault]
        assert verdicts(table) == ["refused", "good"]
        sign_in(Role.COORDINATOR)
        page = text_of(client.get(desk("table_import", consultation, table.pk)))
        assert "%(" not in page

    def test_a_letter_with_one_refused_row_is_refused_whole(self, consultation):
        table = checked(consultation, [row(), row(place="9.9"), row(letter="2")])
        assert verdicts(table) == ["with_letter", "refused", "good"]
        assert (table.good_rows, table.bad_rows) == (1, 2)

    def test_the_rows_of_a_letter_must_agree_about_it_or_be_silent(self, consultation):
        silent = {"letter": "1", "place": "1.2", "change": "Dalej"}
        assert verdicts(checked(consultation, [row(), row(letter="2"), silent])) == ["good"] * 3
        table = checked(consultation, [row(), row(name="Kto Inny")])
        assert problems(table) == [("name", "differs")]

    def test_values_are_known_by_code_and_by_name_in_each_language(self, consultation):
        DistrictFactory(slug="wieniawa", name="Wieniawa")
        table = checked(
            consultation,
            [
                row(letter="1", channel="List", topic="zieleń", district="WIENIAWA", kind="r"),
                row(letter="2", channel="service_desk", topic="zielen", district="wieniawa", kind="question"),
                row(letter="3", channel="e-mail", sender_kind="organizacja", representative="Anna", signed="nie"),
                row(letter="4", place="f2", kind="add", wording="Nowe"),
                row(letter="5", place="2", kind=""),
                row(letter="6", place="dokument"),
            ],
        )
        assert problems(table) == []

    def test_a_letter_of_more_than_two_hundred_remarks_is_refused(self, consultation):
        table = checked(consultation, [row(change=str(n)) for n in range(201)])
        assert problems(table) == [("letter", "too_many_remarks")]
        assert table.good_rows == 0

    def test_a_number_cell_that_can_mean_two_passages_and_a_date_cell_are_asked_about(self, consultation):
        version = consultation.draft.versions.get()
        chapter = version.chapters.get(number=1)
        PassageText.objects.create(
            version=version, chapter=chapter, position=10, wording="Dziesiąty",
            passage=consultation.draft.passages.create(code="f99"),
        )  # fmt: skip
        content = as_xlsx([row(place=1.1), row(letter="2", place=1.2), row(letter="3", place=dt.date(2021, 3, 2))])
        table = checked(consultation, content)
        assert problems(table) == [("place", "place_is_number"), ("place", "place_is_date")]

    def test_unknown_values_are_listed_once_with_those_that_are_allowed(self, consultation, client, sign_in):
        table = checked(consultation, [row(letter=str(n), topic="Smoki") for n in range(7)])
        sign_in(Role.COORDINATOR)
        page = text_of(client.get(desk("table_import", consultation, table.pk)))
        assert page.count("Smoki 7") == 1
        assert "Zieleń" in page

    def test_a_file_that_is_no_table_says_so_and_is_not_kept(self, consultation, client, sign_in):
        table = checked(consultation, b"%PDF-1.7\x00")
        assert table.state == "failed"
        assert not table.file.storage.exists(table.file.name)
        sign_in(Role.COORDINATOR)
        assert 'role="alert"' in client.get(desk("table_import", consultation, table.pk)).content.decode()

    def test_the_filled_in_template_is_right_row_by_row(self, consultation):
        import io

        import openpyxl

        book = openpyxl.load_workbook(io.BytesIO(template_xlsx(consultation, now=DURING)))
        sheet = book["Uwagi"]
        example = [cell.value for cell in sheet[2]]
        for column, value in enumerate(example, start=1):
            sheet.cell(3, column, value)
        sheet.cell(3, 1, "17")
        out = io.BytesIO()
        book.save(out)
        table = checked(consultation, out.getvalue())
        assert (problems(table), verdicts(table)) == ([], ["good"])


class TestEnter:
    def test_rows_of_one_letter_become_one_submission_with_its_remarks_in_order(self, consultation):
        rows = [
            row(signed="nie", lodged="29.11.2021", email="maria@example.org"),
            row(letter="2", name="Stowarzyszenie", sender_kind="organisation", representative="Anna"),
            row(place="2", change="Drugi"),
            row(place="0", change="Trzeci", topic="zielen"),
        ]
        rows[2] |= {"signed": "", "lodged": "", "email": ""}
        rows[3] |= {"signed": "", "lodged": "", "email": ""}
        table = enter(checked(consultation, rows))
        assert (table.state, table.entered_submissions) == ("entered", 2)
        first, second = Submission.objects.order_by("number")
        assert list(first.remarks.order_by("ordinal").values_list("change", "target")) == [
            ("Więcej drzew.", "passage"), ("Drugi", "chapter"), ("Trzeci", "document"),
        ]  # fmt: skip
        assert (first.lodged_on, warsaw_day(first.received_at)) == (dt.date(2021, 11, 29), dt.date(2021, 11, 30))
        assert (second.sender_kind, second.representative) == ("organisation", "Anna")
        assert HistoryEntry.objects.get(submission=first).after["signed"] is False
        assert Message.objects.get().recipient == "maria@example.org"
        assert recount(Consultation.objects.get()) == []

    def test_everything_is_refused_while_a_row_is_and_then_nothing_is_entered(self, consultation):
        table = checked(consultation, [row(), row(letter="2", place="9.9")])
        with pytest.raises(RowsRefused):
            choose(table, everything=True, by=person(Role.COORDINATOR))
        assert RemarkImport.objects.get().state == "checked"
        assert Job.objects.filter(kind="enter-table").count() == 0

    def test_the_accepted_letters_are_entered_and_the_refused_are_not(self, consultation):
        table = enter(checked(consultation, [row(), row(letter="2"), row(letter="2", place="9.9")]), everything=False)
        assert table.entered_submissions == 1
        assert Remark.objects.count() == 1

    @pytest.mark.parametrize("save", [as_csv, as_xlsx])
    def test_the_same_letters_again_add_nothing(self, consultation, save):
        rows = [row(), row(letter="2"), row(letter="", change="Bez numeru"), row(letter="", change="Bez numeru")]
        enter(checked(consultation, rows))
        assert Submission.objects.count() == 4
        again = checked(consultation, save(rows))
        assert (verdicts(again), again.known_rows) == (["known"] * 4, 4)
        assert enter(again).entered_submissions == 0
        more = enter(checked(consultation, save([*rows, row(letter="3")])))
        assert more.entered_submissions == 1
        assert Submission.objects.count() == 5

    def test_the_mended_table_adds_only_what_was_refused(self, consultation):
        enter(checked(consultation, [row(), row(letter="2", place="9.9")]), everything=False)
        enter(checked(consultation, [row(), row(letter="2", place="1.2")]))
        assert sorted(Remark.objects.values_list("passage__code", flat=True)) == ["f1", "f2"]

    def test_a_killed_worker_is_followed_by_one_that_goes_on(self, consultation, monkeypatch):
        monkeypatch.setattr(tables, "REMARKS_AT_ONCE", 2)
        table = checked(consultation, [row(letter=str(n)) for n in range(6)])
        real, calls = tables._enter, []

        def dies_at_the_third(*arguments, **keywords):
            calls.append(1)
            if len(calls) == 3:
                raise KeyError
            return real(*arguments, **keywords)

        monkeypatch.setattr(tables, "_enter", dies_at_the_third)
        choose(table, everything=True, by=person(Role.COORDINATOR))
        jobs.run_due()
        assert (RemarkImport.objects.get().state, Submission.objects.count()) == ("entering", 4)
        jobs.run_due()
        table = RemarkImport.objects.get()
        assert (table.state, table.entered_submissions, Submission.objects.count()) == ("entered", 6, 6)
        assert list(Submission.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]
        assert recount(Consultation.objects.get()) == []

    def test_after_three_failures_one_can_go_on_by_hand(self, consultation, monkeypatch, client, sign_in):
        table = checked(consultation, [row()])
        with monkeypatch.context() as patch:
            patch.setattr(tables, "_enter", lambda *a, **k: 1 / 0)
            choose(table, everything=True, by=person(Role.COORDINATOR))
            for _ in range(3):
                jobs.run_due()
        assert Job.objects.get(kind="enter-table").state == "failed"
        sign_in(Role.COORDINATOR)
        client.post(desk("table_import", consultation, table.pk), {"action": "accepted"})
        jobs.run_due()
        assert RemarkImport.objects.get().state == "entered"

    def test_what_has_become_wrong_since_the_check_goes_back_to_be_decided(self, consultation):
        table = checked(consultation, [row(topic="zielen")])
        consultation.topics.all().delete()
        table = enter(table)
        assert (table.state, problems(table)) == ("checked", [("topic", "unknown")])
        assert Submission.objects.count() == 0

    @pytest.mark.parametrize("state", ["waiting", "entering", "entered", "failed", "discarded"])
    def test_only_a_checked_table_can_be_chosen(self, consultation, state):
        table = checked(consultation, [row()])
        RemarkImport.objects.update(state=state)
        with pytest.raises(ImportNotReady):
            choose(table, everything=True, by=person(Role.COORDINATOR))

    def test_two_choices_enter_once(self, consultation):
        table = checked(consultation, [row()])
        choose(table, everything=True, by=person(Role.COORDINATOR))
        with pytest.raises(ImportNotReady):
            choose(table, everything=False, by=person(Role.COORDINATOR))

    def test_the_file_is_forgotten_when_its_letters_are_entered(self, consultation):
        table = enter(checked(consultation, [row()]))
        assert not table.file.storage.exists(table.file.name)

    def test_a_discarded_table_enters_nothing_and_its_file_is_gone(self, consultation):
        table = checked(consultation, [row()])
        discard(table, by=person(Role.COORDINATOR))
        assert not table.file.storage.exists(table.file.name)
        with pytest.raises(ImportNotReady):
            choose(table, everything=True, by=person(Role.COORDINATOR))
        with pytest.raises(ImportNotReady):
            discard(table, by=person(Role.COORDINATOR))

    def test_a_table_whose_check_always_breaks_can_be_thrown_away(self, consultation, client, sign_in, monkeypatch):
        """Otherwise its file, full of personal data, would lie there for good."""
        monkeypatch.setattr(tables, "read_table", lambda content: 1 / 0)
        table = checked(consultation, [row()])
        jobs.run_due()
        jobs.run_due()
        sign_in(Role.COORDINATOR)
        address = desk("table_import", consultation, table.pk)
        assert 'value="discard"' in client.get(address).content.decode()
        client.post(address, {"action": "discard"})
        assert RemarkImport.objects.get().state == "discarded"
        assert not table.file.storage.exists(table.file.name)

    def test_a_table_thrown_away_before_its_check_fails_no_job(self, consultation):
        upload = SimpleUploadedFile("uwagi.csv", as_csv([row()]))
        discard(bring_in(consultation, upload=upload, by=person(Role.COORDINATOR)), by=person(Role.COORDINATOR))
        jobs.run_due()
        assert (Job.objects.get().state, RemarkImport.objects.get().state) == ("done", "discarded")

    @pytest.mark.parametrize("role", [role for role in [*Role, None] if role != Role.COORDINATOR])
    def test_only_coordinators_may(self, consultation, role):
        table = checked(consultation, [row()])
        somebody = person(role) if role else person()
        for verb in (
            lambda: bring_in(consultation, upload=SimpleUploadedFile("x.csv", as_csv([row()])), by=somebody),
            lambda: choose(table, everything=True, by=somebody),
            lambda: discard(table, by=somebody),
        ):
            with pytest.raises(NotPermitted):
                verb()

    def test_statements_grow_with_the_chunks_and_not_with_the_letters(self, consultation, connection_queries):
        def queries(letters: int):
            table = checked(
                consultation, [row(letter=f"{letters}-{n}", change=f"{letters}-{n}") for n in range(letters)]
            )
            choose(table, everything=True, by=person(Role.COORDINATOR))
            return connection_queries(jobs.run_due)

        queries(1)
        assert queries(4) == queries(12)


class TestPages:
    @pytest.fixture(autouse=True)
    def _clerk(self, sign_in):
        sign_in(Role.COORDINATOR)

    def test_from_the_upload_to_the_register(self, consultation, client):
        upload = SimpleUploadedFile("uwagi.csv", as_csv([row(), row(letter="2")]))
        answer = client.post(desk("table_imports", consultation), {"file": upload})
        page = answer.headers["Location"]
        assert "data-job-done" not in client.get(page).content.decode()
        jobs.run_due()
        assert 'value="everything"' in client.get(page).content.decode()
        client.post(page, {"action": "everything"})
        assert 'class="job' in client.get(page).content.decode()
        jobs.run_due()
        assert Submission.objects.count() == 2
        assert client.get(desk("table_imports", consultation)).status_code == 200

    def test_no_button_enters_nothing(self, consultation, client):
        table = checked(consultation, [row()])
        assert client.post(desk("table_import", consultation, table.pk), {}).status_code == 400
        assert RemarkImport.objects.get().state == "checked"

    def test_no_file_gets_a_sentence(self, consultation, client):
        assert client.post(desk("table_imports", consultation), {}).status_code == 422

    def test_rows_come_a_page_at_a_time_and_only_the_refused_when_asked(self, consultation, client):
        rows = [row(letter=str(n), place="9.9" if n % 2 else "1.1") for n in range(250)]
        page = desk("table_import", consultation, checked(consultation, rows).pk)
        assert client.get(page).content.decode().count('scope="row"') == 100
        second = client.get(page, {"after": "101"}).content.decode()
        assert ">102</th>" in second
        assert ">101</th>" not in second
        refused = client.get(page + "?odrzucone&after=200").content.decode()
        assert refused.count('scope="row"') == 26
        assert refused.count('class="refused"') == 26

    def test_queries_of_the_verdicts_do_not_grow_with_the_rows(self, consultation, client, connection_queries):
        def queries(number: int):
            table = checked(consultation, [row(letter=str(n), topic="Smoki") for n in range(number)])
            return connection_queries(lambda: client.get(desk("table_import", consultation, table.pk)))

        queries(1)
        assert queries(2) == queries(90)

    def test_queries_of_the_list_do_not_grow_with_the_imports(self, consultation, client, connection_queries):
        page = desk("table_imports", consultation)
        checked(consultation, [row()])
        client.get(page)
        few = connection_queries(lambda: client.get(page))
        for number in range(8):
            checked(consultation, [row(letter=str(number))])
        assert connection_queries(lambda: client.get(page)) == few

    @pytest.mark.parametrize("form", ["xlsx", "csv"])
    def test_the_template_can_be_downloaded(self, consultation, client, form):
        answer = client.get(desk("table_imports", consultation) + f"wzor.{form}")
        assert answer.status_code == 200
        assert f".{form}" in answer.headers["Content-Disposition"]


value = st.sampled_from(
    ["", "paper", "1.1", "30.11.2021", "tak", "x" * 6000, "\x00", "ĄŻ", "=1", "9" * 30, "0"]
) | st.text(max_size=20)
cells = st.builds(Cell, value, st.sampled_from(["text", "number", "date"]))


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(st.dictionaries(st.sampled_from(list(COLUMNS)), cells), min_size=1, max_size=6))
def test_no_cells_make_the_judge_crash_and_no_fault_is_entered(consultation, rows):
    version = version_of_letters(consultation, DURING)
    read = [Row(number, one) for number, one in enumerate(rows, start=2)]
    letters = judge(read, consultation=consultation, version=version, now=DURING)
    assert sorted(one.number for letter in letters for one in letter.judged) == [one.number for one in read]
    for letter in letters:
        assert (letter.entry is None) == letter.is_refused
    assert len({letter.digest for letter in letters}) == len(letters)


def test_numbers_of_imported_letters_are_unique_in_their_consultation(consultation):
    other = factories.consultation_with_draft()
    enter(checked(consultation, [row()]))
    enter(checked(other, [row()]))
    assert ImportedLetter.objects.count() == 2
