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
from django.utils import timezone

from consultations.errors import (
    BasketChanged,
    ConsultationClosed,
    NothingToSend,
    RemarkGone,
    SenderIncomplete,
    TooManyRemarks,
)
from consultations.models import Attachment, Basket, BasketRemark, Consultation
from consultations.models.remarks import Submission, is_token
from consultations.services.attachments import delete_files_on_commit, hand_over
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
    now: dt.datetime | None = None,
) -> BasketRemark:
    """Put a remark into the browser's basket, making the basket if need be.

    The same form with the same text twice adds it once; the same form with another text (somebody went back and wrote
    on) adds a second remark, so that neither text is lost. Raises ConsultationClosed, TooManyRemarks,
    TargetNotInDraft.
    """
    now = now or timezone.now()
    if not consultation.is_open(now):
        raise ConsultationClosed
    refuse_foreign_targets(consultation, [remark])
    token = _digest([form_token, _plain(remark)])
    with transaction.atomic():
        # Holds the basket's row: two windows that add at once are counted one after the other.
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
        return BasketRemark.objects.create(basket=basket, form_token=token, **_columns(remark))


def change_remark(kept: BasketRemark, *, remark: NewRemark, now: dt.datetime | None = None) -> BasketRemark:
    """Replace what a remark in the basket says. Raises ConsultationClosed, RemarkGone, TargetNotInDraft."""
    now = now or timezone.now()
    consultation = kept.basket.consultation
    if not consultation.is_open(now):
        raise ConsultationClosed
    refuse_foreign_targets(consultation, [remark])
    with transaction.atomic():
        Basket.objects.filter(pk=kept.basket_id).update(updated_at=now)
        if not BasketRemark.objects.filter(pk=kept.pk).update(**_columns(remark)):
            raise RemarkGone
    kept.refresh_from_db()
    return kept


def remove_remark(kept: BasketRemark, *, now: dt.datetime | None = None) -> None:
    """Take a remark out of the basket. Removing it twice changes nothing. Raises ConsultationClosed."""
    now = now or timezone.now()
    if not kept.basket.consultation.is_open(now):
        raise ConsultationClosed
    with transaction.atomic():
        Basket.objects.filter(pk=kept.basket_id).update(updated_at=now)
        BasketRemark.objects.filter(pk=kept.pk).delete()


def keep_sender(basket: Basket, *, sender: Sender, now: dt.datetime | None = None) -> Basket:
    """Remember who will send the basket, so that the review page can show it.

    Raises ConsultationClosed, and NothingToSend when the basket was sent in another window: saving it again would
    bring back a basket whose form token is used up.
    """
    now = now or timezone.now()
    if not basket.consultation.is_open(now):
        raise ConsultationClosed
    kept = Basket.objects.filter(pk=basket.pk).update(
        sender_kind=sender.kind,
        name=sender.name,
        representative=sender.representative,
        email=sender.email,
        phone=sender.phone,
        address=sender.address,
        district=sender.district,
        language=sender.language,
        updated_at=now,
    )
    if not kept:
        raise NothingToSend
    basket.refresh_from_db()
    return basket


def fingerprint(basket: Basket, remarks: Iterable[BasketRemark]) -> str:
    """A digest of all that would be sent. The review page carries it back, so that nothing unread is sent."""
    sender = [getattr(basket, name) for name in ("sender_kind", "name", "representative", "email", "phone", "address")]
    files = list(basket.attachments.order_by("pk").values_list("pk", "sha256"))
    return _digest([sender, basket.district_id, [[one.pk, _plain(one)] for one in remarks], files])


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
