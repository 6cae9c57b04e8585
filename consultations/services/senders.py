"""Who sends: the same columns of a basket and of a submission."""

from __future__ import annotations

import hashlib
import json

from consultations.models import Basket, Submission

SENDER_FIELDS = ("sender_kind", "name", "representative", "email", "phone", "address", "district_id")


def sender_fingerprint(record: Basket | Submission) -> str:
    """A digest of who sends. The form carries it back, so that two windows do not overwrite each other unread."""
    values = [getattr(record, name) for name in SENDER_FIELDS]
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()
