"""Gather remarks before they are sent, and send them."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from consultations.errors import ConsultationClosed, TooManyRemarks
from consultations.models import Basket, BasketRemark, Consultation
from consultations.models.remarks import Submission, new_token
from consultations.services.submissions import MOST_REMARKS, NewRemark, Receipt, Sender, receive_submission

KEEP_DAYS = 30


def find_basket(consultation: Consultation, *, cookie_key: str | None) -> Basket | None:
    """The basket of a browser in a consultation, or none."""
    if not cookie_key:
        return None
    return Basket.objects.filter(consultation=consultation, cookie_key=cookie_key).first()


def add_remark(
    consultation: Consultation,
    *,
    cookie_key: str,
    remark: NewRemark,
    form_token: str,
    language: str,
    now: dt.datetime | None = None,
) -> BasketRemark:
    """Put a remark into the browser's basket, making the basket if need be. The same form twice adds it once.

    Raises ConsultationClosed, TooManyRemarks.
    """
    now = now or timezone.now()
    if not consultation.is_open(now):
        raise ConsultationClosed
    with transaction.atomic():
        basket, _new = Basket.objects.update_or_create(
            consultation=consultation,
            cookie_key=cookie_key,
            defaults={"updated_at": now, "language": language},
        )
        if basket.remarks.count() >= MOST_REMARKS:
            raise TooManyRemarks
        kept, _added = BasketRemark.objects.get_or_create(
            basket=basket, form_token=form_token or new_token(), defaults=_columns(remark)
        )
    return kept


def change_remark(kept: BasketRemark, *, remark: NewRemark, now: dt.datetime | None = None) -> BasketRemark:
    """Replace what a remark in the basket says."""
    with transaction.atomic():
        for name, value in _columns(remark).items():
            setattr(kept, name, value)
        kept.save()
        Basket.objects.filter(pk=kept.basket_id).update(updated_at=now or timezone.now())
    return kept


def remove_remark(kept: BasketRemark) -> None:
    """Take a remark out of the basket. Removing it twice changes nothing."""
    BasketRemark.objects.filter(pk=kept.pk).delete()


def keep_sender(basket: Basket, *, sender: Sender, now: dt.datetime | None = None) -> Basket:
    """Remember who will send the basket, so that the review page can show it."""
    basket.sender_kind = sender.kind
    basket.name = sender.name
    basket.representative = sender.representative
    basket.email = sender.email
    basket.phone = sender.phone
    basket.address = sender.address
    basket.district = sender.district
    basket.language = sender.language
    basket.updated_at = now or timezone.now()
    basket.save()
    return basket


def send_basket(basket: Basket, *, now: dt.datetime | None = None) -> Receipt:
    """Send the basket's remarks as one submission and empty it.

    However often it is called, also at once from two tabs, one submission comes of one basket: its form token is the
    submission's. Raises what ``receive_submission`` raises; the basket then stays as it was.
    """
    kept = list(basket.remarks.select_related("passage", "chapter", "version", "topic", "district"))
    with transaction.atomic():
        receipt = receive_submission(
            basket.consultation,
            sender=Sender(
                kind=Submission.SenderKind(basket.sender_kind),
                name=basket.name,
                representative=basket.representative,
                email=basket.email,
                phone=basket.phone,
                address=basket.address,
                district=basket.district,
                language=basket.language,
            ),
            remarks=[
                NewRemark(
                    change=one.change,
                    wording=one.wording,
                    reason=one.reason,
                    passage=one.passage,
                    chapter=one.chapter,
                    version=one.version,
                    topic=one.topic,
                    district=one.district,
                )
                for one in kept
            ],
            form_token=basket.form_token,
            now=now,
        )
        if not receipt.is_new:
            return receipt
        # Only what was sent goes: a remark added meanwhile in another tab stays for the next submission.
        BasketRemark.objects.filter(pk__in=[one.pk for one in kept]).delete()
        if not BasketRemark.objects.filter(basket=basket).exists():
            Basket.objects.filter(pk=basket.pk).delete()
        else:
            Basket.objects.filter(pk=basket.pk).update(form_token=new_token())
    return receipt


def forget_old_baskets(*, now: dt.datetime | None = None) -> int:
    """Delete baskets that nobody has touched for 30 days, with the personal data in them; how many there were."""
    limit = (now or timezone.now()) - dt.timedelta(days=KEEP_DAYS)
    return Basket.objects.filter(updated_at__lt=limit).delete()[1].get(Basket._meta.label, 0)


def _columns(remark: NewRemark) -> dict[str, object]:
    return {
        "version": remark.version,
        "target": remark.target,
        "chapter": remark.chapter,
        "passage": remark.passage,
        "change": remark.change,
        "wording": remark.wording,
        "reason": remark.reason,
        "topic": remark.topic,
        "district": remark.district,
    }
