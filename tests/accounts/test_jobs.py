"""Long work: asked for once, done by one worker, visible while it runs, taken over when its worker dies."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import jobs
from accounts.models import Job
from accounts.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def work(monkeypatch):
    """Register what a job of the kind “test” does, for this test alone."""

    def register(does) -> None:
        monkeypatch.setitem(jobs._kinds, "test", does)

    register(lambda subject, progress: None)
    return register


def test_the_same_key_makes_one_job(work):
    first = jobs.ask_for("test", key="one", by=None, number=1)
    assert jobs.ask_for("test", key="one", by=None, number=2).pk == first.pk
    assert Job.objects.get().subject == {"number": 1}


def test_an_unknown_kind_is_refused():
    with pytest.raises(KeyError):
        jobs.ask_for("no-such-kind", key="one", by=None)


def test_a_job_is_done_with_its_subject_and_shows_its_progress(work):
    seen = []

    def does(subject, progress):
        progress(3, 10)
        seen.append((subject["number"], Job.objects.get().done, Job.objects.get().total))

    work(does)
    jobs.ask_for("test", key="one", by=None, number=7)
    assert jobs.run_due() == 1
    assert seen == [(7, 3, 10)]
    assert Job.objects.get().state == Job.State.DONE
    assert jobs.run_due() == 0


def test_a_failure_is_tried_again_and_then_given_up_without_its_message(work, caplog):
    def does(subject, progress):
        raise ValueError("anna@example.org")

    work(does)
    jobs.ask_for("test", key="one", by=None)
    assert [jobs.run_due() for _ in range(4)] == [1, 1, 1, 0]
    job = Job.objects.get()
    assert (job.state, job.last_error) == (Job.State.FAILED, "ValueError")
    assert "ValueError" in caplog.text
    assert "anna" not in caplog.text


def test_a_job_of_a_dead_worker_is_taken_over_and_the_dead_one_stops(work):
    lost = []

    def dies(subject, progress):
        # Meanwhile the lease has run out and another worker has begun.
        Job.objects.update(claimed_until=timezone.now() + dt.timedelta(hours=1))
        try:
            progress(1, 2)
        except jobs.LeaseLost:
            lost.append(True)
            raise

    work(dies)
    jobs.ask_for("test", key="one", by=None)
    jobs.run_due()
    assert lost == [True]
    assert Job.objects.get().state == Job.State.RUNNING
    work(lambda subject, progress: None)
    assert jobs.run_due(now=timezone.now() + dt.timedelta(hours=2)) == 1
    assert Job.objects.get().state == Job.State.DONE


def test_a_job_at_which_every_worker_died_is_given_up_and_the_next_one_is_done(work):
    jobs.ask_for("test", key="deadly", by=None)
    jobs.ask_for("test", key="good", by=None)
    Job.objects.filter(key="deadly").update(
        state=Job.State.RUNNING, claimed_until=timezone.now(), attempts=jobs.MOST_ATTEMPTS
    )
    assert jobs.run_due(now=timezone.now() + dt.timedelta(minutes=1)) == 1
    assert dict(Job.objects.values_list("key", "state")) == {"deadly": Job.State.FAILED, "good": Job.State.DONE}
    assert Job.objects.get(key="deadly").finished_at is not None


def test_a_running_job_is_not_begun_by_another_worker(work):
    jobs.ask_for("test", key="one", by=None)
    Job.objects.update(state=Job.State.RUNNING, claimed_until=timezone.now() + jobs.LEASE)
    assert jobs.run_due() == 0


def test_finished_jobs_are_forgotten_after_a_month_and_others_stay(work):
    jobs.ask_for("test", key="done", by=None)
    jobs.run_due()
    jobs.ask_for("test", key="waits", by=None)
    assert jobs.forget_old(now=timezone.now() + dt.timedelta(days=29)) == 0
    assert jobs.forget_old(now=timezone.now() + dt.timedelta(days=31)) == 1
    assert Job.objects.get().key == "waits"


def test_progress_is_shown_to_who_asked_and_to_nobody_else(work, client, sign_in):
    me = sign_in(Role.COORDINATOR)
    mine = jobs.ask_for("test", key="mine", by=me)
    theirs = jobs.ask_for("test", key="theirs", by=factories.person(Role.COORDINATOR))
    page = client.get(reverse("desk:job", args=[mine.pk]))
    assert page.status_code == 200
    assert "every 1s" in page.content.decode()
    assert client.get(reverse("desk:job", args=[theirs.pk])).status_code == 404
    jobs.run_due()
    assert "every 1s" not in client.get(reverse("desk:job", args=[mine.pk])).content.decode()
