"""Two tabs of one basket do not overwrite each other: whoever comes second sees both texts and decides."""

from __future__ import annotations

from functools import partial

import pytest

from consultations.errors import RemarkChanged, RemarkGone, SenderChanged
from consultations.models import Basket, BasketRemark
from consultations.services import baskets
from consultations.services.senders import sender_fingerprint
from consultations.services.submissions import Sender
from tests.consultations.residents import COOKIE, PERSON, full_basket, hidden, text_of, url
from tests.factories import DURING, consultation_with_draft, passage_remark
from tests.parallel import at_once, database_for_threads

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


@pytest.fixture
def kept(client, consultation):
    client.cookies["basket"] = COOKIE
    return full_basket(consultation).remarks.get()


def save(client, consultation, kept, form, **fields):
    return client.post(url("edit_remark", consultation, kept.pk), form | {"change": ""} | fields)


def test_a_form_that_was_opened_before_a_change_is_not_saved_and_shows_both_texts(client, consultation, kept):
    form = hidden(client.get(url("edit_remark", consultation, kept.pk)))
    assert save(client, consultation, kept, form, change="Z pierwszej karty").status_code == 302
    answer = save(client, consultation, kept, form, change="Z drugiej karty")
    assert answer.status_code == 409
    assert "Z pierwszej karty" in text_of(answer)
    assert "Z drugiej karty" in text_of(answer)
    assert BasketRemark.objects.get().change == "Z pierwszej karty"


def test_saving_again_replaces_it_deliberately(client, consultation, kept):
    form = hidden(client.get(url("edit_remark", consultation, kept.pk)))
    save(client, consultation, kept, form, change="Z pierwszej karty")
    again = hidden(save(client, consultation, kept, form, change="Z drugiej karty"))
    assert save(client, consultation, kept, again, change="Z drugiej karty").status_code == 302
    assert BasketRemark.objects.get().change == "Z drugiej karty"


def test_both_can_be_kept(client, consultation, kept):
    form = hidden(client.get(url("edit_remark", consultation, kept.pk)))
    save(client, consultation, kept, form, change="Z pierwszej karty")
    again = hidden(save(client, consultation, kept, form, change="Z drugiej karty"))
    answer = save(client, consultation, kept, again, change="Z drugiej karty", add_as_new="1")
    assert answer.url == url("basket", consultation)
    assert [one.change for one in BasketRemark.objects.all()] == ["Z pierwszej karty", "Z drugiej karty"]


def test_a_third_change_in_between_is_seen_too(client, consultation, kept):
    form = hidden(client.get(url("edit_remark", consultation, kept.pk)))
    save(client, consultation, kept, form, change="Pierwsza")
    again = hidden(save(client, consultation, kept, form, change="Druga"))
    baskets.change_remark(kept, remark=passage_remark(consultation, change="Trzecia"), revision=2, now=DURING)
    answer = save(client, consultation, kept, again, change="Druga")
    assert answer.status_code == 409
    assert "Trzecia" in text_of(answer)


def test_a_form_with_a_fault_keeps_the_revision_it_was_opened_with(client, consultation, kept):
    form = hidden(client.get(url("edit_remark", consultation, kept.pk)))
    save(client, consultation, kept, form, change="Z pierwszej karty")
    faulty = save(client, consultation, kept, form)
    assert faulty.status_code == 422
    assert save(client, consultation, kept, hidden(faulty), change="Z drugiej karty").status_code == 409


@pytest.mark.parametrize("revision", ["", "0", "2", "x", "9" * 40])
def test_a_form_without_its_revision_overwrites_nothing(client, consultation, kept, revision):
    answer = save(client, consultation, kept, {}, change="Nowy tekst", revision=revision)
    assert answer.status_code == 409
    assert "Nowy tekst" in text_of(answer)
    assert BasketRemark.objects.get().change == "Zmiana 0"


def test_saving_what_is_saved_already_is_no_conflict(consultation, kept):
    same = passage_remark(consultation, change="To samo")
    assert baskets.change_remark(kept, remark=same, revision=1, now=DURING).revision == 2
    assert baskets.change_remark(kept, remark=same, revision=1, now=DURING).revision == 2


def test_a_removed_remark_is_gone_not_changed(consultation, kept):
    baskets.remove_remark(kept, now=DURING)
    with pytest.raises(RemarkGone):
        baskets.change_remark(kept, remark=passage_remark(consultation), revision=1, now=DURING)


