"""Changed versions with answered remarks, for the tests of what links them."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from accounts.roles import Role
from consultations.models import (
    ChangeSource,
    Consultation,
    DraftVersion,
    Institution,
    Opinion,
    Passage,
    PassageChange,
    PassageText,
    Remark,
)
from consultations.services.change_links import link_change
from consultations.services.comparisons import make_comparison
from consultations.services.submissions import NewRemark
from lublin2030.lib.dates import warsaw_day
from tests.consultations.versions import changed_version
from tests.factories import DURING, person, remark_in_state


def compared(consultation: Consultation, **fields: Any) -> DraftVersion:
    """The second version, compared: f2 worded otherwise, f3 removed, f7 added, f6 moved; f1, f4 and f5 as before."""
    version = changed_version(consultation, **fields)
    make_comparison(consultation.draft.versions.get(number=1), version)
    return version


def answered(consultation: Consultation, code: str = "f2", state: str = "published", **fields: Any) -> Remark:
    """A remark on the passage of the first version, accepted, its answer as far as the state says."""
    kept = {name: fields.pop(name) for name in ("by", "department", "sender", "now") if name in fields}
    text = PassageText.objects.select_related("passage", "chapter__chapter", "version").get(
        version__draft__consultation=consultation, version__number=1, passage__code=code
    )
    values = {"change": "Więcej drzew.", "reason": "Jest za gorąco."} | fields
    new = NewRemark(passage=text.passage, chapter=text.chapter.chapter, version=text.version, **values)
    return remark_in_state(consultation, state, new_remarks=[new], **kept)


def passage(consultation: Consultation, code: str = "f2") -> Passage:
    return Passage.objects.get(draft__consultation=consultation, code=code)


def linked(version: DraftVersion, code: str = "f2", *, by: User | None = None, **source: Any) -> ChangeSource:
    """The source linked to the change of the passage."""
    return link_change(version, passage(version.draft.consultation, code), by=by or person(Role.COORDINATOR), **source)


def opinion_of(consultation: Consultation, name: str = "Zarząd Województwa", **fields: Any) -> Opinion:
    institution, _made = Institution.objects.get_or_create(name=name)
    asked = warsaw_day(DURING)
    values = {"asked_on": asked, "received_on": asked, "stance": Opinion.Stance.WITH_REMARKS} | fields
    return Opinion.objects.create(consultation=consultation, institution=institution, **values)


def codes(changes: Any) -> list[str]:
    """The passages of changes, in the order of the text."""
    rows: list[PassageChange] = list(changes.order_by("position"))
    return [row.passage.code for row in rows]
