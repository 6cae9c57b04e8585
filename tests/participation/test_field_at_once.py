"""Two tablets that bring the same cards at the same moment: each card is kept once, and neither tablet is refused."""

from __future__ import annotations

from functools import partial

import pytest
from django.core.management import CommandError, call_command

from accounts.roles import Role
from participation.field.reading import read_card
from participation.models import FieldCount, FieldItem, FieldKey, Voice
from participation.services.field import field_keys, receive_cards, receive_count
from tests.factories import DURING, person
from tests.factories_field import device, sent_card
from tests.factories_participation import held_event
from tests.parallel import at_once, database_for_threads

TABLETS = 3


@pytest.mark.django_db(transaction=True)
def test_overlapping_batches_sent_at_once_are_kept_once(tmp_path):
    event, by = held_event(), person(Role.EXPERT)
    tablets = [device(by) for _ in range(TABLETS)]
    cards = [read_card(sent_card(event)) for _ in range(40)]
    # In different orders: whoever locked crosswise would be refused by the database.
    orders = [cards, cards[::-1], cards[20:] + cards[:20]]
    with database_for_threads(tmp_path):
        answers = at_once(
            [
                partial(receive_cards, order, device=tablet, by=by, now=DURING)
                for order, tablet in zip(orders, tablets, strict=True)
            ]
        )
        assert [len(answer) for answer in answers] == [40] * TABLETS
        assert (Voice.objects.count(), FieldItem.objects.count()) == (40, 40)


@pytest.mark.django_db(transaction=True)
def test_a_headcount_sent_by_two_tabs_at_once_is_one(tmp_path):
    event, by = held_event(), person(Role.EXPERT)
    tablet = device(by)
    with database_for_threads(tmp_path):
        calls = [
            partial(receive_count, device=tablet, by=by, event=event.pk, title="", plus=plus, minus=0)
            for plus in (3, 7, 5)
        ]
        at_once(calls)
        assert list(FieldCount.objects.values_list("plus", "minus")) == [(7, 0)]


@pytest.mark.django_db(transaction=True)
def test_two_tablets_that_ask_for_the_first_key_get_the_same(tmp_path):
    by = person(Role.EXPERT)
    with database_for_threads(tmp_path):
        keys = at_once([partial(field_keys, by)] * 3)
        assert keys[0] == keys[1] == keys[2]
        assert FieldKey.objects.count() == 1


@pytest.mark.django_db
def test_a_worker_whose_tablet_was_lost_gets_another_key():
    by = person(Role.EXPERT)
    before = field_keys(by)
    call_command("rotate_field_key", by.email.upper())
    assert field_keys(by)[1:] == before
    with pytest.raises(CommandError):
        call_command("rotate_field_key", "nobody@example.org")
