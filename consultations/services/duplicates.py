"""Find the same text again: a remark sent twice, or one text that many send.

What is the same is told by a digest, so that a hundred thousand remarks are searched by an index.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from django.db.models import Count, Min, Q

from consultations.models import BasketRemark, Consultation, Remark, Submission
from consultations.models.remarks import POSITION_STEP
from lublin2030.lib.plaintext import bare_words


class Texts(Protocol):
    """What a remark says."""

    @property
    def change(self) -> str: ...
    @property
    def wording(self) -> str: ...
    @property
    def reason(self) -> str: ...


def text_hash(remark: Texts) -> str:
    """128 bits, in hexadecimal, of what a remark says; empty when it says nothing (a passage to be removed).

    Equal for texts that differ in case, blanks or punctuation only.
    """
    parts = [bare_words(text) for text in (remark.change, remark.wording, remark.reason)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32] if any(parts) else ""


@dataclass(frozen=True)
class SameText:
    """In how many submissions a text stands, and the public address (``12.3``) of its first and its sender's first."""

    submissions: int
    first: str
    senders_first: str


def same_texts(remarks: Iterable[Remark], *, submission: Submission) -> dict[int, SameText]:
    """For staff: each of a submission's remarks whose text stands in another submission too, by its key. One query.

    ``first`` is empty for the remark that was the first itself, ``senders_first`` unless an earlier one came from the
    same e-mail address.
    """
    by_hash: dict[str, list[Remark]] = {}
    for remark in remarks:
        if remark.text_hash:
            by_hash.setdefault(remark.text_hash, []).append(remark)
    if not by_hash:
        return {}
    own_start = submission.number * POSITION_STEP
    by_sender = Q(submission__email__iexact=submission.email) if submission.email else Q(pk__in=[])
    rows = (
        Remark.objects.filter(consultation=submission.consultation_id, text_hash__in=by_hash)
        .order_by()
        .values("text_hash")
        .annotate(
            submissions=Count("submission", distinct=True),
            first=Min("position", filter=Q(position__lt=own_start)),
            senders_first=Min("position", filter=Q(position__lt=own_start) & by_sender),
        )
        .filter(submissions__gt=1)
    )
    return {
        remark.pk: SameText(row["submissions"], _address(row["first"]), _address(row["senders_first"]))
        for row in rows
        for remark in by_hash[row["text_hash"]]
    }


def already_public(consultation: Consultation, remarks: Iterable[BasketRemark], *, now: dt.datetime) -> dict[int, str]:
    """For a sender: the address in the register of the same text on the same place, by the key of the unsent remark.

    Only what the register shows anyway, whoever sent it: an answer that depended on the e-mail address that was typed
    would tell strangers who wrote a public remark (docs/adr/0016). One query, or none.
    """
    own = {one.pk: (text_hash(one), one.chapter_id, one.passage_id) for one in remarks}
    hashes = {digest for digest, _chapter, _passage in own.values() if digest}
    if not hashes or not consultation.shows_remarks(now):
        return {}
    rows = (
        Remark.objects.filter(consultation=consultation, text_hash__in=hashes, text_state=Remark.TextState.OPEN)
        .exclude(state=Remark.State.WITHDRAWN)
        .order_by()
        .values_list("text_hash", "chapter", "passage")
        .annotate(first=Min("position"))
    )
    known = {(digest, chapter, passage): _address(first) for digest, chapter, passage, first in rows}
    return {pk: known[place] for pk, place in own.items() if place in known}


def _address(position: int | None) -> str:
    return "" if position is None else f"{position // POSITION_STEP}.{position % POSITION_STEP}"
