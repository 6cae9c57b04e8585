"""Answers in own words go on as voices: read there by a person, and public only then."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from accounts.models import User
from lublin2030.lib.dates import warsaw_day
from participation.errors import NotPermitted
from participation.models import OpenAnswer, Question, Survey, Theme, Voice
from participation.permissions import may_build_surveys
from participation.services.voices import NewVoice, note_voices

NAMESPACE = uuid.UUID("6d0f3c5e-27f0-5d35-9a51-2b1c8f0c7a11")
LONGEST_QUESTION = 300


def capture_id(answer: OpenAnswer) -> uuid.UUID:
    """The answer's own name among voices: however often it is made one, it is one."""
    return uuid.uuid5(NAMESPACE, f"{answer.response.form_token}:{answer.code}")


def make_voices(
    answers: Sequence[OpenAnswer], *, question: Question, survey: Survey, theme: Theme | None, by: User
) -> int:
    """Note answers down as voices of a theme; how many were new. Raises NotPermitted."""
    if not may_build_surveys(by):
        raise NotPermitted
    if not answers:
        return 0
    return note_voices(
        [
            NewVoice(
                text=answer.text,
                process=survey.process,
                channel=Voice.Channel.SURVEY,
                wording=Voice.Wording.TRANSCRIPT,
                spoken_on=answer.response.sheet_on or warsaw_day(answer.response.sent_at),
                question=question.wording[:LONGEST_QUESTION],
                theme=theme,
                district=answer.response.district,
                age_band=answer.response.age_band,
                language=answer.response.language,
                is_demonstration=answer.response.is_demonstration,
                capture_id=capture_id(answer),
            )
            for answer in answers
        ],
        by=by,
    )
