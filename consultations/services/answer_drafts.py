"""The answer while it is typed: saved as one types, seen by colleagues, gone when it is handed over."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from consultations.errors import (
    AnswerDraftChanged,
    AnswerDraftTooLong,
    AnswerNotTyped,
    NotPermitted,
    TemplateIncomplete,
)
from consultations.models import AnswerDraft, JustificationTemplate, Remark
from consultations.permissions import may_decide, may_save_template
from lublin2030.lib.plaintext import FORBIDDEN

MOST_CHARACTERS = (
    50_000  # of a draft: more than an answer may have, so that nothing pasted is cut while one works on it
)


@dataclass(frozen=True)
class Typed:
    """The words of an answer as they stand in the form; ``outcome`` may be empty or unknown."""

    outcome: str = ""
    justification: str = ""
    why: str = ""

    def cleaned(self) -> Typed:
        """With line feeds only and without what cannot be stored. Raises AnswerDraftTooLong."""
        texts = [FORBIDDEN.sub("", text.replace("\r\n", "\n")) for text in (self.justification, self.why)]
        if any(len(text) > MOST_CHARACTERS for text in texts):
            raise AnswerDraftTooLong
        return Typed(self.outcome if self.outcome in Remark.Outcome.values else "", *texts)


@dataclass(frozen=True)
class Seen:
    """Which draft a window has read (0: none), and which window it is."""

    revision: int
    window: str = ""


def may_type_answer(user: Any, remark: Remark) -> bool:
    """Whether this person can type an answer, or its correction, to the remark as it is now."""
    waits = remark.state == Remark.State.ASSIGNED or (remark.state == Remark.State.PUBLISHED and not remark.correction)
    return waits and may_decide(user, remark)


@transaction.atomic
def save_answer_draft(
    remark: Remark,
    *,
    typed: Typed,
    by: User,
    seen: Seen,
    save: int = 0,
    replaces: bool = False,
    now: dt.datetime | None = None,
) -> AnswerDraft:
    """Keep the answer as it is typed; the draft with its new revision.

    A window that is behind is refused with AnswerDraftChanged and nothing is overwritten, unless it says the same, or
    is the window of the last save itself, which did not hear our answer. Who knowingly ``replaces`` what another wrote
    says the revision that was read; those words are kept beside, in ``earlier``. Raises NotPermitted, AnswerNotTyped,
    AnswerDraftTooLong.
    """
    if not may_decide(by, remark):
        raise NotPermitted
    now = now or timezone.now()
    typed = typed.cleaned()
    # Locked before the draft, like by the verbs: the answer is not handed over while its words are saved.
    remark = Remark.objects.select_for_update().get(pk=remark.pk)
    if not may_type_answer(by, remark):
        raise AnswerNotTyped
    values: dict[str, Any] = {
        "outcome": typed.outcome,
        "justification": typed.justification,
        "corrects_why": typed.why,
        "by": by,
        "window": seen.window[:64],
        "save_number": save,
        "updated_at": now,
    }
    held = AnswerDraft.objects.select_related("by").filter(remark=remark).first()
    if held is None:
        # A window that has read a draft that is gone types on: there is nothing it could overwrite.
        return AnswerDraft.objects.create(remark=remark, revision=seen.revision + 1, **values)
    if replaces and held.revision == seen.revision:
        values["earlier"] = _as_earlier(held)
    unheard = Q(window=seen.window, save_number__lt=save) if seen.window else Q(pk__in=[])
    # A page that is left saves once more: the page after it may have read what stood there before, and say the same.
    same = Q(outcome=typed.outcome, justification=typed.justification, corrects_why=typed.why)
    changed = AnswerDraft.objects.filter(Q(revision=seen.revision) | unheard | same, pk=held.pk).update(
        revision=held.revision + 1, **values
    )
    if not changed:
        raise AnswerDraftChanged
    held.refresh_from_db()
    return held


def drop_answer_draft(remark: Remark, *, seen: Seen | None, outcome: str, justification: str) -> None:
    """Forget the draft in the caller's transaction, which hands the answer over.

    With what was ``seen``: raises AnswerDraftChanged when the draft holds other words that the window has not read.
    """
    if seen is not None:
        held = AnswerDraft.objects.filter(remark=remark).first()
        is_known = held is None or held.revision == seen.revision or (bool(seen.window) and held.window == seen.window)
        if held is not None and not is_known:
            says_else = (held.outcome, held.justification.strip()) != (outcome, justification.strip())
            if says_else and held.justification.strip():
                raise AnswerDraftChanged
    AnswerDraft.objects.filter(remark=remark).delete()


def _as_earlier(draft: AnswerDraft) -> dict[str, Any]:
    return {
        "by": str(draft.by or ""),
        "at": draft.updated_at.isoformat(),
        "outcome": draft.outcome,
        "justification": draft.justification,
        "why": draft.corrects_why,
    }


def save_template(
    remark: Remark, *, title: str, text: str, outcome: str = "", only_here: bool, by: User
) -> JustificationTemplate:
    """Keep an answer's words for others of the remark's department; ``only_here``: in this consultation alone.

    Raises TemplateIncomplete, NotPermitted.
    """
    if not may_save_template(by, remark):
        raise NotPermitted
    title, text = title.strip()[:120], FORBIDDEN.sub("", text.replace("\r\n", "\n")).strip()
    if not title or not text:
        raise TemplateIncomplete
    return JustificationTemplate.objects.create(
        title=title,
        text=text,
        outcome=outcome if outcome in Remark.Outcome.values else "",
        consultation_id=remark.consultation_id if only_here else None,
        department_id=remark.department_id,
    )
