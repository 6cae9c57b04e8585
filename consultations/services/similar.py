"""The worker's look at a consultation's remarks: near copies, contradictions, topics. It only proposes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction

from accounts.jobs import ask_for
from accounts.models import Job, User
from consultations.errors import NotPermitted
from consultations.likeness import Said, find_copies
from consultations.models import Consultation, PassageText, Remark
from consultations.permissions import may_group
from consultations.services.contradictions import find_contradictions
from consultations.services.groups import propose_groups, refuse_fallen
from consultations.services.topics import suggest_topics

JOB = "find-similar"
PAGE = 2000  # remarks that are read at once
Tell = Callable[[int, int], None]  # how much of how much is done

# What the steps take of the whole, in per cent, for the bar of progress.
READING, COMPARING, WRITING, ALL = 40, 60, 70, 100


@transaction.atomic
def ask_to_find(consultation: Consultation, *, by: User) -> Job:
    """Ask the worker to look; while it has not finished, it is the same job. Raises NotPermitted."""
    if not may_group(by):
        raise NotPermitted
    last = job_of(consultation)
    if last is not None and not last.is_finished:
        return last
    return ask_for(JOB, key=f"{_prefix(consultation)}{last.pk if last else 0}", by=by, consultation=consultation.pk)


def job_of(consultation: Consultation) -> Job | None:
    """The latest look at the consultation's remarks, finished or not; None when there was none lately."""
    return Job.objects.filter(kind=JOB, key__startswith=_prefix(consultation)).order_by("-pk").first()


def _prefix(consultation: Consultation) -> str:
    return f"{JOB}:{consultation.pk}:"


def find_similar(subject: dict[str, Any], progress: Tell) -> None:
    """The job: propose groups, flag opposite kinds, suggest topics. Run twice, it proposes nothing twice."""
    consultation = Consultation.objects.filter(pk=subject["consultation"]).first()
    if consultation is None:
        return
    refuse_fallen(consultation)
    copies = find_copies(
        read_remarks(consultation, tell=_step(progress, 0, READING)), tell=_step(progress, READING, COMPARING)
    )
    propose_groups(consultation, copies)
    progress(WRITING, ALL)
    find_contradictions(consultation)
    suggest_topics(consultation, tell=_step(progress, WRITING, ALL))


def _step(progress: Tell, first: int, last: int) -> Tell:
    """Progress of one step as progress of the whole."""
    return lambda done, total: progress(first + (last - first) * done // max(total, 1), ALL)


def read_remarks(consultation: Consultation, *, tell: Tell = lambda done, total: None) -> Iterator[Said]:
    """What each remark says, read by pages. A new wording repeats the passage it changes: that part is not its own."""
    remarks = Remark.objects.to_group().filter(consultation=consultation)
    columns = ("pk", "kind", "target", "chapter", "passage", "version", "change", "wording", "reason")
    total, done, last = remarks.count(), 0, 0
    passages: dict[tuple[int, int], str] = {}
    while rows := list(remarks.filter(pk__gt=last).order_by("pk").values_list(*columns)[:PAGE]):
        rewordings = {(row[5], row[4]) for row in rows if row[1] == Remark.Kind.REWORD}
        passages.update(_wordings({place for place in rewordings if place not in passages}))
        for key, kind, target, chapter, passage, version, change, wording, reason in rows:
            is_rewording = kind == Remark.Kind.REWORD
            yield Said(
                key=key,
                text=f"{change}\n{reason}" if is_rewording else f"{change}\n{wording}\n{reason}",
                rewording=wording if is_rewording else "",
                repeats=passages.get((version, passage), "") if is_rewording else "",
                place=f"{kind} {target} {chapter} {passage}",
            )
        last, done = rows[-1][0], done + len(rows)
        tell(done, total)


def _wordings(places: set[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """The text of passages in versions, by version and passage. One query, or none."""
    if not places:
        return {}
    texts = PassageText.objects.filter(
        version__in={version for version, _passage in places}, passage__in={passage for _version, passage in places}
    )
    rows = texts.values_list("version", "passage", "wording")
    return {(version, passage): wording for version, passage, wording in rows}
