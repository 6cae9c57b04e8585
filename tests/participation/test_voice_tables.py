"""A table of voices: every row's verdict first, then everything or the accepted rows; the same file adds nothing."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import jobs
from accounts.models import Job, User
from accounts.roles import Role
from lublin2030.lib import table_files
from participation import voice_words
from participation.errors import ImportNotReady, NotPermitted, ParticipationError, RowsRefused, TableUnreadable
from participation.models import Event, Voice, VoiceImport
from participation.services import voice_imports
from participation.services.voice_imports import bring_in, choose, discard, forget_old_imports
from participation.services.voices import note_voices
from participation.voice_table import LAYOUT, Lists, judge
from participation.voice_table_template import template_csv, template_xlsx
from stages.models import Process
from tests.factories import DURING, DistrictFactory, EventFactory, ProcessFactory, person
from tests.factories_participation import ThemeFactory, held_event
from tests.participation.voices import (
    NOTERS,
    ROLES,
    as_csv,
    as_xlsx,
    checked,
    problems,
    queries,
    somebody,
    table_row,
    verdicts,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

SignIn = Callable[..., User]


@pytest.fixture
def main() -> Process:
    return ProcessFactory(is_main=True)


@pytest.fixture
def event(main: Process) -> Event:
    return held_event(process=main, slug="punkt", title="Punkt na Rurach")


def enter(table: VoiceImport, *, everything: bool = True) -> VoiceImport:
    choose(table, everything=everything, by=person(Role.EDITOR))
    jobs.run_due()
    return VoiceImport.objects.get(pk=table.pk)


def test_nothing_is_entered_by_the_check(main: Process, event: Event) -> None:
    table = checked(main, as_csv([table_row(event)]))
    assert (table.state, table.good_rows, table.bad_rows, Voice.objects.count()) == ("checked", 1, 0, 0)


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"text": ""}, ("text", "missing")),
        ({"text": "x" * 5001}, ("text", "too_long")),
        ({"text": "a\x07b"}, ("text", "control_characters")),
        ({"question": "x" * 301}, ("question", "too_long")),
        ({"wording": ""}, ("wording", "missing")),
        ({"wording": "cudze"}, ("wording", "unknown")),
        ({"event": "nie-ma"}, ("event", "unknown")),
        ({"event": "przyszle"}, ("event", "not_held")),
        ({"event": "Dwa razy"}, ("event", "ambiguous")),
        ({"event": ""}, ("channel", "missing")),
        ({"channel": "gołąb"}, ("channel", "unknown")),
        ({"event": "", "channel": "cafe"}, ("day", "missing")),
        ({"day": "31.02.2021"}, ("day", "not_date")),
        ({"day": "02.12.2021"}, ("day", "future")),
        ({"theme": "Smoki"}, ("theme", "unknown")),
        ({"district": "Atlantyda"}, ("district", "unknown")),
        ({"age": "120"}, ("age", "unknown")),
        ({"language": "klingoński"}, ("language", "unknown")),
    ],
    ids=str,
)
def test_a_wrong_value_is_refused_with_its_fault(
    client: Client, sign_in: SignIn, main: Process, event: Event, fields: dict[str, str], fault: tuple[str, str]
) -> None:
    EventFactory(process=main, slug="przyszle", starts_at="2022-01-01T10:00Z")
    for _ in range(2):
        held_event(process=main, title="Dwa razy")
    table = checked(main, as_csv([table_row(event, **fields), table_row(event)]))
    assert fault in problems(table)
    assert verdicts(table) == ["refused", "good"]
    sign_in(Role.EDITOR)
    assert "%(" not in client.get(reverse("desk:voice_import", args=[table.pk])).content.decode()


def test_what_stands_in_the_rows_becomes_voices(main: Process, event: Event) -> None:
    theme = ThemeFactory(process=main, name="Zieleń", translations={"uk": {"name": "Зелень"}})
    district = DistrictFactory(name="Rury")
    rows = [
        table_row(event, theme="ЗЕЛЕНЬ", district="rury", age="75_over", language="uk", question="Czego brak?"),
        table_row(event, event="Punkt na Rurach", wording="paraphrase", day="29.11.2021", channel="letter"),
    ]
    table = enter(checked(main, as_xlsx(rows)))
    assert (table.state, table.entered_voices) == ("entered", 2)
    one, other = Voice.objects.order_by("pk")
    assert (one.theme, one.district, one.age_band, one.language) == (theme, district, "75_over", "uk")
    assert (one.channel, str(one.spoken_on), one.state) == ("mobile_point", "2021-11-30", "new")
    assert (other.event, other.wording, other.channel, str(other.spoken_on)) == (event, "paraphrase", "letter", "2021-11-29")  # fmt: skip  # noqa: E501
    assert not table.file.storage.exists(table.file.name)


def test_the_same_file_again_adds_nothing_and_says_so(main: Process, event: Event) -> None:
    content = as_csv([table_row(event), table_row(event)])
    enter(checked(main, content))
    again = checked(main, content)
    assert (verdicts(again), again.good_rows) == (["known", "known"], 0)
    enter(again)
    assert Voice.objects.count() == 2


def test_only_accepted_rows_are_entered_where_one_is_refused(main: Process, event: Event) -> None:
    table = checked(main, as_csv([table_row(event), table_row(event, text="")]))
    with pytest.raises(RowsRefused):
        choose(table, everything=True, by=person(Role.EDITOR))
    enter(table, everything=False)
    assert Voice.objects.count() == 1


def test_the_refused_rows_can_be_taken_away_mended_and_brought_in(
    client: Client, sign_in: SignIn, main: Process, event: Event
) -> None:
    table = checked(main, as_csv([table_row(event), table_row(event, theme="Smoki", text="=Dobry głos")]))
    sign_in(Role.EDITOR)
    answer = client.get(reverse("desk:voice_import_refused", args=[table.pk]))
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 2
    assert rows[1][1] == "'=Dobry głos"
    enter(table, everything=False)
    mended = answer.content.decode("utf-8-sig").replace("Smoki", "").encode()
    enter(checked(main, mended))
    assert Voice.objects.count() == 2


def test_personal_data_does_not_refuse_a_row_but_is_told(
    client: Client, sign_in: SignIn, main: Process, event: Event
) -> None:
    table = checked(main, as_csv([table_row(event, text="Dzwonić: 600 700 800")]))
    assert table.rows[1]["found"] == ["phone"]
    sign_in(Role.EDITOR)
    page = client.get(reverse("desk:voice_import", args=[table.pk]))
    assert page.context["with_found"] == 1
    assert "600 700 800" not in page.content.decode()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "utf-16", "cp1250"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_csv_is_read_however_it_was_saved(main: Process, event: Event, encoding: str, delimiter: str) -> None:
    enter(checked(main, as_csv([table_row(event, text="Żółć, gęś; jaźń")], encoding=encoding, delimiter=delimiter)))
    assert Voice.objects.get().text == "Żółć, gęś; jaźń"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"PK\x03\x04x", "broken"),
        (b"\xd0\xcf\x11\xe0", "old_excel"),
        ("nr;głos\n1;Ławki".encode("utf-16-le"), "not_table"),
        (b"nr;inne\n1;2", "no_columns"),
    ],
)
def test_what_is_no_table_fails_with_a_sentence(
    client: Client, sign_in: SignIn, main: Process, content: bytes, code: str
) -> None:
    table = checked(main, content)
    assert (table.state, table.failure.partition(":")[0]) == ("failed", code)
    sign_in(Role.EDITOR)
    html = client.get(reverse("desk:voice_import", args=[table.pk])).content.decode()
    assert "notice bad" in html
    assert "%(" not in html


def test_more_rows_than_the_limit_are_refused(main: Process, event: Event) -> None:
    with pytest.raises(table_files.TableUnreadable) as refusal:
        table_files.read_table(as_csv([table_row(event)] * 10_001), LAYOUT)
    assert refusal.value.code == "too_many_rows"
    assert "10" in voice_words.failure_in_words("too_many_rows:")


def test_a_file_that_is_too_large_is_not_looked_at(main: Process) -> None:
    upload = SimpleUploadedFile("x.csv", b"x")
    upload.size = 21 * 1024 * 1024
    with pytest.raises(TableUnreadable):
        bring_in(main, upload=upload, by=person(Role.EDITOR))


def test_a_killed_worker_goes_on_where_it_stopped(main: Process, event: Event, monkeypatch: Any) -> None:
    monkeypatch.setattr(voice_imports, "AT_ONCE", 2)
    table = checked(main, as_csv([table_row(event, text=f"Głos {n}") for n in range(5)]))
    real, calls = note_voices, []

    def dies_at_the_second(*arguments: Any, **keywords: Any) -> int:
        calls.append(1)
        if len(calls) == 2:
            raise KeyError
        return real(*arguments, **keywords)

    monkeypatch.setattr(voice_imports, "note_voices", dies_at_the_second)
    choose(table, everything=True, by=person(Role.EDITOR))
    jobs.run_due()
    assert (VoiceImport.objects.get().state, Voice.objects.count()) == ("entering", 2)
    jobs.run_due()
    table = VoiceImport.objects.get()
    assert (table.state, table.entered_voices, Voice.objects.count()) == ("entered", 5, 5)


def test_two_choices_enter_once(main: Process, event: Event) -> None:
    table = checked(main, as_csv([table_row(event)]))
    choose(table, everything=True, by=person(Role.EDITOR))
    with pytest.raises(ImportNotReady):
        choose(table, everything=True, by=person(Role.EDITOR))
    jobs.run_due()
    assert Voice.objects.count() == 1


def test_a_table_thrown_away_enters_nothing_and_its_file_is_gone(main: Process, event: Event) -> None:
    table = checked(main, as_csv([table_row(event)]))
    discard(table, by=person(Role.EDITOR))
    assert not table.file.storage.exists(table.file.name)
    with pytest.raises(ImportNotReady):
        choose(table, everything=True, by=person(Role.EDITOR))
    with pytest.raises(ImportNotReady):
        discard(table, by=person(Role.EDITOR))


@pytest.mark.parametrize("role", ROLES, ids=str)
def test_who_may_bring_in_and_choose(client: Client, main: Process, event: Event, role: Role | None) -> None:
    table, by = checked(main, as_csv([table_row(event)])), somebody(role)
    client.force_login(by)
    pages = [reverse("desk:voice_imports"), reverse("desk:voice_import", args=[table.pk])]
    pages += [reverse(f"desk:voice_template_{form}") for form in ("xlsx", "csv")]
    assert {client.get(page).status_code for page in pages} == ({200} if role in NOTERS else {403})
    if role in NOTERS:
        choose(table, everything=True, by=by)
        return
    for verb in (
        lambda: bring_in(main, upload=SimpleUploadedFile("x.csv", b"x"), by=by),
        lambda: choose(table, everything=True, by=by),
        lambda: discard(table, by=by),
    ):
        with pytest.raises(NotPermitted):
            verb()


def test_the_page_takes_the_file_and_the_choice(client: Client, sign_in: SignIn, main: Process, event: Event) -> None:
    sign_in(Role.EDITOR)
    upload = SimpleUploadedFile("głosy.csv", as_csv([table_row(event)]))
    page = client.post(reverse("desk:voice_imports"), {"file": upload}).headers["Location"]
    jobs.run_due()
    assert client.post(page, {"action": "burn"}).status_code == 400
    client.post(page, {"action": "everything"})
    jobs.run_due()
    assert Voice.objects.count() == 1
    assert client.post(page, {"action": "discard"}).status_code == 409
    assert client.post(reverse("desk:voice_imports"), {}).status_code == 422


def test_old_tables_and_verdicts_are_forgotten(main: Process, event: Event) -> None:
    entered = enter(checked(main, as_csv([table_row(event)])))
    undecided = checked(main, as_csv([table_row(event, text="Inny")]))
    assert forget_old_imports(now=DURING) == 0
    VoiceImport.objects.update(at="2021-10-01T10:00Z")
    assert forget_old_imports(now=DURING) == 2
    assert [VoiceImport.objects.get(pk=one.pk).rows for one in (entered, undecided)] == [[], []]
    assert not undecided.file.storage.exists(undecided.file.name)


@pytest.mark.parametrize("template", [template_xlsx, template_csv])
def test_the_template_names_every_column_and_its_example_is_no_row(
    main: Process, event: Event, template: Callable[..., bytes]
) -> None:
    with pytest.raises(table_files.TableUnreadable) as refusal:
        table_files.read_table(template(main, now=DURING), LAYOUT)
    assert refusal.value.code == "empty"


def test_queries_grow_with_the_chunks_and_not_with_the_rows(main: Process, event: Event) -> None:
    def entering(count: int) -> int:
        table = checked(main, as_csv([table_row(event, text=f"Głos {count} {n}") for n in range(count)]))
        return queries(lambda: enter(table))

    assert entering(1) == entering(30)


def test_every_refusal_has_words() -> None:
    for error in ParticipationError.__subclasses__():
        if error in voice_words._WORDS:
            refusal = error("empty") if error is TableUnreadable else error()
            assert len(voice_words.words_for(refusal)) > 15
            assert voice_words.status_for(refusal) in {403, 409, 422}


def test_a_job_that_always_fails_can_be_begun_again(main: Process, event: Event, monkeypatch: Any) -> None:
    table = checked(main, as_csv([table_row(event)]))
    with monkeypatch.context() as patch:
        patch.setattr(voice_imports, "note_voices", lambda *a, **k: 1 / 0)
        choose(table, everything=True, by=person(Role.EDITOR))
        for _ in range(3):
            jobs.run_due()
    assert Job.objects.get(kind=voice_imports.ENTER).state == "failed"
    assert enter(table).state == "entered"


texts = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(list(LAYOUT.columns)), texts))
def test_whatever_stands_in_the_cells_a_row_is_a_voice_or_has_its_faults(
    main: Process, event: Event, cells: dict[str, str]
) -> None:
    row = table_files.Row(2, {key: table_files.Cell(text) for key, text in cells.items()})
    judged = judge(row, process=main, lists=Lists.of(main), sha256="0", now=DURING)
    assert (judged.voice is None) == bool(judged.problems)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_bytes_make_the_reader_crash(content: bytes) -> None:
    with contextlib.suppress(table_files.TableUnreadable):
        assert table_files.read_table(content, LAYOUT).rows
