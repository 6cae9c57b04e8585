"""Who hears at once gets one mail for each happening, however many of its followings it concerns."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.models import Frequency, Happening, Message, Subscription
from notifications.services import following, outbox, telling
from notifications.services.happenings import record_happenings
from notifications.services.telling import tell_at_once
from tests.factories import CLOSES, DURING, OPENS, EventFactory, NewsFactory
from tests.factories_following import follow, happening

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
NEWS = Happening.Kind.NEWS


@pytest.fixture
def opened(consultation):
    """The opening of the consultation, which is its process's news as well."""
    return happening(consultation=consultation, process=consultation.process, now=OPENS)


def recipients() -> list[str]:
    return sorted(Message.objects.values_list("recipient", flat=True))


def test_each_follower_at_once_gets_a_mail_of_its_own_kind(consultation, opened):
    follow(consultation, "one@example.org")
    follow(consultation.process, "two@example.org")
    follow(consultation, "weekly@example.org", frequency=Frequency.WEEKLY)
    assert tell_at_once(now=OPENS) == 2
    assert recipients() == ["one@example.org", "two@example.org"]
    assert set(Message.objects.values_list("kind", flat=True)) == {"consultation_opens"}
    assert Happening.objects.get().told_at == OPENS


def test_who_follows_several_things_is_told_once(consultation, opened):
    for record in (consultation, consultation.process):
        follow(record)
    assert tell_at_once(now=OPENS) == 1


def test_telling_again_tells_nobody_twice(consultation, opened):
    follow(consultation)
    assert [tell_at_once(now=OPENS) for _ in range(2)] == [1, 0]
    Happening.objects.update(told_at=None)  # a worker that was killed before it said that all were told
    assert tell_at_once(now=OPENS) == 0
    assert Message.objects.count() == 1


def test_who_came_after_it_and_who_never_confirmed_are_not_told(consultation, opened):
    follow(consultation, "late@example.org", since=OPENS + MINUTE)
    Subscription.objects.create(consultation=consultation, email="a@example.org", created_at=OPENS - DAY)
    assert tell_at_once(now=OPENS + DAY) == 0


def test_what_was_told_before_the_portal_knew_happenings_is_not_told_again(consultation):
    told, new = follow(consultation, "told@example.org"), follow(consultation, "new@example.org")
    outbox.write(
        Message.Kind.CONSULTATION_CLOSES,
        key=f"consultation-closes:{consultation.pk}:{told.pk}",
        recipient=told.email,
        language="pl",
        context={"subscription": told.pk},
        consultation=consultation,
        now=CLOSES - 3 * DAY,
    )
    record_happenings(now=CLOSES - DAY)  # the first look after the change
    assert tell_at_once(now=CLOSES - DAY) == 1
    assert recipients() == [new.email, told.email]


def test_a_happening_made_anew_is_not_told_again_and_hides_no_other(consultation, opened):
    follow(consultation)
    tell_at_once(now=OPENS)
    again, other = (happening(consultation=consultation, now=OPENS) for _ in range(2))
    Happening.objects.filter(pk=opened.pk).delete()
    Happening.objects.filter(pk=again.pk).update(key=opened.key)
    assert tell_at_once(now=OPENS) == 1
    assert Message.objects.latest("pk").key.startswith(f"happening:{other.key}:")


def test_two_workers_at_once_write_each_message_once(consultation, opened, monkeypatch):
    for number in range(3):
        follow(consultation, f"f{number}@example.org")
    write_all = outbox.write_all

    def write_after_another(messages):
        monkeypatch.setattr(outbox, "write_all", write_all)
        tell_at_once(now=OPENS)  # the other worker was faster
        write_all(messages)

    monkeypatch.setattr(outbox, "write_all", write_after_another)
    tell_at_once(now=OPENS)
    assert Message.objects.count() == 3


def test_a_worker_that_is_stopped_goes_on_where_it_was(consultation, opened, monkeypatch):
    monkeypatch.setattr(telling, "BATCH", 2)
    for number in range(5):
        follow(consultation, f"f{number}@example.org")
    rounds = iter([False, True])
    assert tell_at_once(now=OPENS, should_stop=lambda: next(rounds)) == 2
    assert Happening.objects.get().told_at is None
    assert tell_at_once(now=OPENS + MINUTE) == 3
    assert Message.objects.values("recipient").distinct().count() == 5


def test_a_batch_that_fails_writes_nothing_of_itself(consultation, opened, monkeypatch):
    monkeypatch.setattr(telling, "BATCH", 2)
    for number in range(4):
        follow(consultation, f"f{number}@example.org")
    write_all, calls = outbox.write_all, []

    def fail_second(messages):
        write_all(messages)
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError

    monkeypatch.setattr(outbox, "write_all", fail_second)
    with pytest.raises(RuntimeError):
        tell_at_once(now=OPENS)
    assert (Message.objects.count(), Happening.objects.get().told_at) == (2, None)


def test_the_reader_gets_the_language_asked_for(consultation, opened):
    follow(consultation, language="uk")
    tell_at_once(now=OPENS)
    assert Message.objects.get().language == "uk"


def test_queries_do_not_grow_with_followers(consultation, opened):
    def queries() -> int:
        Happening.objects.update(told_at=None)
        with CaptureQueriesContext(connection) as captured:
            tell_at_once(now=OPENS)
        return len(captured)

    follow(consultation, "first@example.org")
    few = queries()
    for number in range(60):  # SQLite takes about 80 rows in one statement
        follow(consultation, f"f{number}@example.org")
    assert queries() == few
    assert Message.objects.count() == 61


def test_who_has_left_before_the_mail_went_is_told_nothing(consultation, opened, mail_server):
    follower = follow(consultation)
    follow(EventFactory())
    tell_at_once(now=OPENS)
    following.unsubscribe(follower.token)
    assert outbox.sweep(now=OPENS) == 0
    assert not Message.objects.exists()


def test_the_mail_of_a_thing_left_goes_on_for_the_sake_of_another(consultation, opened, mail_server):
    follower, process = follow(consultation), follow(consultation.process)
    tell_at_once(now=OPENS)
    following.unsubscribe(follower.token)
    assert outbox.sweep(now=OPENS) == 1
    assert f"/obserwowanie/{process.token}/wypisz/" in mail.outbox[0].extra_headers["List-Unsubscribe"]


def test_news_taken_back_before_the_mail_went_is_not_told(mail_server):
    item = NewsFactory()
    follow(item.process)
    happening(NEWS, process=item.process, context={"news": item.pk})
    tell_at_once(now=DURING)
    item.published_at = None
    item.save()
    assert outbox.sweep(now=DURING) == 0


@pytest.mark.usefixtures("mail_server")
def test_the_worker_tells_in_the_same_round_what_it_has_noticed(during, consultation):
    follow(consultation.process)
    call_command("work", "--once")
    during.shift(MINUTE)
    NewsFactory(process=consultation.process, published_at=DURING + MINUTE)
    call_command("work", "--once")
    assert [message.to for message in mail.outbox] == [["follower@example.org"]]
