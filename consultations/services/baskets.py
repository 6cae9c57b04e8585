"""Gather remarks before they are sent, and send them.

Every verb that changes a basket holds its row until the commit. So a remark is never sent in one window while another
changes it unseen, and what a form says is kept, sent or refused, but not lost.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from consultations.errors import (
    BasketChanged,
    ConsultationClosed,
    NothingToSend,
    PlaceInOrderGone,
    RemarkChanged,
    RemarkGone,
    SenderChanged,
    SenderIncomplete,
    TooManyRemarks,
)
from consultations.models import Attachment, Basket, BasketRemark, Consultation
from consultations.models.remarks import Submission
from consultations.services.attachments import delete_files_on_commit, hand_over
from consultations.services.senders import SENDER_FIELDS, sender_fingerprint
from consultations.services.submissions import (
    MOST_REMARKS,
    NewRemark,
    Receipt,
    RemarkContent,
    Sender,
    enter_submission,
    find_submission,
    missing_fields,
    refuse_foreign_targets,
)
from lublin2030.lib.tokens import is_token

KEEP_DAYS = 30


def find_basket(consultation: Consultation, *, cookie_key: str | None) -> Basket | None:
    """The basket of a browser in a consultation, or none. The key may be anything a browser sends."""
    if not is_token(cookie_key):
        return None
    return Basket.objects.filter(consultation=consultation, cookie_key=cookie_key).first()


def add_remark(
    consultation: Consultation,
    *,
    cookie_key: str,
    remark: NewRemark,
    form_token: str,
    language: str,
    shared: Basket | None = None,
    now: dt.datetime | None = None,
) -> BasketRemark:
    """Put a remark at the end of the browser's basket, making the basket if need be.

    ``shared`` is the basket that the browser has opened by a link; where it was sent or deleted meanwhile, the remark
    goes into the browser's own. The same form with the same text twice adds it once; the same form with another text
    (somebody went back and wrote on) adds a second remark, so that neither text is lost. Raises ConsultationClosed,
    TooManyRemarks, TargetNotInDraft.
    """
    now = now or timezone.now()
    if not consultation.is_open(now):
        raise ConsultationClosed
    refuse_foreign_targets(consultation, [remark])
    token = _digest([form_token, _plain(remark)])
    with transaction.atomic():
        # Holds the basket's row: two windows that add at once are counted one after the other.
        basket = None if shared is None else _touch(shared, now, language=language)
        if basket is None:
            basket, _new = Basket.objects.update_or_create(
                consultation=consultation,
                cookie_key=cookie_key,
                defaults={"updated_at": now, "language": language},
                create_defaults={"updated_at": now, "language": language, "created_at": now},
            )
        kept = basket.remarks.filter(form_token=token).first()
        if kept is not None:
            return kept
        if basket.remarks.count() >= MOST_REMARKS:
            raise TooManyRemarks
        return BasketRemark.objects.create(
            basket=basket, form_token=token, position=last_position(basket) + 1, **_columns(remark)
        )


def change_remark(
    kept: BasketRemark, *, remark: NewRemark, revision: int, now: dt.datetime | None = None
) -> BasketRemark:
    """Replace what a remark in the basket says, if it still is what its form was opened with (``revision``).

    Saving what is saved already changes nothing. Raises ConsultationClosed, RemarkGone, RemarkChanged (somebody
    changed it meanwhile; nothing is overwritten), TargetNotInDraft.
    """
    now = now or timezone.now()
    consultation = kept.basket.consultation
    if not consultation.is_open(now):
        raise ConsultationClosed
    refuse_foreign_targets(consultation, [remark])
    with transaction.atomic():
        _touch(kept.basket, now)
        unchanged = BasketRemark.objects.filter(pk=kept.pk, revision=revision)
        if not unchanged.update(**_columns(remark), revision=F("revision") + 1):
            current = BasketRemark.objects.filter(pk=kept.pk).first()
            if current is None:
                raise RemarkGone
            if _plain(current) != _plain(remark):
                raise RemarkChanged
    kept.refresh_from_db()
    return kept


def move_remark(
    kept: BasketRemark,
    *,
    before: int | None = None,
    after: int | None = None,
    now: dt.datetime | None = None,
) -> int:
    """Put a remark right before or after another one of its basket (given by key); its place then, from 1.

    The neighbour is named, not a direction, so that two windows that ask for the same move it once. Raises
    ConsultationClosed, RemarkGone, PlaceInOrderGone; ValueError unless exactly one neighbour is named.
    """
    if (before is None) == (after is None):
        raise ValueError("Name one neighbour: before or after.")
    now = now or timezone.now()
    if not kept.basket.consultation.is_open(now):
        raise ConsultationClosed
    with transaction.atomic():
        _touch(kept.basket, now)
        rows = list(BasketRemark.objects.filter(basket=kept.basket_id).only("pk", "position"))
        order = [row.pk for row in rows]
        neighbour = before or after or 0
        if kept.pk not in order:
            raise RemarkGone
        if neighbour not in order or neighbour == kept.pk:
            raise PlaceInOrderGone
        order.remove(kept.pk)
        order.insert(order.index(neighbour) + (after is not None), kept.pk)
        place_of = {pk: place for place, pk in enumerate(order, start=1)}
        moved = [row for row in rows if row.position != place_of[row.pk]]
        for row in moved:
            row.position = place_of[row.pk]
        BasketRemark.objects.bulk_update(moved, ["position"])
    return place_of[kept.pk]


def remove_remark(kept: BasketRemark, *, now: dt.datetime | None = None) -> None:
    """Take a remark out of the basket. Removing it twice changes nothing. Raises ConsultationClosed."""
    now = now or timezone.now()
    if not kept.basket.consultation.is_open(now):
        raise ConsultationClosed
    with transaction.atomic():
        _touch(kept.basket, now)
        BasketRemark.objects.filter(pk=kept.pk).delete()


def keep_sender(basket: Basket, *, sender: Sender, read: str | None = None, now: dt.datetime | None = None) -> Basket:
    """Remember who will send the basket, so that the review page can show it.

    ``read`` is the ``sender_fingerprint`` of what the form was opened with; SenderChanged when it is another by now,
    unless the very same is to be saved. Raises ConsultationClosed, and NothingToSend when the basket was sent in
    another window: saving it again would bring back a basket whose form token is used up.
    """
    now = now or timezone.now()
    if not basket.consultation.is_open(now):
        raise ConsultationClosed
    with transaction.atomic():
        held = Basket.objects.select_for_update().filter(pk=basket.pk).first()
        if held is None:
            raise NothingToSend
        is_read = read is None or read == sender_fingerprint(held)
        was = sender_fingerprint(held)
        held.sender_kind = sender.kind
        held.name = sender.name
        held.representative = sender.representative
        held.email = sender.email
        held.phone = sender.phone
        held.address = sender.address
        held.district = sender.district
        if not is_read and sender_fingerprint(held) != was:
            raise SenderChanged
        held.language = sender.language
        held.updated_at = now
        held.save()
    basket.refresh_from_db()
    return basket


def fingerprint(basket: Basket, remarks: Iterable[BasketRemark]) -> str:
    """A digest of all that would be sent. The review page carries it back, so that nothing unread is sent.

    It covers who sends, and of each remark its place in the order, its revision, its kind and what it says,
    and the files.
    """
    sender = [getattr(basket, name) for name in SENDER_FIELDS]
    files = list(basket.attachments.order_by("pk").values_list("pk", "sha256"))
    return _digest([sender, [[one.pk, one.revision, _plain(one)] for one in remarks], files])


def send_basket(basket: Basket, *, reviewed: str | None = None, now: dt.datetime | None = None) -> Receipt:
    """Send the basket's remarks as one submission; the basket is gone afterwards.

    However often it is called, also at once from two tabs, one submission comes of one basket: its form token is the
    submission's. ``reviewed`` is the fingerprint of what the sender has read; BasketChanged when the basket differs
    from it. Raises NothingToSend, SenderIncomplete and what ``enter_submission`` raises; the basket then stays as it
    was.
    """
    with transaction.atomic():
        # Who comes second waits here; by then the row is gone and the submission can be found.
        held = Basket.objects.select_for_update().filter(pk=basket.pk, form_token=basket.form_token).first()
        if held is None:
            sent = find_submission(basket.consultation, form_token=basket.form_token)
            if sent is None:
                raise NothingToSend
            return Receipt(submission=sent, is_new=False)
        held.consultation = basket.consultation
        if missing_fields(held.consultation, held):
            raise SenderIncomplete
        kept = list(held.remarks.all())
        if reviewed is not None and reviewed != fingerprint(held, kept):
            raise BasketChanged
        # No other submission can have this token: the basket's row is ours until the commit, and goes with it.
        submission = enter_submission(
            basket.consultation,
            sender=Sender(
                kind=Submission.SenderKind(held.sender_kind),
                name=held.name,
                representative=held.representative,
                email=held.email,
                phone=held.phone,
                address=held.address,
                district=held.district,
                language=held.language,
            ),
            remarks=kept,
            form_token=held.form_token,
            now=now or timezone.now(),
        )
        hand_over(held, submission)
        held.delete()
    return Receipt(submission=submission)


def forget_old_baskets(*, now: dt.datetime | None = None) -> int:
    """Delete baskets that nobody has touched for 30 days, with the personal data in them; how many there were."""
    limit = (now or timezone.now()) - dt.timedelta(days=KEEP_DAYS)
    old = Basket.objects.filter(updated_at__lt=limit)
    with transaction.atomic():
        # Holds their rows: whoever comes back to one at this moment waits, and then begins a new one.
        list(old.select_for_update().values_list("pk"))
        delete_files_on_commit(Attachment.objects.filter(basket__in=old))
        return old.delete()[1].get(Basket._meta.label, 0)


def _touch(basket: Basket, now: dt.datetime, **fields: object) -> Basket | None:
    """Hold the basket's row until the commit and say that it is in use; the basket as it is, or none if it is gone."""
    if not Basket.objects.filter(pk=basket.pk).update(updated_at=now, **fields):
        return None
    return Basket.objects.get(pk=basket.pk)


def last_position(basket: Basket) -> int:
    """The position of the basket's last remark, 0 of an empty one. One query."""
    return basket.remarks.aggregate(last=Max("position"))["last"] or 0


def _columns(remark: NewRemark) -> dict[str, object]:
    return {
        "version": remark.version,
        "target": remark.target,
        "chapter": remark.chapter,
        "passage": remark.passage,
        "kind": remark.kind,
        "change": remark.change,
        "wording": remark.wording,
        "reason": remark.reason,
        "topic": remark.topic,
        "district": remark.district,
    }


def _plain(remark: RemarkContent) -> list[object]:
    places = (remark.version_id, remark.chapter_id, remark.passage_id, remark.topic_id, remark.district_id)
    return [remark.kind, remark.change, remark.wording, remark.reason, *places]


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()
