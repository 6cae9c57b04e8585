"""What a sender can prove later: the remarks exactly as they were received, and their digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from consultations.models import Remark
from consultations.services.submissions import kind_from_texts


def canonical_row(one: Remark) -> dict[str, Any]:
    """What the sender wrote in one remark and where it belongs. Reads its version, chapter and passage."""
    return {
        "number": one.ordinal,
        "version": one.version.number if one.version else None,
        "chapter": one.chapter.code if one.chapter else None,
        "passage": one.passage.code if one.passage else None,
        "change": one.change,
        "wording": one.wording,
        "reason": one.reason,
    } | ({} if one.kind == kind_from_texts(one) else {"kind": one.kind})


def canonical_remarks(remarks: Iterable[Remark]) -> str:
    """The remarks of one submission as one JSON text that is always the same for the same remarks.

    UTF-8, keys in alphabetical order, no blanks between values, remarks by their number. It holds what the sender
    wrote and where it belongs (permanent ids and the version read), nothing that staff may sort anew (topic,
    district) and nothing about the sender. The kind is in it where place and texts alone do not tell it, so that
    receipts from before there were kinds keep their digest. Reads version, chapter and passage of each remark.
    """
    rows = [canonical_row(one) for one in sorted(remarks, key=lambda one: one.ordinal)]
    return json.dumps(rows, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def content_hash(remarks: Iterable[Remark]) -> str:
    """SHA-256, in hexadecimal, of ``canonical_remarks``: changes when a single character of a remark does."""
    return hashlib.sha256(canonical_remarks(remarks).encode()).hexdigest()
