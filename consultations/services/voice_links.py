"""Say which voices of residents stand behind which passages of a draft (docs/adr/0028)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from consultations.errors import LinkGone, NotPermitted, VoiceNotOfThisProcess
from consultations.models import Consultation, HistoryEntry, Passage, PassageVoice
from consultations.services.change_links import processes_of
from consultations.services.history import record
from participation.models import Voice
from participation.permissions import may_moderate_voices

Verb = HistoryEntry.Verb


@transaction.atomic
def link_voice(passage: Passage, voice: Voice, *, by: User, now: dt.datetime | None = None) -> PassageVoice:
    """Say that the voice stands behind the passage; the same again changes nothing.

    A voice that is not public can be linked, but shows once it is. Raises NotPermitted, VoiceNotOfThisProcess.
    """
    if not may_moderate_voices(by):
        raise NotPermitted
    now = now or timezone.now()
    consultation = _hold(passage)
    if voice.process_id not in processes_of(consultation):
        raise VoiceNotOfThisProcess
    link, made = PassageVoice.objects.get_or_create(
        passage=passage, voice=voice, defaults={"linked_at": now, "linked_by": by}
    )
    if made:
        facts = {"passage": passage.code, "voice": voice.pk}
        record(Verb.LINK_VOICE, consultation=consultation, by=by, at=now, after=facts)
    return link


@transaction.atomic
def unlink_voice(link: PassageVoice, *, by: User, now: dt.datetime | None = None) -> None:
    """Take back that the voice stands behind the passage. Raises NotPermitted, LinkGone."""
    if not may_moderate_voices(by):
        raise NotPermitted
    consultation = _hold(link.passage)
    facts = {"passage": link.passage.code, "voice": link.voice_id}
    gone, _by_model = PassageVoice.objects.filter(pk=link.pk).delete()
    if not gone:
        raise LinkGone
    record(Verb.UNLINK_VOICE, consultation=consultation, by=by, at=now or timezone.now(), before=facts)


def _hold(passage: Passage) -> Consultation:
    """Lock the consultation until the commit, as every verb on what it holds does."""
    return Consultation.objects.hold(Consultation.objects.values_list("pk", flat=True).get(draft=passage.draft_id))
