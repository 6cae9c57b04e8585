"""The words in which the portal asks for voices behind passages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Count

from participation.models import Voice

if TYPE_CHECKING:
    from consultations.models import PassageVoice  # noqa: F401  named in quotes


class PassageVoiceQuerySet(models.QuerySet["PassageVoice"]):
    def public(self) -> PassageVoiceQuerySet:
        """Links to voices that everybody may read."""
        return self.filter(voice__in=Voice.objects.public())

    def of_public_drafts(self, now: dt.datetime) -> PassageVoiceQuerySet:
        """Links to passages that a published version of a public consultation has or had."""
        return self.filter(
            passage__draft__consultation__published_at__lte=now,
            passage__texts__version__published_at__lte=now,
        ).distinct()

    def counts(self, passages: Iterable[int]) -> dict[int, int]:
        """How many voices each of the passages has; those without one are not there. One query."""
        rows = self.filter(passage__in=list(passages)).order_by().values_list("passage").annotate(n=Count("pk"))
        return {int(passage): int(count) for passage, count in rows}
