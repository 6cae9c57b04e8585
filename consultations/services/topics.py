"""Topics of remarks: suggested from the text by the worker, set by a person."""

from __future__ import annotations

import copy
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from consultations.errors import NotPermitted, TopicChanged, TopicNotOfThisConsultation, TopicSetAlready
from consultations.models import Consultation, GroupMember, HistoryEntry, Remark, Topic, TopicRefusal, TopicSuggestion
from consultations.permissions import may_set_topics
from consultations.querysets import UNGROUPED
from consultations.services import tallies
from consultations.services.decisions import Refusals
from consultations.services.history import Fact, record_remarks
from consultations.topics import TopicWords

TEXTS = ("change", "wording", "reason")
PAGE = 2000  # remarks that are read, and whose suggestions are written, at once
Source = TopicSuggestion.Source
State = TopicSuggestion.State
Tell = Callable[[int, int], None]


@transaction.atomic
def set_topic(
    remark: Remark,
    *,
    topic: Topic | None,
    seen: int | None,
    by: User,
    now: dt.datetime | None = None,
) -> Remark:
    """Give the remark a topic, or none. ``seen``: the key of the topic that the person saw, None for none.

    Raises TopicChanged when it has another one now, or the topic is of another consultation; NotPermitted.
    """
    consultation = Consultation.objects.hold(remark.consultation_id)
    is_as_seen = Remark.objects.filter(pk=remark.pk, topic=seen).exists()
    if (topic is not None and topic.consultation_id != consultation.pk) or not is_as_seen:
        raise TopicChanged
    set_topics(consultation, [remark], topic=topic, by=by, now=now)
    remark.refresh_from_db()
    remark.consultation = consultation
    return remark


@transaction.atomic
def set_topics(
    consultation: Consultation,
    remarks: Sequence[Remark],
    *,
    topic: Topic | None,
    by: User,
    now: dt.datetime | None = None,
) -> Refusals:
    """Give many remarks of one held consultation a topic, or none; those that had it are refused (TopicSetAlready).

    In any state: it is what the register counts by. Raises NotPermitted, TopicNotOfThisConsultation.
    """
    if not may_set_topics(by):
        raise NotPermitted
    if topic is not None and topic.consultation_id != consultation.pk:
        raise TopicNotOfThisConsultation
    now = now or timezone.now()
    topic_id = None if topic is None else topic.pk
    current = (
        Remark.objects.filter(consultation=consultation)
        .only("consultation", "topic", "chapter", "passage", "district", "channel", "standing")
        .order_by()
        .in_bulk([one.pk for one in remarks])
    )
    refused: Refusals = {one.pk: TopicSetAlready() for one in current.values() if one.topic_id == topic_id}
    good = [one for one in current.values() if one.pk not in refused]
    settled = [one.pk for one in current.values() if topic_id is not None or one in good]
    TopicSuggestion.objects.filter(remark__in=settled, state=State.OPEN).update(state=State.SET)
    if not good:
        return refused
    Remark.objects.filter(pk__in=[one.pk for one in good]).update(topic=topic)
    pairs = []
    for before in good:
        after = copy.copy(before)
        after.topic_id = topic_id
        pairs.append((before, after))
    tallies.replace_remarks(consultation, pairs)
    record_remarks(
        HistoryEntry.Verb.SET_TOPIC,
        consultation=consultation,
        by=by,
        at=now,
        facts=[Fact(one, {"topic": one.topic_id}, {"topic": topic_id}) for one in good],
    )
    return refused


@transaction.atomic
def refuse_suggestion(suggestion: TopicSuggestion, *, by: User, now: dt.datetime | None = None) -> None:
    """The suggested topic is wrong; the worker never suggests it to this remark again.

    Raises TopicChanged, NotPermitted.
    """
    if not may_set_topics(by):
        raise NotPermitted
    # The worker that suggests holds it too: it has either read this refusal, or this row is as it wrote it.
    Consultation.objects.hold(suggestion.consultation_id)
    changed = TopicSuggestion.objects.filter(pk=suggestion.pk, topic=suggestion.topic_id, state=State.OPEN).update(
        state=State.REFUSED
    )
    if not changed:
        raise TopicChanged
    TopicRefusal.objects.bulk_create(
        [TopicRefusal(remark_id=suggestion.pk, topic_id=suggestion.topic_id, by=by, at=now or timezone.now())],
        ignore_conflicts=True,
    )


