"""The words in which the desk asks for what came from the field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Count, F, Max, Sum

if TYPE_CHECKING:
    from participation.models import FieldCount, FieldItem, FieldPhoto  # noqa: F401  named in quotes


class FieldItemQuerySet(models.QuerySet["FieldItem"]):
    def waiting(self) -> FieldItemQuerySet:
        """Cards that could not be kept and wait for a person."""
        return self.filter(state="waiting")

    def for_list(self) -> FieldItemQuerySet:
        """With everything a line of a list shows."""
        return self.select_related("device", "sent_by")

    def wrong_clocks_by_device(self) -> dict[int, int]:
        """How many cards each device (by primary key) noted while its clock was wrong. One query."""
        rows = self.filter(clock_is_wrong=True).order_by().values_list("device").annotate(Count("pk"))
        return dict(rows)


class FieldCountQuerySet(models.QuerySet["FieldCount"]):
    def that_hold(self) -> FieldCountQuerySet:
        """Headcounts of events that exist and that nobody threw away."""
        return self.filter(event__isnull=False, thrown_at__isnull=True)

    def waiting(self) -> FieldCountQuerySet:
        """Headcounts whose event does not exist (any more)."""
        return self.filter(event__isnull=True, thrown_at__isnull=True)

    def people(self) -> int:
        """All together."""
        return int(self.aggregate(counted=Sum(F("plus") - F("minus")))["counted"] or 0)

    def people_by_event(self, events: list[int]) -> dict[int, int]:
        """What holds of each of the events (by primary key). One query."""
        rows = self.that_hold().filter(event__in=events).order_by().values_list("event")
        return dict(rows.annotate(counted=Sum(F("plus") - F("minus"))))

    def events_latest_first(self) -> models.QuerySet[FieldCount, Any]:
        """Events with headcounts: the newest first, by the time their latest arrived."""
        return (
            self.that_hold()
            .values("event")
            .annotate(counted=Sum(F("plus") - F("minus")), last=Max("received_at"))
            .order_by("-last", "-event")
        )


class FieldPhotoQuerySet(models.QuerySet["FieldPhoto"]):
    def waiting(self) -> FieldPhotoQuerySet:
        """Photographs that nobody has accepted or thrown away yet."""
        return self.filter(state="waiting").arrived()

    def arrived(self) -> FieldPhotoQuerySet:
        """All but those whose file did not come to rest: the server died over it, and the device sends it again."""
        return self.exclude(state="waiting", image="")

    def for_list(self) -> FieldPhotoQuerySet:
        """With everything a line of a list shows."""
        return self.select_related("device", "sent_by", "event")
