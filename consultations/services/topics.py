"""Say what remarks are about."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from consultations.errors import NotPermitted, TopicNotOfThisConsultation, TopicSetAlready
from consultations.models import Consultation, HistoryEntry, Remark, Topic
from consultations.permissions import may_set_topic
from consultations.services import tallies
from consultations.services.decisions import Refusals
from consultations.services.history import Fact, record_remarks


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
    if not may_set_topic(by):
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
