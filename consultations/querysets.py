"""The words in which the portal asks for consultations, submissions and remarks."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Prefetch

if TYPE_CHECKING:
    from accounts.models import User
    from consultations.models import Consultation, DraftVersion


class ConsultationQuerySet(models.QuerySet["Consultation"]):
    def public(self, now: dt.datetime) -> ConsultationQuerySet:
        """Consultations the city has published by the (aware) moment."""
        return self.filter(published_at__lte=now)

    def open(self, now: dt.datetime) -> ConsultationQuerySet:
        """Public consultations that take remarks at the moment; the one that closes first comes first."""
        return self.public(now).filter(opens_at__lte=now, closes_at__gt=now).order_by("closes_at")


class DraftVersionQuerySet(models.QuerySet["DraftVersion"]):
    def published(self, now: dt.datetime) -> DraftVersionQuerySet:
        """Versions readers may see at the moment, the newest first."""
        return self.filter(published_at__lte=now).order_by("-number")


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def waiting_for_verification(self) -> SubmissionQuerySet:
        """What a coordinator has to verify, oldest first."""
        return self.filter(verification="pending").select_related("consultation").order_by("received_at", "pk")


class DecisionQuerySet(models.QuerySet["Decision"]):
    def published(self) -> DecisionQuerySet:
        """Decisions the public may read."""
        return self.filter(published_at__isnull=False)

    def current(self) -> DecisionQuerySet:
        """Decisions that were not sent back; per remark at most one is unpublished."""
        return self.filter(returned_at__isnull=True)


class RemarkQuerySet(models.QuerySet["Remark"]):
    def for_public_table(self) -> RemarkQuerySet:
        """The one definition of what is public of remarks: page, API, exports and report read this.

        Never a natural person's name or contact: only an organisation's name is loaded from the submission.
        ``public_decisions`` holds the published decisions, the latest last.
        """
        from consultations.models import Decision

        return (
            self.select_related("consultation", "submission", "topic", "district", "department")
            .defer(
                "submission__email",
                "submission__phone",
                "submission__address",
                "submission__representative",
                "submission__tracking_token",
                "submission__form_token",
            )
            .prefetch_related(
                Prefetch(
                    "decisions",
                    queryset=Decision.objects.published().select_related("department").order_by("revision"),
                    to_attr="public_decisions",
                )
            )
        )

    def waiting_for_assignment(self) -> RemarkQuerySet:
        """Proper remarks without a department, oldest first."""
        return self._waiting().filter(state="proper")

    def waiting_for_decision(self, user: User | None = None) -> RemarkQuerySet:
        """Assigned remarks, oldest first; with a user, those of the user's departments."""
        waiting = self._waiting().filter(state="assigned")
        return waiting if user is None else waiting.filter(department__in=user.departments.all())

    def waiting_for_publication(self) -> RemarkQuerySet:
        """Decided remarks whose decision is not public, oldest first."""
        return self._waiting().filter(state="decided")

    def lately_changed(self, consultation: Consultation) -> RemarkQuerySet:
        """The consultation's remarks, the one with the latest public step first."""
        return self.filter(consultation=consultation).order_by("-changed_at", "-pk")

    def _waiting(self) -> RemarkQuerySet:
        return self.select_related("consultation", "department", "passage", "submission").order_by("received_at", "pk")


def passage_numbers(version: DraftVersion | None) -> dict[int, tuple[int, int]]:
    """For a version: passage id → (chapter number, position). One query."""
    if version is None:
        return {}
    rows: Any = version.passages.values_list("passage_id", "chapter__number", "position")
    return {passage: (chapter, position) for passage, chapter, position in rows}