def suggest_topics(
    consultation: Consultation,
    *,
    tell: Tell = lambda done, total: None,
    now: dt.datetime | None = None,
) -> int:
    """Suggest topics to the remarks that have none, from their words or from the group they are in; how many are open.

    Learns from every remark whose topic is set. A suggestion that a person refused is not made again.
    """
    now = now or timezone.now()
    names = {topic.pk: topic.name for topic in consultation.topics.all()}
    close_settled(consultation)
    if not names:
        return 0
    known = TopicWords(names)
    remarks = Remark.objects.to_group().filter(consultation=consultation)
    total, done, last, count = remarks.count(), 0, 0, 0
    with_topic = remarks.filter(topic__isnull=False)
    while rows := list(with_topic.filter(pk__gt=last).order_by("pk").values_list("pk", "topic", *TEXTS)[:PAGE]):
        for _key, topic, *texts in rows:
            known.learn(topic, "\n".join(texts))
        last, done = rows[-1][0], done + len(rows)
        tell(done, total)
    of_group = _topics_of_groups(consultation)
    without, last = remarks.filter(topic__isnull=True), 0
    while rows := list(without.filter(pk__gt=last).order_by("pk").values_list("pk", *TEXTS)[:PAGE]):
        made = []
        for key, *texts in rows:
            if key in of_group:
                topic, sure, source, words = of_group[key], 100, Source.GROUP, list[str]()
            else:
                found = known.suggest("\n".join(texts))
                if found is None:
                    continue
                topic, sure, source, words = found.topic, int(100 * found.sure), Source.WORDS, list(found.words)
            made.append(
                TopicSuggestion(
                    remark_id=key,
                    consultation=consultation,
                    topic_id=topic,
                    sure=sure,
                    source=source,
                    words=words,
                    made_at=now,
                )
            )
        count += _write(consultation, [row[0] for row in rows], made)
        last, done = rows[-1][0], done + len(rows)
        tell(done, total)
    return count


def close_settled(consultation: Consultation) -> int:
    """Close the suggestions of remarks that have a topic by now, or need none; how many."""
    settled = Q(remark__topic__isnull=False) | Q(remark__state__in=UNGROUPED)
    open_ones = TopicSuggestion.objects.filter(settled, consultation=consultation, state=State.OPEN)
    return open_ones.update(state=State.SET)


@transaction.atomic
def _write(consultation: Consultation, keys: list[int], made: list[TopicSuggestion]) -> int:
    """Replace the open suggestions of these remarks; how many stand then."""
    Consultation.objects.hold(consultation.pk)
    low, high = keys[0], keys[-1]
    before = TopicSuggestion.objects.filter(consultation=consultation, remark__gte=low, remark__lte=high)
    refused = set(
        TopicRefusal.objects.filter(remark__consultation=consultation, remark__gte=low, remark__lte=high).values_list(
            "remark", "topic"
        )
    )
    before.filter(state=State.OPEN).delete()
    # Whose topic was set while we were thinking, or a person has refused this very topic.
    waiting = set(
        Remark.objects.to_group()
        .filter(consultation=consultation, pk__gte=low, pk__lte=high, topic__isnull=True)
        .order_by()
        .values_list("pk", flat=True)
    )
    rows = [one for one in made if one.pk in waiting and (one.pk, one.topic_id) not in refused]
    TopicSuggestion.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["remark"],
        update_fields=["topic", "sure", "source", "words", "state", "made_at"],
    )
    return len(rows)


def _topics_of_groups(consultation: Consultation) -> dict[int, int]:
    """For remarks in a confirmed group: the topic that most of its members with a topic have."""
    counts: dict[int, Counter[int]] = defaultdict(Counter)
    members: dict[int, list[int]] = defaultdict(list)
    active = GroupMember.objects.active().filter(group__consultation=consultation)
    for member in active.select_related("remark").only("group", "remark__topic").order_by("pk"):
        if member.remark.topic_id is None:
            members[member.group_id].append(member.remark_id)
        else:
            counts[member.group_id][member.remark.topic_id] += 1
    return {
        remark: min(counts[group], key=lambda topic: (-counts[group][topic], topic))
        for group, remarks in members.items()
        if counts[group]
        for remark in remarks
    }