# -- Who sends ------------------------------------------------------------------------------------------------------


def test_who_sends_is_not_overwritten_from_another_tab(client, consultation, kept):
    form = hidden(client.get(url("basket", consultation)))
    assert client.post(url("basket", consultation), PERSON | form | {"name": "Anna Pierwsza"}).status_code == 302
    answer = client.post(url("basket", consultation), PERSON | form | {"name": "Barbara Druga"})
    assert answer.status_code == 409
    assert "Anna Pierwsza" in text_of(answer)
    assert "Barbara Druga" in answer.content.decode()
    assert Basket.objects.get().name == "Anna Pierwsza"
    again = client.post(url("basket", consultation), PERSON | hidden(answer) | {"name": "Barbara Druga"})
    assert again.status_code == 302
    assert Basket.objects.get().name == "Barbara Druga"


def test_the_same_sender_twice_is_no_conflict(client, consultation, kept):
    form = hidden(client.get(url("basket", consultation)))
    for _ in range(2):
        answer = client.post(url("basket", consultation), PERSON | form | {"name": "Anna Pierwsza"})
        assert answer.status_code == 302


def test_a_form_of_the_sender_with_a_fault_keeps_what_it_was_opened_with(client, consultation, kept):
    form = hidden(client.get(url("basket", consultation)))
    client.post(url("basket", consultation), PERSON | form | {"name": "Anna Pierwsza"})
    faulty = client.post(url("basket", consultation), PERSON | form | {"name": ""})
    assert faulty.status_code == 422
    answer = client.post(url("basket", consultation), PERSON | hidden(faulty) | {"name": "Barbara Druga"})
    assert answer.status_code == 409


def test_the_verb_refuses_a_sender_that_was_read_before_a_change(consultation, kept):
    basket = Basket.objects.get()
    read = sender_fingerprint(basket)
    baskets.keep_sender(basket, sender=Sender(name="Anna"), now=DURING)
    with pytest.raises(SenderChanged):
        baskets.keep_sender(basket, sender=Sender(name="Barbara"), read=read, now=DURING)
    assert Basket.objects.get().name == "Anna"


# -- At the same moment ---------------------------------------------------------------------------------------------


def refused(call, error):
    try:
        call()
    except error:
        return True
    return False


@pytest.mark.django_db(transaction=True)
def test_of_eight_tabs_that_save_at_once_one_wins_and_seven_are_told(tmp_path):
    consultation = consultation_with_draft()
    kept = full_basket(consultation).remarks.get()
    with database_for_threads(tmp_path):
        calls = [
            partial(
                baskets.change_remark,
                kept,
                remark=passage_remark(consultation, change=f"Karta {n}"),
                revision=1,
                now=DURING,
            )
            for n in range(8)
        ]
        results = at_once([partial(refused, call, RemarkChanged) for call in calls])
        assert sorted(results) == [False] + [True] * 7
        saved = BasketRemark.objects.get()
        assert (saved.change, saved.revision) == (f"Karta {results.index(False)}", 2)


@pytest.mark.django_db(transaction=True)
def test_of_six_tabs_that_name_the_sender_at_once_one_wins(tmp_path):
    basket = full_basket(consultation_with_draft())
    read = sender_fingerprint(basket)
    with database_for_threads(tmp_path):
        calls = [
            partial(baskets.keep_sender, basket, sender=Sender(name=f"Osoba {n}"), read=read, now=DURING)
            for n in range(6)
        ]
        results = at_once([partial(refused, call, SenderChanged) for call in calls])
        assert sorted(results) == [False] + [True] * 5
        assert Basket.objects.get().name == f"Osoba {results.index(False)}"


@pytest.mark.django_db(transaction=True)
def test_moves_at_once_lose_no_remark_and_leave_one_order(tmp_path):
    basket = full_basket(consultation_with_draft(), remarks=6)
    remarks = list(basket.remarks.all())
    with database_for_threads(tmp_path):
        at_once([partial(baskets.move_remark, one, before=remarks[0].pk, now=DURING) for one in remarks[1:]])
        after = list(basket.remarks.all())
        assert {one.pk for one in after} == {one.pk for one in remarks}
        assert [one.position for one in after] == [1, 2, 3, 4, 5, 6]
        assert after[-1].pk == remarks[0].pk
