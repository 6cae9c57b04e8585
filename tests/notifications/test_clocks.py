"""What runs by the clock runs in every installation: in the embedded worker and, with Redis, in Celery's beat."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.management import call_command

from lublin2030.celery import app
from notifications.management.commands import work


@pytest.mark.django_db
def test_the_embedded_worker_does_what_beat_does(monkeypatch):
    done: list[str] = []

    def do(job: work.Job, _now: float) -> bool:
        done.append(job.name)
        return True

    monkeypatch.setattr(work.Job, "do", do)
    call_command("work", once=True)
    assert sorted(done) == sorted(settings.CELERY_BEAT_SCHEDULE)


def test_beat_asks_for_tasks_that_there_are():
    app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)
