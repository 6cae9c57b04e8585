"""Remarks are gathered in any order and put into the sender's own before they are sent."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consultations.errors import ConsultationClosed, PlaceInOrderGone, RemarkGone
from consultations.models import Basket, BasketRemark, Remark
from consultations.services import baskets
from tests.consultations.residents import COOKIE, full_basket, url
from tests.factories import AFTER, DURING, consultation_with_draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def basket(consultation):
    return full_basket(consultation, remarks=4)


def order(basket):
    return [one.change.removeprefix("Zmiana ") for one in basket.remarks.all()]


def keys(basket):
    return [one.pk for one in basket.remarks.all()]


def move(basket, number, **beside):
    kept = basket.remarks.get(change=f"Zmiana {number}")
    named = {name: basket.remarks.get(change=f"Zmiana {other}").pk for name, other in beside.items()}
    return baskets.move_remark(kept, now=DURING, **named)


def test_remarks_stand_in_the_order_in_which_they_came(basket):
    assert order(basket) == ["0", "1", "2", "3"]


@pytest.mark.parametrize(
    ("number", "beside", "then", "place"),
    [
        (2, {"before": 1}, "0213", 2),
        (1, {"after": 2}, "0213", 3),
        (3, {"before": 0}, "3012", 1),
        (0, {"after": 3}, "1230", 4),
        (1, {"before": 2}, "0123", 2),
        (1, {"after": 0}, "0123", 2),
    ],
)
def test_a_remark_is_put_beside_another(basket, number, beside, then, place):
    assert move(basket, number, **beside) == place
    assert "".join(order(basket)) == then


def test_asking_twice_for_the_same_moves_once(basket):
    move(basket, 2, before=1)
    move(basket, 2, before=1)
    assert order(basket) == ["0", "2", "1", "3"]


def test_baskets_from_before_there_was_an_order_can_be_ordered(basket):
    BasketRemark.objects.update(position=0)
    move(basket, 3, before=2)
    assert order(basket) == ["0", "1", "3", "2"]


def test_the_order_is_kept_on_sending(basket):
    move(basket, 3, before=0)
    baskets.send_basket(Basket.objects.get(), now=DURING)
    assert list(Remark.objects.order_by("ordinal").values_list("change", flat=True)) == [
        "Zmiana 3",
        "Zmiana 0",
        "Zmiana 1",
        "Zmiana 2",
    ]


def test_a_new_order_has_to_be_read_before_sending(basket):
    read = baskets.fingerprint(basket, basket.remarks.all())
    move(basket, 3, before=0)
    assert baskets.fingerprint(basket, basket.remarks.all()) != read


def test_the_place_after_a_removal_is_free_for_no_other(basket):
    baskets.remove_remark(basket.remarks.get(change="Zmiana 1"), now=DURING)
    move(basket, 3, before=2)
    assert order(basket) == ["0", "3", "2"]


def test_beside_a_remark_that_is_gone_or_foreign_nothing_is_moved(basket):
    foreign = full_basket(consultation_with_draft(), cookie_key="f" * 43).remarks.get()
    kept = basket.remarks.first()
    for neighbour in (foreign.pk, 10**9, kept.pk):
        with pytest.raises(PlaceInOrderGone):
            baskets.move_remark(kept, before=neighbour, now=DURING)
    assert order(basket) == ["0", "1", "2", "3"]


def test_a_remark_that_is_gone_is_not_moved(basket):
    kept, other = basket.remarks.all()[:2]
    baskets.remove_remark(kept, now=DURING)
    with pytest.raises(RemarkGone):
        baskets.move_remark(kept, after=other.pk, now=DURING)


@pytest.mark.parametrize("beside", [{}, {"before": 1, "after": 2}])
def test_exactly_one_neighbour_is_named(basket, beside):
    with pytest.raises(ValueError, match="neighbour"):
        baskets.move_remark(basket.remarks.first(), now=DURING, **beside)


def test_nothing_is_moved_after_closing(basket):
    first, second = basket.remarks.all()[:2]
    with pytest.raises(ConsultationClosed):
        baskets.move_remark(first, after=second.pk, now=AFTER)


def test_the_number_of_queries_does_not_grow_with_the_remarks(consultation):
    def queries(basket):
        remarks = list(basket.remarks.all())
        with CaptureQueriesContext(connection) as captured:
            baskets.move_remark(remarks[-1], before=remarks[0].pk, now=DURING)
        return len(captured)

    few = queries(full_basket(consultation, remarks=2))
    assert queries(full_basket(consultation, remarks=20, cookie_key="m" * 43)) == few


# -- The page -------------------------------------------------------------------------------------------------------


def press(client, consultation, pk, **beside):
    return client.post(url("move_remark", consultation, pk), beside)


def test_the_arrows_lead_back_to_the_button_that_was_pressed_with_a_word(client, consultation, basket, during):
    client.cookies["basket"] = COOKIE
    first, second, third, fourth = keys(basket)
    answer = press(client, consultation, third, before=second)
    assert answer.url == f"{url('basket', consultation)}#wyzej-{third}"
    (word,) = get_messages(answer.wsgi_request)
    assert word.level_tag == "success"
    assert "2" in word.message
    assert "4" in word.message
    assert keys(basket) == [first, third, second, fourth]


def test_at_either_end_the_other_button_takes_over(client, consultation, basket, during):
    client.cookies["basket"] = COOKIE
    first, second, *_rest, last = keys(basket)
    assert press(client, consultation, second, before=first).url.endswith(f"#nizej-{second}")
    assert press(client, consultation, last, before=second).url.endswith(f"#nizej-{last}")
    assert press(client, consultation, last, after=keys(basket)[-1]).url.endswith(f"#wyzej-{last}")


def test_the_page_has_an_arrow_wherever_there_is_a_way(client, consultation, basket, during):
    client.cookies["basket"] = COOKIE
    html = client.get(url("basket", consultation)).content.decode()
    first, second, third, fourth = keys(basket)
    assert [f'id="wyzej-{one}"' in html for one in (first, second, third, fourth)] == [False, True, True, True]
    assert [f'id="nizej-{one}"' in html for one in (first, second, third, fourth)] == [True, True, True, False]
    assert f'name="before" value="{second}"' in html


def test_a_single_remark_has_no_arrows(client, consultation, during):
    client.cookies["basket"] = full_basket(consultation).cookie_key
    assert "data-move" not in client.get(url("basket", consultation)).content.decode()


def test_another_browsers_remarks_are_not_moved(client, consultation, basket, during):
    first, second, *_rest = keys(basket)
    client.cookies["basket"] = full_basket(consultation, cookie_key="o" * 43).cookie_key
    assert press(client, consultation, second, before=first).url == url("basket", consultation)
    assert keys(basket)[:2] == [first, second]


@pytest.mark.parametrize("beside", [{}, {"before": "x"}, {"before": "1", "after": "2"}, {"after": "9" * 60}])
def test_a_move_that_is_none_changes_nothing(client, consultation, basket, during, beside):
    client.cookies["basket"] = COOKIE
    before = keys(basket)
    assert press(client, consultation, before[0], **beside).url == url("basket", consultation)
    assert keys(basket) == before


def test_the_opened_address_of_a_move_moves_nothing_and_leads_to_the_basket(client, consultation, basket, during):
    client.cookies["basket"] = COOKIE
    first, second, *_rest = keys(basket)
    answer = client.get(url("move_remark", consultation, second), {"before": first})
    assert answer.url == url("basket", consultation)
    assert keys(basket)[:2] == [first, second]
