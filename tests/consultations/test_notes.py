"""Private notes: who writes and reads them, whom they call, their files, and that nothing of them leaves the desk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from consultations import errors
from consultations.models import Note, NoteFile
from consultations.permissions import may_note, may_open_note_files
from consultations.services import attachments
from consultations.services.attachments import ORPHANED_AFTER, delete_orphan_files
from consultations.services.notes import mentionable_colleagues, mentioned_in, write_note
from lublin2030.lib.storage import private_storage
from notifications.errors import OutOfDate
from notifications.models import Message
from notifications.rendering import render
from tests import files_made
from tests.factories import UserFactory, person, remark_in_state

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

SECRET = "Zapytajmy prawników, zanim odpiszemy."


@pytest.fixture(autouse=True)
def _no_file_is_left():
    yield
    for name in list(attachments._files(attachments.NOTE_FOLDER)):
        private_storage().delete(name)


@pytest.fixture
def author():
    return person(Role.COORDINATOR)


@pytest.fixture
def anna():
    return UserFactory(name="Anna Nowak", roles=[Role.EXPERT])


@pytest.fixture
def remark(consultation):
    return remark_in_state(consultation, "assigned")


def page_of(client, remark) -> str:
    return str(client.get(reverse("desk:remark", args=[remark.pk])).content.decode())


# -- Who ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "may"), [(role, role in {Role.COORDINATOR, Role.EXPERT}) for role in Role])
def test_who_reads_remarks_writes_and_reads_notes_and_can_be_called(client, remark, author, role, may):
    user = person(role)
    client.force_login(user)
    write_note(remark, text=SECRET, by=author)
    seen = client.get(reverse("desk:remark", args=[remark.pk]))
    assert (may_note(user), SECRET in seen.content.decode(), user in mentionable_colleagues()) == (may, may, may)
    if not may:
        with pytest.raises(errors.NotPermitted):
            write_note(remark, text="x", by=user)


def test_an_account_that_is_closed_is_not_called(author):
    UserFactory(name="Ewa Dawna", roles=[Role.EXPERT], is_active=False)
    assert [one.name for one in mentionable_colleagues()] == [author.name]


def test_the_public_page_of_the_remark_shows_no_note(client, remark, author):
    write_note(remark, text=SECRET, by=author)
    assert SECRET not in client.get(remark.get_absolute_url()).content.decode()


# -- Whom a note calls ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("@Anna Nowak, co o tym myślisz?", ["Anna Nowak"]),
        ("Pytanie do @anna nowak.", ["Anna Nowak"]),
        ("@Anna Nowakowska i @Jan Lis", ["Anna Nowakowska", "Jan Lis"]),
        ("@Anna Nowak-Lis", []),
        ("Anna Nowak wie, pisz na a@nowak.example.org", []),
        ("@Anna", []),
        ("@Anna Nowak @Anna Nowak", ["Anna Nowak"]),
    ],
)
def test_a_name_after_at_calls_the_colleague(text, called):
    people = [UserFactory(name=name) for name in ("Anna Nowak", "Anna Nowakowska", "Jan Lis")]
    assert [one.name for one in mentioned_in(text, people)] == called


def test_who_may_not_read_the_remark_is_not_called(remark, author):
    UserFactory(name="Piotr Radny", roles=[Role.COUNCILLOR])
    note = write_note(remark, text="@Piotr Radny, proszę spojrzeć", by=author)
    assert (list(note.mentions.all()), Message.objects.filter(kind="mention").count()) == ([], 0)


def test_nobody_is_told_of_an_own_note(remark, author):
    write_note(remark, text=f"@{author.name} pamiętaj", by=author)
    assert not Message.objects.filter(kind="mention").exists()


@pytest.mark.parametrize("language", ["pl", "en", "uk"])
def test_the_called_get_a_mail_with_the_number_and_the_link_and_no_words(remark, author, anna, language):
    note = write_note(remark, text=f"@Anna Nowak {SECRET}", by=author)
    message = Message.objects.get(kind="mention")
    message.language = language
    mail = render(message)
    whole = mail.subject + mail.text + mail.html
    assert message.recipient == anna.email
    assert remark.public_number in mail.subject
    assert f"/biurko/uwagi/{remark.pk}/#notatka-{note.pk}" in mail.text
    assert SECRET not in whole
    assert remark.change not in whole


def test_who_has_lost_the_role_meanwhile_gets_no_mail(remark, author, anna):
    write_note(remark, text="@Anna Nowak", by=author)
    anna.groups.clear()
    with pytest.raises(OutOfDate):
        render(Message.objects.get(kind="mention"))


# -- Writing --------------------------------------------------------------------------------------------------------


def test_a_note_needs_a_word(remark, author):
    with pytest.raises(errors.NoteEmpty):
        write_note(remark, text=" \n ", by=author)


def with_a_file(remark, by, text="W załączeniu.") -> Note:
    return write_note(remark, text=text, files=[SimpleUploadedFile("plan.pdf", files_made.pdf())], by=by)


def file_address(note: Note) -> str:
    return reverse("desk:note_file", args=[note.files.get().pk])


def test_a_file_is_kept_with_its_note_and_is_saved_under_its_name(client, remark, author):
    note = with_a_file(remark, author)
    client.force_login(author)
    opened = client.get(file_address(note))
    assert (opened.status_code, opened["Content-Type"]) == (200, "application/pdf")
    assert "plan.pdf" in opened["Content-Disposition"]
    assert b"".join(opened.streaming_content).startswith(b"%PDF")


# Who may open the files of a note, by role and by what the person has to do with it.
OPENS = {
    ("coordinator", "nobody"): True,
    ("expert", "author"): True,
    ("expert", "called"): True,
    ("expert", "of the department"): False,
    ("expert", "nobody"): False,
    ("without a role", "author"): False,
    ("without a role", "called"): False,
    **{(str(role), "nobody"): False for role in Role if role not in {Role.COORDINATOR, Role.EXPERT}},
}


@pytest.mark.parametrize(("role", "tie"), OPENS)
def test_who_opens_the_files_of_a_note(client, remark, author, role, tie):
    is_former = role == "without a role"
    user = UserFactory(name="Anna Nowak", roles=[Role.EXPERT if is_former else Role(role)])
    if tie == "of the department":
        remark.department.members.add(user)
    note = with_a_file(remark, user if tie == "author" else author, "@Anna Nowak" if tie == "called" else "Pismo.")
    if is_former:
        user.groups.clear()
        user = type(user).objects.get(pk=user.pk)
    client.force_login(user)
    may = OPENS[role, tie]
    assert (may_open_note_files(user, note), client.get(file_address(note)).status_code) == (may, 200 if may else 403)


def test_who_may_not_open_a_file_reads_the_note_without_the_files_name(client, remark, author):
    note = with_a_file(remark, author)
    client.force_login(person(Role.EXPERT))
    page = page_of(client, remark)
    assert "W załączeniu." in page
    assert "plan.pdf" not in page
    assert file_address(note) not in page


@pytest.mark.parametrize("who", ["expert", "nobody"])
def test_a_file_that_is_not_there_is_told_apart_from_no_other(client, who):
    if who == "expert":
        client.force_login(person(Role.EXPERT))
    assert client.get(reverse("desk:note_file", args=[99])).status_code == (403 if who == "expert" else 302)


def test_a_file_without_its_note_is_swept_after_a_day_and_others_stay(remark, author):
    kept, lost = (
        write_note(remark, text="x", files=[files_made.upload(files_made.pdf())], by=author).files.get().file
        for _time in range(2)
    )
    NoteFile.objects.filter(file=lost.name).delete()
    later = timezone.now() + ORPHANED_AFTER + timedelta(days=365 * 100)
    assert delete_orphan_files(now=later) >= 1
    assert (kept.storage.exists(kept.name), lost.storage.exists(lost.name)) == (True, False)


def test_a_refused_file_keeps_the_note_out_and_its_words_in_the_form(client, sign_in, remark):
    sign_in(Role.COORDINATOR)
    fields = {"action": "note", "text": SECRET, "files": SimpleUploadedFile("a.exe", b"MZ\x00")}
    answer = client.post(reverse("desk:remark", args=[remark.pk]), fields)
    assert (answer.status_code, Note.objects.count(), NoteFile.objects.count()) == (422, 0, 0)
    assert SECRET in answer.content.decode()


def test_more_than_five_files_are_refused(remark, author):
    with pytest.raises(errors.TooManyAttachments):
        write_note(remark, text="x", files=[SimpleUploadedFile("a.pdf", files_made.pdf())] * 6, by=author)


def test_a_note_leads_back_to_itself_and_the_remark_stays_open(client, sign_in, remark):
    sign_in(Role.COORDINATOR)
    address = reverse("desk:remark", args=[remark.pk])
    answer = client.post(f"{address}?lista=1&moje=1", {"action": "note", "text": "Sprawdzam."})
    assert answer["Location"] == f"{address}?lista=1&moje=1#notatka-{Note.objects.get().pk}"


def test_many_notes_cost_the_page_no_query_more(client, sign_in, remark, author, connection_queries):
    sign_in(Role.COORDINATOR)
    write_note(remark, text="raz", by=author)
    page_of(client, remark)
    few = connection_queries(lambda: page_of(client, remark))
    for number in range(4):
        write_note(remark, text=f"nr {number}", files=[SimpleUploadedFile("a.pdf", files_made.pdf())], by=author)
    assert connection_queries(lambda: page_of(client, remark)) == few
