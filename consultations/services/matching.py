"""Which passage of the latest version each passage of an import continues."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from consultations.models import DraftImport
from consultations.querysets import DraftVersionQuerySet


def propose_matches(draft_import: DraftImport) -> None:
    """Write the matches with the latest published version: the same text in the same order is the same passage.

    Two queries and the write. A chapter goes on as the one most of its matched passages stood in.
    """
    versions: DraftVersionQuerySet = draft_import.draft.versions.all()
    base = versions.exclude(published_at=None).order_by("-number").first()
    waiting: defaultdict[str, list[tuple[int, int, int]]] = defaultdict(list)
    if base is not None:
        texts = base.passages.order_by("chapter__number", "position")
        rows = texts.values_list("wording", "passage_id", "chapter__chapter_id")
        for order, (wording, passage, chapter) in enumerate(rows):
            waiting[" ".join(wording.split())].append((order, passage, chapter))
    matches: dict[str, Any] = {"chapters": {}, "passages": {}}
    reached, used_chapters = -1, set[int]()
    for number, chapter_read in enumerate(draft_import.document["chapters"]):
        votes: defaultdict[int, int] = defaultdict(int)
        for position, passage_read in enumerate(chapter_read["passages"]):
            candidates = waiting.get(" ".join(passage_read["text"].split()), [])
            found = next((one for one in candidates if one[0] > reached), None)
            if found is None:
                matches["passages"][f"{number}.{position}"] = {"passage": None, "how": "new", "score": 0.0}
                continue
            reached = found[0]
            votes[found[2]] += 1
            matches["passages"][f"{number}.{position}"] = {"passage": found[1], "how": "same", "score": 1.0}
        best = max((one for one in votes if one not in used_chapters), key=lambda one: votes[one], default=None)
        if best is not None:
            used_chapters.add(best)
        matches["chapters"][str(number)] = best
    DraftImport.objects.filter(pk=draft_import.pk).update(matches=matches, base=base)
    draft_import.matches, draft_import.base = matches, base
