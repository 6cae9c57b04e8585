"""Invite a random sample: codes that are given out once, kept as hashes, and used up by one answer each."""

from __future__ import annotations

import datetime as dt
import hmac
import re
from collections.abc import Iterator
from hashlib import sha256

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import User
from lublin2030.lib.tokens import new_token
from participation.errors import CodesGivenOut, CodeUnknown, CodeUsed, NotPermitted
from participation.models import Invitation, InvitationBatch, Kiosk, Survey, SurveyDraft
from participation.permissions import may_build_surveys

# Signs that are not mixed up on paper: no 0 and O, no 1, I and L. Twelve of the 31 are 59 bits.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 12
MOST_CODES = 10_000
CHUNK = 1000


def normal_code(text: str) -> str:
    """A code as people type it (small letters, blanks, dashes) in its one form; what cannot be a code is empty."""
    code = re.sub(r"[\s\-–]+", "", text[:60]).upper()
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else ""


def shown_code(code: str) -> str:
    """A code in groups of four."""
    return "-".join(code[at : at + 4] for at in range(0, LENGTH, 4))


def make_invitations(
    survey: Survey, *, label: str, count: int, form_token: str, by: User, now: dt.datetime | None = None
) -> InvitationBatch:
    """Make codes for a group; the same form twice makes them once. Raises NotPermitted; ValueError beyond the limit."""
    if not may_build_surveys(by):
        raise NotPermitted
    if not 1 <= count <= MOST_CODES:
        raise ValueError(f"Between 1 and {MOST_CODES} codes can be made at once.")
    now = now or timezone.now()
    with transaction.atomic():
        batch, is_new = InvitationBatch.objects.get_or_create(
            form_token=form_token,
            defaults={
                "survey": survey, "label": label, "count": count, "secret": new_token(), "made_at": now, "made_by": by,
            },
        )  # fmt: skip
        if is_new:
            rows = (Invitation(batch=batch, survey=survey, code_hash=_hash(code)) for code in _codes(batch))
            Invitation.objects.bulk_create(rows, batch_size=CHUNK)
    return batch


def give_out_codes(batch: InvitationBatch, *, by: User, now: dt.datetime | None = None) -> list[str]:
    """The codes of a batch, once and never again. Raises NotPermitted, CodesGivenOut."""
    if not may_build_surveys(by):
        raise NotPermitted
    codes = [shown_code(code) for code in _codes(batch)] if batch.secret else []
    mine = InvitationBatch.objects.filter(pk=batch.pk, taken_at__isnull=True)
    if not mine.update(taken_at=now or timezone.now(), secret=""):
        raise CodesGivenOut
    return codes


def void_batch(batch: InvitationBatch, *, by: User, now: dt.datetime | None = None) -> None:
    """Make the unused codes of a batch void; what was sent stays. Twice changes nothing. Raises NotPermitted."""
    if not may_build_surveys(by):
        raise NotPermitted
    with transaction.atomic():
        InvitationBatch.objects.filter(pk=batch.pk, voided_at__isnull=True).update(voided_at=now or timezone.now())
        SurveyDraft.objects.filter(invitation__batch=batch).delete()


def find_invitation(survey: Survey, *, code: str) -> Invitation:
    """The invitation of a code, typed in any way. Raises CodeUnknown (also for a void one) and CodeUsed."""
    normal = normal_code(code)
    found = (
        Invitation.objects.filter(survey=survey, code_hash=_hash(normal), batch__voided_at__isnull=True).first()
        if normal
        else None
    )
    if found is None:
        raise CodeUnknown
    if found.used_on is not None:
        raise CodeUsed
    return found


def open_kiosk(survey: Survey, *, office: str, by: User, now: dt.datetime | None = None) -> tuple[Kiosk, str]:
    """A kiosk and its secret, which is told this once. Raises NotPermitted."""
    if not may_build_surveys(by):
        raise NotPermitted
    token = new_token()
    kiosk = Kiosk.objects.create(
        survey=survey, office=office, token_hash=_hash(token), made_at=now or timezone.now(), made_by=by
    )
    return kiosk, token


def find_kiosk(survey: Survey, *, token: str | None) -> Kiosk | None:
    """The kiosk of a secret, while it is not revoked."""
    if not token or len(token) > 64:
        return None
    return Kiosk.objects.filter(survey=survey, token_hash=_hash(token), revoked_at__isnull=True).first()


def revoke_kiosk(kiosk: Kiosk, *, by: User, now: dt.datetime | None = None) -> None:
    """Let the kiosk's link work no more, and forget what is being written there. Raises NotPermitted."""
    if not may_build_surveys(by):
        raise NotPermitted
    with transaction.atomic():
        Kiosk.objects.filter(pk=kiosk.pk, revoked_at__isnull=True).update(revoked_at=now or timezone.now())
        SurveyDraft.objects.filter(kiosk=kiosk).delete()


def _codes(batch: InvitationBatch) -> Iterator[str]:
    """The batch's codes, made from its secret: nobody can guess one, and nobody can make them after it is gone."""
    key = batch.secret.encode()
    for number in range(batch.count):
        digest = int.from_bytes(hmac.new(key, str(number).encode(), sha256).digest())
        signs = []
        for _sign in range(LENGTH):
            digest, at = divmod(digest, len(ALPHABET))
            signs.append(ALPHABET[at])
        yield "".join(signs)


def _hash(secret: str) -> str:
    return salted_hmac("participation.surveys", secret, algorithm="sha256").hexdigest()
