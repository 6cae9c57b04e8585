"""Continue a submission on another device: the link that opens a basket, by mail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from consultations.errors import ConsultationClosed, LinkNotFound, NothingToSend
from consultations.models import Basket, BasketRemark, Consultation
from consultations.services.attachments import join_files
from consultations.services.baskets import KEEP_DAYS, last_position
from consultations.services.senders import SENDER_FIELDS
from consultations.services.submissions import MOST_REMARKS
from consultations.signals import basket_link_asked
from lublin2030.lib.tokens import is_token, new_token


@dataclass(frozen=True, kw_only=True)
class Joined:
    """What came of opening a link: the shared basket, how many remarks were added to it and how many found no room."""

    basket: Basket
    added: int
    left_behind: int


def send_basket_link(basket: Basket, *, email: str, language: str, now: dt.datetime | None = None) -> Basket:
    """Have the link to the basket sent to an address; the basket gets its secret when it is asked for first.

    The address is kept on the message only. Raises ConsultationClosed, NothingToSend (the basket is empty, or was sent
    in another window), LinkAskedTooOften.
    """
    now = now or timezone.now()
    if not basket.consultation.is_open(now):
        raise ConsultationClosed
    with transaction.atomic():
        held = Basket.objects.select_for_update().filter(pk=basket.pk).first()
        if held is None or not held.remarks.exists():
            raise NothingToSend
        if held.link_token is None:
            held.link_token = new_token()
        held.updated_at = now
        held.save(update_fields=["link_token", "updated_at"])
        held.consultation = basket.consultation
        basket_link_asked.send(Basket, basket=held, email=email, language=language, now=now)
    return held


def find_linked_basket(
    consultation: Consultation, *, tokens: Iterable[str], now: dt.datetime | None = None
) -> Basket | None:
    """The basket that one of the links opens in the consultation, or none. The tokens may be anything.

    A link works for 30 days after the last change of its basket.
    """
    known = [token for token in tokens if is_token(token)]
    if not known:
        return None
    limit = (now or timezone.now()) - dt.timedelta(days=KEEP_DAYS)
    linked = Basket.objects.filter(consultation=consultation, link_token__in=known, updated_at__gte=limit)
    return linked.order_by("-updated_at").first()


def open_basket_link(
    consultation: Consultation, *, token: str, own: Basket | None, now: dt.datetime | None = None
) -> Joined:
    """Open the basket of a link on a device, and put what the device has gathered itself at its end.

    ``own`` is the device's own basket, or none. Nothing is lost: remarks beyond the most that one submission may carry
    stay in the device's own basket. Who sends is taken from there only where the linked basket does not know it. Twice
    the same changes nothing. Raises LinkNotFound, ConsultationClosed.
    """
    now = now or timezone.now()
    if not consultation.is_open(now):
        raise ConsultationClosed
    with transaction.atomic():
        found = find_linked_basket(consultation, tokens=[token], now=now)
        if found is None:
            raise LinkNotFound
        keys = sorted({found.pk, *([own.pk] if own is not None else [])})
        # In the order of their keys: two devices that open each other's links wait, and do not block each other.
        held = {one.pk: one for one in Basket.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
        linked = held.get(found.pk)
        if linked is None:
            raise LinkNotFound
        linked.consultation = consultation
        other = None if own is None or own.pk == linked.pk else held.get(own.pk)
        added = left = 0
        if other is not None:
            added, left = _move_remarks(other, linked)
            _take_sender(other, linked)
            join_files(other, linked)
            if not left:
                other.delete()
        linked.updated_at = now
        linked.save()
    return Joined(basket=linked, added=added, left_behind=left)


def _move_remarks(source: Basket, target: Basket) -> tuple[int, int]:
    """Put the source's remarks at the target's end as far as there is room: how many, and how many stay."""
    rows = list(source.remarks.all())
    room = max(MOST_REMARKS - target.remarks.count(), 0)
    taken = set(target.remarks.values_list("form_token", flat=True))
    last = last_position(target)
    for place, row in enumerate(rows[:room], start=1):
        row.basket = target
        row.position = last + place
        if row.form_token in taken:
            # The same text from the same form is there already; it is the sender's to say which one goes.
            row.form_token = new_token()
    BasketRemark.objects.bulk_update(rows[:room], ["basket", "position", "form_token"])
    return len(rows[:room]), len(rows[room:])


def _take_sender(source: Basket, target: Basket) -> None:
    if not target.name and not target.email:
        for name in SENDER_FIELDS:
            setattr(target, name, getattr(source, name))
