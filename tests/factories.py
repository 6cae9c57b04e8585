"""Records for tests, made like in life: through the services where there is a verb."""

from __future__ import annotations

import datetime as dt
from typing import Any

import factory
from django.contrib.auth.models import Group
from factory.django import DjangoModelFactory

from accounts.models import User
from accounts.roles import Role
from consultations.models import (
    Chapter,
    ChapterText,
    Consultation,
    Department,
    Draft,
    DraftVersion,
    ImproperReason,
    Passage,
    PassageText,
    Remark,
    Submission,
    Topic,
)
from consultations.models.remarks import ANSWERED_STATES
from consultations.services.corrections import withdraw_remark
from consultations.services.decisions import assign_remark, decide_remark, publish_decision, review_answer
from consultations.services.submissions import NewRemark, Sender, receive_submission
from consultations.services.verification import mark_improper, mark_proper
from lublin2030.lib.dates import warsaw
from lublin2030.lib.quarters import Quarter
from participation.models import District, Event, Figure, WorkingGroup
from stages.models import News, Process, Stage

OPENS = warsaw(2021, 11, 15)
CLOSES = warsaw(2021, 12, 21)
DURING = warsaw(2021, 12, 1, 12, 0)
AFTER = warsaw(2021, 12, 21, 8, 0)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Osoba {n}")

    @factory.post_generation
    def roles(self, create: bool, roles: Any, **_kwargs: Any) -> None:
        if roles:
            # A test with real transactions empties all tables, those the migrations filled as well.
            self.groups.set(Group.objects.get_or_create(name=Role(role).value)[0] for role in roles)


def person(*roles: Role) -> User:
    """A user with these roles."""
    return UserFactory(roles=roles)


class ProcessFactory(DjangoModelFactory):
    class Meta:
        model = Process

    slug = factory.Sequence(lambda n: f"proces-{n}")
    name = factory.Sequence(lambda n: f"Proces {n}")
    question = "Jaki ma być Lublin w 2030 roku?"
    first_quarter = Quarter(2018, 4)
    last_quarter = Quarter(2022, 2)


class StageFactory(DjangoModelFactory):
    class Meta:
        model = Stage

    process = factory.SubFactory(ProcessFactory)
    number = factory.Sequence(lambda n: n % 30 + 1)
    title = factory.LazyAttribute(lambda o: f"Etap {o.number}")
    short_title = factory.LazyAttribute(lambda o: f"Etap {o.number}")
    first_quarter = Quarter(2021, 4)
    last_quarter = Quarter(2021, 4)


class NewsFactory(DjangoModelFactory):
    class Meta:
        model = News

    process = factory.SubFactory(ProcessFactory)
    slug = factory.Sequence(lambda n: f"wiadomosc-{n}")
    title = factory.Sequence(lambda n: f"Wiadomość {n}")
    published_at = OPENS


class DistrictFactory(DjangoModelFactory):
    class Meta:
        model = District

    slug = factory.Sequence(lambda n: f"dzielnica-{n}")
    name = factory.Sequence(lambda n: f"Dzielnica {n}")
    latitude = 51.25
    longitude = 22.57


class EventFactory(DjangoModelFactory):
    class Meta:
        model = Event

    process = factory.SubFactory(ProcessFactory)
    slug = factory.Sequence(lambda n: f"wydarzenie-{n}")
    kind = Event.Kind.OPEN_MEETING
    state = Event.State.PLANNED
    title = factory.Sequence(lambda n: f"Wydarzenie {n}")
    starts_at = DURING


class FigureFactory(DjangoModelFactory):
    class Meta:
        model = Figure

    process = factory.SubFactory(ProcessFactory)
    activity = factory.Sequence(lambda n: f"Działanie {n}")
    value = 10
    unit = Figure.Unit.PEOPLE
    qualifier = Figure.Qualifier.EXACT
    source = "test"


class WorkingGroupFactory(DjangoModelFactory):
    class Meta:
        model = WorkingGroup

    process = factory.SubFactory(ProcessFactory)
    slug = factory.Sequence(lambda n: f"grupa-{n}")
    name = factory.Sequence(lambda n: f"Grupa {n}")


class DepartmentFactory(DjangoModelFactory):
    class Meta:
        model = Department

    slug = factory.Sequence(lambda n: f"wydzial-{n}")
    name = factory.Sequence(lambda n: f"Wydział {n}")
    short_name = factory.Sequence(lambda n: f"W{n}")


