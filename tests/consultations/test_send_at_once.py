"""Double clicks and crowds: sending in many threads at once, on SQLite (in a file) and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from django.test import Client

from consultations.models import Basket, BasketRemark, Consultation, Remark, Submission
from consultations.services import baskets
from consultations.services.tallies import recount
from notifications.models import Message
from tests.consultations.residents import COOKIE, full_basket, hidden, url
from tests.factories import DURING, consultation_with_draft, passage_remark
from tests.parallel import at_once, database_for_threads

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def consultation():
    return consultation_with_draft()


def browser():
    client = Client()
    client.cookies["basket"] = COOKIE
    return client


def test_eight_clicks_on_send_make_one_submission_and_one_receipt(consultation, during, tmp_path):
    full_basket(consultation, remarks=3)
    with database_for_threads(tmp_path):
        form = hidden(browser().get(url("review", consultation)))
        answers = at_once([partial(browser().post, url("review", consultation), form) for _ in range(8)])
        assert [(answer.status_code, answer.headers.get("Location")) for answer in answers] == [
            (302, answers[0].headers.get("Location"))
        ] * 8
        assert Submission.objects.count() == 1
        assert Remark.objects.count() == 3
        assert Message.objects.count() == 1
        assert Basket.objects.count() == 0
        assert answers[0].headers["Location"].endswith("/potwierdzenie/")


def test_twenty_senders_at_once_get_the_numbers_1_to_20(consultation, tmp_path):
    ready = [full_basket(consultation, cookie_key=f"{n:043d}", remarks=2) for n in range(20)]
    with database_for_threads(tmp_path):
        receipts = at_once([partial(baskets.send_basket, basket, now=DURING) for basket in ready])
        assert sorted(receipt.submission.number for receipt in receipts) == list(range(1, 21))
        assert all(receipt.is_new for receipt in receipts)
        counted = Consultation.objects.get()
        assert (counted.last_number, counted.remark_count) == (20, 40)
        assert recount(counted) == []


def test_eight_clicks_on_add_make_one_basket_with_one_remark(consultation, tmp_path):
    with database_for_threads(tmp_path):
        add = partial(
            baskets.add_remark,
            consultation,
            cookie_key=COOKIE,
            remark=passage_remark(consultation),
            form_token="one-form",
            language="pl",
            now=DURING,
        )
        assert len({kept.pk for kept in at_once([add] * 8)}) == 1
        assert (Basket.objects.count(), BasketRemark.objects.count()) == (1, 1)


def test_a_remark_added_while_the_basket_is_sent_is_sent_or_kept(consultation, tmp_path):
    basket = full_basket(consultation)
    with database_for_threads(tmp_path):
        calls: list[Callable[[], object]] = [
            partial(
                baskets.add_remark,
                consultation,
                cookie_key=COOKIE,
                remark=passage_remark(consultation, change=f"Równocześnie {n}"),
                form_token=f"window-{n}",
                language="pl",
                now=DURING,
            )
            for n in range(6)
        ]
        calls.append(partial(baskets.send_basket, basket, now=DURING))
        at_once(calls)
        texts = [
            *Remark.objects.values_list("change", flat=True),
            *BasketRemark.objects.values_list("change", flat=True),
        ]
        assert sorted(texts) == sorted(["Zmiana 0", *(f"Równocześnie {n}" for n in range(6))])
        assert Submission.objects.count() == 1
