"""The words in which the portal asks for the sources of changes."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Case, IntegerField, Q, Value, When

if TYPE_CHECKING:
    # Ruff does not see names in quotes in the classes' bases; mypy needs them.
    from consultations.models import ChangeSource, UnchangedExplanation  # noqa: F401


ORDER = ("remark", "opinion", "direction", "editorial")


class ChangeSourceQuerySet(models.QuerySet["ChangeSource"]):
    def of_public_versions(self, now: dt.datetime) -> ChangeSourceQuerySet:
        """Sources of changes that readers see in a public version of a public consultation."""
        return self.filter(version__published_at__lte=now, version__draft__consultation__published_at__lte=now)

    def public(self, now: dt.datetime) -> ChangeSourceQuerySet:
        """What the public may read of sources: of a remark only once it is shown, read and answered in public."""
        from consultations.models import Remark

        # A corrected answer may demand no change any more: then nothing changed because of it.
        remark_is_public = (
            Q(remark__consultation__remarks_shown="at_once") | Q(remark__consultation__closes_at__lte=now)
        ) & Q(
            remark__state="published",
            remark__text_state__in=["open", "redacted"],
            remark__in=Remark.objects.demanding_change(),
        )
        return self.of_public_versions(now).filter(~Q(kind="remark") | remark_is_public)

    def in_order(self) -> ChangeSourceQuerySet:
        """Remarks by their numbers, then opinions, groups, and what the editors did."""
        place = Case(*(When(kind=kind, then=Value(at)) for at, kind in enumerate(ORDER)), output_field=IntegerField())
        return self.order_by(place, "remark__position", "pk")

    def with_names(self) -> ChangeSourceQuerySet:
        """With what a line of sources says. Nothing of a remark is loaded but its number and its outcome."""
        return self.select_related("remark__consultation", "opinion__institution", "working_group").only(
            "version",
            "passage",
            "kind",
            "note",
            "remark__consultation__slug",
            "remark__consultation__opens_at",
            "remark__position",
            "remark__ordinal",
            "remark__outcome",
            "remark__state",
            "remark__department",
            "opinion__institution__name",
            "opinion__stance",
            "working_group__name",
            "working_group__slug",
            "working_group__translations",
        )


class UnchangedExplanationQuerySet(models.QuerySet["UnchangedExplanation"]):
    def of_public_answers(self) -> UnchangedExplanationQuerySet:
        """Explanations that may be told to who may read the remark: its answer is public and demanded a change."""
        from consultations.models import Remark

        return self.filter(remark__in=Remark.objects.demanding_change(), remark__state="published")