class ConsultationFactory(DjangoModelFactory):
    class Meta:
        model = Consultation

    process = factory.SubFactory(ProcessFactory)
    slug = factory.Sequence(lambda n: f"konsultacje-{n}")
    title = factory.Sequence(lambda n: f"Konsultacje {n}")
    opens_at = OPENS
    closes_at = CLOSES
    published_at = OPENS


def consultation_with_draft(*, chapters: int = 2, passages: int = 3, **fields: Any) -> Consultation:
    """A public consultation with one published version, two reasons for being improper and a topic."""
    consultation = ConsultationFactory(**fields)
    ImproperReason.objects.create(consultation=consultation, code="late", label="po terminie")
    ImproperReason.objects.create(consultation=consultation, code="unsigned", label="bez podpisu")
    Topic.objects.create(consultation=consultation, slug="zielen", name="Zieleń")
    draft = Draft.objects.create(consultation=consultation, title="Projekt strategii")
    version = DraftVersion.objects.create(draft=draft, number=1, label="Wersja 1", published_at=consultation.opens_at)
    for number in range(1, chapters + 1):
        chapter = ChapterText.objects.create(
            version=version,
            chapter=Chapter.objects.create(draft=draft, code=f"r{number}"),
            number=number,
            title=f"Rozdział {number}",
        )
        for position in range(1, passages + 1):
            code = f"f{(number - 1) * passages + position}"
            PassageText.objects.create(
                version=version,
                chapter=chapter,
                passage=Passage.objects.create(draft=draft, code=code),
                position=position,
                wording=f"Fragment {number}.{position}: miasto sadzi drzewa.",
            )
    return consultation


def passage_remark(consultation: Consultation, code: str = "f1", **fields: Any) -> NewRemark:
    """A remark on a passage of the consultation's latest version."""
    text = (
        PassageText.objects.select_related("passage", "chapter__chapter", "version")
        .filter(version__draft__consultation=consultation, version__published_at__isnull=False, passage__code=code)
        .latest("version__number")
    )
    values: dict[str, Any] = {"change": "Więcej drzew.", "reason": "Jest za gorąco."}
    return NewRemark(passage=text.passage, chapter=text.chapter.chapter, version=text.version, **(values | fields))


def submission(
    consultation: Consultation,
    *,
    remarks: int = 1,
    email: str = "sender@example.org",
    now: dt.datetime = DURING,
    **fields: Any,
) -> Submission:
    """A received submission with so many remarks on the first passage."""
    fields.setdefault("sender", Sender(name="Jan Przykładowy", email=email))
    return receive_submission(
        consultation,
        remarks=fields.pop("new_remarks", None) or [passage_remark(consultation)] * remarks,
        now=now,
        **fields,
    ).submission


STATES = [state.value for state in Remark.State]


def remark_in_state(
    consultation: Consultation,
    state: str,
    *,
    by: User | None = None,
    department: Department | None = None,
    **fields: Any,
) -> Remark:
    """A remark brought into the state by the verbs that lead there, all at one moment."""
    now = fields.setdefault("now", DURING)
    by = by or person(Role.COORDINATOR)
    sent = submission(consultation, **fields)
    if state == Remark.State.IMPROPER:
        mark_improper(sent, reason=consultation.improper_reasons.earliest("pk"), by=by, now=now)
    elif state not in {Remark.State.RECEIVED, Remark.State.WITHDRAWN}:
        mark_proper(sent, by=by, now=now)
    remark = sent.remarks.get(ordinal=1)
    if state == Remark.State.WITHDRAWN:
        withdraw_remark(remark, now=now)
    if state == "assigned" or state in ANSWERED_STATES:
        assign_remark(remark, department=department or DepartmentFactory(), by=by, now=now)
    if state in {"drafted", "reviewed"}:
        Consultation.objects.filter(pk=consultation.pk).update(answer_path=Consultation.AnswerPath.STEPS)
    if state in ANSWERED_STATES:
        decide_remark(remark, outcome=Remark.Outcome.ACCEPTED, justification="Słusznie.", by=by, now=now)
    if state == "reviewed":
        review_answer(remark, by=by, now=now)
    Consultation.objects.filter(pk=consultation.pk).update(answer_path=consultation.answer_path)
    if state == "published":
        publish_decision(remark, by=by, now=now)
    return Remark.objects.get(pk=remark.pk)
