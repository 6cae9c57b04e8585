"""Bring demonstration submissions through the services, each verb at its own moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from consultations.models import Remark, Submission
from consultations.services.decisions import assign_remark, correct_answer, decide_remark, publish_decision
from consultations.services.publication import publish_batch
from consultations.services.submissions import NewRemark, Sender, receive_submission
from consultations.services.verification import mark_improper, mark_proper
from lublin2030.loading.accounts import Actors
from lublin2030.loading.setting_up import Places


class Agenda:
    """What happened when. Verbs run in the order of their moments, so that the history reads like life."""

    def __init__(self) -> None:
        self._steps: list[tuple[dt.datetime, int, Callable[[dt.datetime], None]]] = []

    def at(self, moment: dt.datetime, step: Callable[[dt.datetime], None]) -> None:
        """Run the step with its moment; steps of one moment run in the order in which they were added."""
        self._steps.append((moment, len(self._steps), step))

    def run(self) -> None:
        for moment, _order, step in sorted(self._steps, key=lambda entry: entry[:2]):
            step(moment)


class Case:
    """One submission of a content file on its way through the services."""

    def __init__(self, entry: dict[str, Any], places: Places, actors: Actors) -> None:
        self.entry = entry
        self.places = places
        self.actors = actors
        self._submission: Submission | None = None

    @property
    def submission(self) -> Submission:
        if self._submission is None:
            raise RuntimeError("The case has not been received yet.")
        return self._submission

    def receive(self, now: dt.datetime) -> None:
        entry = self.entry
        self._submission = receive_submission(
            self.places.consultation,
            sender=Sender(
                kind=Submission.SenderKind(entry["sender_kind"]),
                name=entry["name"],
                representative=entry["representative"] or "",
                email=entry["email"] or "",
                district=self.places.districts[entry["district"]] if entry["district"] else None,
            ),
            remarks=[self._new_remark(remark) for remark in entry["remarks"]],
            channel=Submission.Channel(entry["channel"]),
            is_demonstration=True,
            now=now,
        ).submission

    def find_proper(self, now: dt.datetime) -> None:
        mark_proper(self.submission, by=self.actors.coordinator, now=now)

    def find_improper(self, now: dt.datetime) -> None:
        reason = self.places.reasons[self.entry["improper_reason"]]
        mark_improper(self.submission, reason=reason, by=self.actors.coordinator, now=now)

    def assign(self, ordinal: int) -> Callable[[dt.datetime], None]:
        def step(now: dt.datetime) -> None:
            department = self.places.departments[self._remark_entry(ordinal)["department"]]
            assign_remark(self.remark(ordinal), department=department, by=self.actors.coordinator, now=now)

        return step

    def decide(self, ordinal: int) -> Callable[[dt.datetime], None]:
        def step(now: dt.datetime) -> None:
            entry = self._remark_entry(ordinal)
            decide_remark(
                self.remark(ordinal),
                outcome=Remark.Outcome(entry["outcome"]),
                justification=entry["justification"],
                by=self.actors.who_decides(self.places.departments[entry["department"]]),
                now=now,
            )

        return step

    def has_correction(self, ordinal: int) -> bool:
        return "correction" in self._remark_entry(ordinal)

    def correct(self, ordinal: int) -> Callable[[dt.datetime], None]:
        """Draft the correction of a public answer: the same outcome, said better."""

        def step(now: dt.datetime) -> None:
            entry = self._remark_entry(ordinal)
            correct_answer(
                self.remark(ordinal),
                outcome=Remark.Outcome(entry["outcome"]),
                justification=entry["correction"]["justification"],
                why=entry["correction"]["why"],
                by=self.actors.who_decides(self.places.departments[entry["department"]]),
                now=now,
            )

        return step

    def publish(self, ordinal: int) -> Callable[[dt.datetime], None]:
        def step(now: dt.datetime) -> None:
            publish_decision(self.remark(ordinal), by=self.actors.coordinator, now=now)

        return step

    def _remark_entry(self, ordinal: int) -> dict[str, Any]:
        entry: dict[str, Any] = self.entry["remarks"][ordinal - 1]
        return entry

    def remark(self, ordinal: int) -> Remark:
        return Remark.objects.get(submission=self.submission, ordinal=ordinal)

    def _new_remark(self, entry: dict[str, Any]) -> NewRemark:
        places = self.places
        passage, chapter = None, None
        if entry["passage"]:
            passage, chapter = places.passages[entry["passage"]]
        elif entry["chapter"]:
            chapter = places.chapters[entry["chapter"]]
        return NewRemark(
            chosen_kind=Remark.Kind(entry["kind"]) if "kind" in entry else None,
            change=entry["change"] or "",
            wording=entry["wording"] or "",
            reason=entry["why"] or "",
            passage=passage,
            chapter=chapter,
            version=places.version,
            topic=places.topics[entry["topic"]] if entry["topic"] else None,
            district=places.districts[entry["district"]] if entry["district"] else None,
        )


def publish_together(
    places: Places, actors: Actors, answers: Sequence[tuple[Case, int]]
) -> Callable[[dt.datetime], None]:
    """Publish these answers, each named by its case and its remark's number there, as one batch."""

    def step(now: dt.datetime) -> None:
        remarks = {case.remark(ordinal).pk: None for case, ordinal in answers}
        publish_batch(places.consultation, remarks=remarks, by=actors.coordinator, now=now)

    return step
