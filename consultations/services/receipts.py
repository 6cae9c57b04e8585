"""What a sender can prove later: the remarks exactly as they were received, and their digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from consultations.models import Remark
from consultations.services.submissions import kind_from_texts


def canonical_remarks(remarks: Iterable[Remark]) -> str:
    """The remarks of one submission as one JSON text that is always the same for the same remarks.

    UTF-8, keys in alphabetical order, no blanks between values, remarks by their number. It holds what the sender
    wrote and where it belongs (permanent ids and the version read), nothing that staff may sort anew (topic,
    district) and nothing about the sender. The kind is in it where place and texts alone do not tell it, so that
    receipts from before there were kinds keep their digest. Reads version, chapter and passage of each remark.
    """
    rows = [_canonical(one) for one in sorted(remarks, key=lambda one: one.ordinal)]
    return json.dumps(rows, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _canonical(remark: Remark) -> dict[str, object]:
    row: dict[str, object] = {
        "number": remark.ordinal,
        "version": remark.version.number if remark.version else None,
        "chapter": remark.chapter.code if remark.chapter else None,
        "passage": remark.passage.code if remark.passage else None,
        "change": remark.change,
        "wording": remark.wording,
        "reason": remark.reason,
    }
    if remark.kind != kind_from_texts(remark):
        row["kind"] = remark.kind
    return row


def content_hash(remarks: Iterable[Remark]) -> str:
    """SHA-256, in hexadecimal, of ``canonical_remarks``: changes when a single character of a remark does."""
    return hashlib.sha256(canonical_remarks(remarks).encode()).hexdigest()
