"""A letter is saved as it is typed: restored after a crash, never overwritten by another window or another clerk."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from consultations.errors import LetterChanged, NotPermitted
from consultations.models import LetterDraft, Submission
from consultations.services import intake, submissions
from consultations.services.intake import discard_letter_draft, save_letter_draft
from tests import factories
from tests.consultations.clerks import desk, letter, typed
from tests.consultations.residents import text_of
from tests.factories import DURING, person
from tests.parallel import at_once, database_for_threads

pytestmark = pytest.mark.usefixtures("during")

CONTENT = {"fields": {"name": "Maria"}, "remarks": [{"place": "1.1", "change": "Zmiana"}]}


def save(consultation, by, **fields):
    values: dict[str, Any] = {"form_token": "letter-token", "revision": 0, "content": CONTENT, "now": DURING}
    return save_letter_draft(consultation, by=by, **(values | fields))


class TestSave:
    @pytest.fixture
    def clerk(self, db):
        return person(Role.COORDINATOR)

    def test_each_save_raises_the_revision(self, consultation, clerk):
        assert save(consultation, clerk).revision == 1
        assert save(consultation, clerk, revision=1, content={"fields": {"name": "Anna"}}).revision == 2
        assert LetterDraft.objects.get().content["fields"] == {"name": "Anna"}

    @pytest.mark.parametrize("revision", [0, 1, 3])
    def test_a_window_that_is_behind_overwrites_nothing(self, consultation, clerk, revision):
        save(consultation, clerk)
        save(consultation, clerk, revision=1)
        with pytest.raises(LetterChanged):
            save(consultation, clerk, revision=revision, content={}, window="other", save=9)
        assert LetterDraft.objects.get().content["fields"] == {"name": "Maria"}

    def test_a_window_that_did_not_hear_the_answer_goes_on(self, consultation, clerk):
        save(consultation, clerk, window="mine", save=1)
        # The answer with revision 1 was lost on the way; the window asks again with what it knows.
        assert save(consultation, clerk, window="mine", save=2, content={"fields": {"name": "Anna"}}).revision == 2
        with pytest.raises(LetterChanged):
            save(consultation, clerk, window="mine", save=1, content={})  # an old request, late

    def test_another_clerk_cannot_touch_it(self, consultation, clerk):
        save(consultation, clerk)
        with pytest.raises(LetterChanged):
            save(consultation, person(Role.COORDINATOR), revision=1, content={})
        assert not discard_letter_draft(LetterDraft.objects.get(), by=person(Role.COORDINATOR))
        assert LetterDraft.objects.get().content["fields"] == {"name": "Maria"}

    def test_an_entered_letter_is_no_draft_any_more(self, consultation, clerk):
        save(consultation, clerk)
        letter(consultation, by=clerk)
        assert LetterDraft.objects.count() == 0
        with pytest.raises(LetterChanged):
            save(consultation, clerk, revision=1)
        assert LetterDraft.objects.count() == 0

    def test_a_letter_entered_while_it_was_being_saved_leaves_no_draft(self, consultation, clerk, monkeypatch):
        looked: list[object] = []

        def enters_after_the_first_look(*arguments, **fields):
            found = real(*arguments, **fields)
            if not looked:
                looked.append(found)
                letter(consultation, by=clerk, form_token="letter-token")
            return found

        real = submissions.find_submission
        monkeypatch.setattr(intake, "find_submission", enters_after_the_first_look)
        with pytest.raises(LetterChanged):
            save(consultation, clerk)
        assert (LetterDraft.objects.count(), Submission.objects.count()) == (0, 1)

    @pytest.mark.parametrize("role", [role for role in [*Role, None] if role != Role.COORDINATOR])
    def test_only_coordinators_may(self, consultation, role):
        with pytest.raises(NotPermitted):
            save(consultation, person(role) if role else person())


class TestPage:
    @pytest.fixture(autouse=True)
    def clerk(self, db, sign_in):
        return sign_in(Role.COORDINATOR)

    def keep(self, client, consultation, *remarks, **fields):
        return client.post(
            desk("letter_draft", consultation), typed(*remarks, **({"window": "w", "save": "1"} | fields))
        )

    def test_what_is_typed_is_there_again_on_coming_back(self, consultation, client):
        answer = self.keep(client, consultation, {"place": "1.2", "change": "Niedokończ"}, name="Maria P.")
        assert (answer.status_code, answer.json()["revision"]) == (200, 1)
        page = client.get(desk("letter", consultation))
        assert "Niedokończ" in page.content.decode()
        assert "Fragment 1.2" in text_of(page)
        assert 'value="Maria P."' in page.content.decode()
        assert 'name="revision" value="1"' in page.content.decode()

    def test_nothing_typed_makes_no_draft(self, consultation, client):
        assert self.keep(client, consultation, name="").json()["revision"] == 0
        assert LetterDraft.objects.count() == 0

    def test_several_letters_are_listed_and_each_can_be_opened(self, consultation, client):
        for number in range(3):
            self.keep(client, consultation, name=f"Nadawca {number}", form_token=f"token-{number}")
        page = text_of(client.get(reverse("desk:intake")))
        assert all(f"Nadawca {number}" in page for number in range(3))
        draft = LetterDraft.objects.get(form_token="token-0")
        shown = client.get(desk("letter", consultation), {"szkic": draft.pk}).content.decode()
        assert 'value="Nadawca 0"' in shown
        assert 'value="Nadawca' not in client.get(desk("letter", consultation) + "?nowy").content.decode()

    def test_a_window_that_is_behind_is_told_in_words(self, consultation, client):
        self.keep(client, consultation)
        answer = self.keep(client, consultation, window="other")
        assert answer.status_code == 409
        assert answer.json()["words"]

    def test_signed_out_the_page_is_told_so_instead_of_being_sent_away(self, consultation, client):
        client.logout()
        answer = self.keep(client, consultation)
        assert (answer.status_code, answer.json()["signed_out"]) == (401, True)

    def test_after_signing_in_again_the_old_page_gets_a_new_token(self, consultation, clerk):
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(clerk)
        answer = strict.post(desk("letter_draft", consultation), typed())
        assert answer.status_code == 403
        again = strict.post(
            desk("letter_draft", consultation), typed(), headers={"X-CSRFToken": answer.json()["token"]}
        )
        assert again.status_code == 200

    def test_an_expired_form_comes_back_with_what_was_typed(self, consultation, clerk):
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(clerk)
        answer = strict.post(desk("letter", consultation), typed({"place": "1.1", "change": "Zostaje"}))
        assert answer.status_code == 403
        assert "Zostaje" in answer.content.decode()
        assert Submission.objects.count() == 0

    @pytest.mark.parametrize("role", [role for role in [*Role, None] if role != Role.COORDINATOR])
    def test_no_page_of_it_opens_for_others(self, consultation, client, role):
        client.force_login(person(role) if role else person())
        for name in ("letter", "letter_place", "discard_letter", "table_imports"):
            assert client.get(desk(name, consultation)).status_code == 403
        assert self.keep(client, consultation).status_code == 403
        assert client.get(reverse("desk:intake")).status_code == 403
        assert LetterDraft.objects.count() == 0

    def test_another_clerks_letter_is_not_to_be_found(self, consultation, client):
        draft = save(consultation, person(Role.COORDINATOR))
        assert client.get(desk("letter", consultation), {"szkic": draft.pk}).status_code == 404
        assert client.post(desk("discard_letter", consultation, query=f"?szkic={draft.pk}")).status_code == 404
        assert LetterDraft.objects.count() == 1

    def test_an_unfinished_letter_can_be_thrown_away_after_a_question(self, consultation, client, clerk):
        draft = save(consultation, clerk)
        address = desk("discard_letter", consultation, query=f"?szkic={draft.pk}")
        assert client.get(address).status_code == 200
        assert LetterDraft.objects.count() == 1
        client.post(address)
        assert LetterDraft.objects.count() == 0

    def test_queries_do_not_grow_with_the_letters(self, consultation, client, connection_queries):
        pages = [reverse("desk:intake"), reverse("desk:home"), desk("letter", consultation)]

        def queries() -> list[int]:
            return [connection_queries(lambda page=page: client.get(page)) for page in pages]

        for number in range(2):
            self.keep(client, consultation, form_token=f"token-{number}")
        queries()
        few = queries()
        for number in range(2, 12):
            self.keep(client, consultation, form_token=f"token-{number}")
        assert queries() == few


@pytest.mark.django_db(transaction=True)
def test_of_two_windows_that_save_at_once_one_is_refused(tmp_path):
    consultation = factories.consultation_with_draft()
    clerk = person(Role.COORDINATOR)
    save(consultation, clerk)

    def try_to(window: str) -> str:
        try:
            save(consultation, clerk, revision=1, window=window, save=1)
        except LetterChanged:
            return "refused"
        return window

    with database_for_threads(tmp_path):
        results = at_once([partial(try_to, f"w{n}") for n in range(6)])
        assert results.count("refused") == 5
        assert LetterDraft.objects.get().content["window"] in results
