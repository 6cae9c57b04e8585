"""One digest for an address and a frequency, at seven in Warsaw; never empty, and nothing is lost or told twice."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lublin2030.lib.dates import warsaw
from notifications.errors import NotInTrouble
from notifications.models import Frequency, Happening, Message, Subscription
from notifications.schedule import next_digest
from notifications.services import following, outbox, telling
from notifications.services.telling import send_digests, tell_at_once
from stages.models import News
from tests.factories import DURING, DistrictFactory, EventFactory, NewsFactory, ProcessFactory, StageFactory
from tests.factories_following import follow, happening

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
DAILY, WEEKLY, AT_ONCE = Frequency.DAILY, Frequency.WEEKLY, Frequency.AT_ONCE
THURSDAY = warsaw(2021, 12, 2, 7)  # the first daily digest after ``DURING``, a Wednesday
MONDAY = warsaw(2021, 12, 6, 7)


def news(process, now=DURING, **targets) -> Happening:
    item = NewsFactory(process=process, published_at=now)
    one = happening(Happening.Kind.NEWS, process=process, now=now, context={"news": item.pk}, **targets)
    Happening.objects.filter(pk=one.pk).update(told_at=now)
    return one


def told(message: Message | None = None) -> list[int]:
    return list((message or Message.objects.get()).context["happenings"])


@pytest.mark.parametrize(
    ("frequency", "now", "at"),
    [
        (DAILY, DURING, THURSDAY),
        (DAILY, warsaw(2021, 12, 2, 6, 59), THURSDAY),
        (DAILY, THURSDAY, THURSDAY + DAY),
        (WEEKLY, DURING, MONDAY),
        (WEEKLY, warsaw(2021, 12, 6, 6, 59), MONDAY),
        (WEEKLY, MONDAY, MONDAY + 7 * DAY),
        (DAILY, warsaw(2022, 3, 26, 12), warsaw(2022, 3, 27, 7)),  # the clock goes forward that night
        (DAILY, warsaw(2022, 10, 29, 12), warsaw(2022, 10, 30, 7)),  # and back
        (WEEKLY, warsaw(2022, 3, 21, 8), warsaw(2022, 3, 28, 7)),
        (AT_ONCE, DURING, None),
    ],
)
def test_when_the_next_digest_comes(frequency, now, at):
    assert next_digest(frequency, now) == at


@pytest.mark.parametrize(
    ("now", "hour"), [(warsaw(2022, 3, 26, 8), 5), (warsaw(2022, 3, 25, 8), 6), (warsaw(2022, 10, 29, 8), 6)]
)
def test_seven_in_warsaw_is_another_hour_in_utc_after_the_clocks_change(now, hour):
    assert next_digest(DAILY, now).astimezone(dt.UTC).hour == hour


def test_a_digest_comes_at_its_hour_and_once():
    follower = follow(ProcessFactory(), frequency=DAILY)
    one, two = news(follower.process), news(follower.process)
    assert send_digests(now=THURSDAY - dt.timedelta(seconds=1)) == 0
    assert send_digests(now=THURSDAY) == 1
    assert told() == [one.pk, two.pk]
    assert send_digests(now=THURSDAY + HOUR) == 0
    follower.refresh_from_db()
    assert (follower.cursor, follower.next_digest_at) == (two.pk, THURSDAY + DAY)


def test_nothing_new_is_no_digest_and_the_clock_goes_on():
    follower = follow(ProcessFactory(), frequency=DAILY)
    news(ProcessFactory())
    assert send_digests(now=THURSDAY) == 0
    follower.refresh_from_db()
    assert follower.next_digest_at == THURSDAY + DAY


def test_all_followings_of_an_address_come_in_one_digest():
    stage = StageFactory()
    follow(stage, frequency=WEEKLY)
    follow(stage.process, frequency=WEEKLY)
    follow(DistrictFactory(), frequency=WEEKLY)
    follow(stage, "other@example.org", frequency=WEEKLY)
    both = news(stage.process, stage=stage)
    only_process = news(stage.process)
    assert send_digests(now=MONDAY) == 2
    assert told(Message.objects.get(recipient="follower@example.org")) == [both.pk, only_process.pk]
    assert told(Message.objects.get(recipient="other@example.org")) == [both.pk]


def test_each_frequency_has_its_own_digest_and_nothing_comes_twice():
    stage = StageFactory()
    follow(stage, frequency=DAILY)
    follow(stage.process, frequency=WEEKLY)
    both, only_process = news(stage.process, stage=stage), news(stage.process)
    send_digests(now=THURSDAY)
    send_digests(now=MONDAY)
    assert [told(message) for message in Message.objects.order_by("pk")] == [[both.pk], [only_process.pk]]


def test_what_was_told_at_once_is_not_in_the_digest():
    stage = StageFactory()
    follow(stage)
    follow(stage.process, frequency=DAILY)
    item = NewsFactory(process=stage.process, published_at=DURING)
    happening(Happening.Kind.NEWS, process=stage.process, stage=stage, context={"news": item.pk})
    assert tell_at_once(now=DURING) == 1
    assert send_digests(now=THURSDAY) == 0


def test_a_digest_waits_for_what_is_still_being_told_at_once():
    process = ProcessFactory()
    follow(process, frequency=DAILY)
    first, second = news(process), news(process)
    Happening.objects.filter(pk=second.pk).update(told_at=None)
    send_digests(now=THURSDAY)
    assert told() == [first.pk]
    tell_at_once(now=THURSDAY + HOUR)
    send_digests(now=THURSDAY + DAY)
    assert told(Message.objects.latest("pk")) == [second.pk]


def test_a_worker_that_was_down_for_three_days_sends_one_digest_with_everything():
    follower = follow(ProcessFactory(), frequency=DAILY)
    happened = [news(follower.process, DURING + number * DAY).pk for number in range(3)]
    assert send_digests(now=DURING + 3 * DAY) == 1
    assert told() == happened
    follower.refresh_from_db()
    assert follower.next_digest_at == warsaw(2021, 12, 5, 7)


def test_the_language_is_that_of_the_latest_following():
    process = ProcessFactory()
    follow(process, frequency=DAILY, language="pl")
    follow(StageFactory(process=process), frequency=DAILY, language="uk", since=DURING - DAY)
    news(process)
    send_digests(now=THURSDAY)
    assert Message.objects.get().language == "uk"


def fail(message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(state=Message.State.FAILED)


def test_a_digest_that_was_given_up_returns_in_the_next():
    process = ProcessFactory()
    follow(process, frequency=DAILY)
    first = news(process)
    send_digests(now=THURSDAY)
    fail(Message.objects.get())
    second = news(process, THURSDAY + HOUR)
    assert send_digests(now=THURSDAY + DAY) == 1
    assert told() == [first.pk, second.pk]


def test_a_digest_that_was_given_up_returns_even_if_nothing_else_happened():
    process = ProcessFactory()
    follow(process, frequency=DAILY)
    first = news(process)
    send_digests(now=THURSDAY)
    fail(Message.objects.get())
    assert send_digests(now=THURSDAY + DAY) == 1
    assert told() == [first.pk]


def test_a_digest_that_staff_sent_again_does_not_return(coordinator, mail_server):
    process = ProcessFactory()
    follow(process, frequency=DAILY)
    news(process)
    send_digests(now=THURSDAY)
    fail(Message.objects.get())
    outbox.resend(Message.objects.get(), by=coordinator, now=THURSDAY + HOUR)
    assert send_digests(now=THURSDAY + DAY) == 0
    assert outbox.sweep(now=THURSDAY + DAY) == 1


def test_a_digest_taken_back_cannot_be_sent_again(coordinator):
    process = ProcessFactory()
    follow(process, frequency=DAILY)
    news(process)
    send_digests(now=THURSDAY)
    failed = Message.objects.get()
    fail(failed)
    send_digests(now=THURSDAY + DAY)
    with pytest.raises(NotInTrouble):
        outbox.resend(failed, by=coordinator, now=THURSDAY + DAY)


def test_a_cursor_moves_only_together_with_what_is_written(monkeypatch):
    follower = follow(ProcessFactory(), frequency=DAILY)
    one = news(follower.process)
    monkeypatch.setattr(outbox, "write_all", lambda messages: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        send_digests(now=THURSDAY)
    follower.refresh_from_db()
    assert (follower.cursor, follower.next_digest_at) == (0, THURSDAY)
    monkeypatch.undo()
    send_digests(now=THURSDAY + HOUR)
    assert told() == [one.pk]


def test_two_workers_at_once_send_one(monkeypatch):
    follower = follow(ProcessFactory(), frequency=DAILY)
    news(follower.process)
    write = telling._write_digests

    def after_another(*arguments):
        monkeypatch.setattr(telling, "_write_digests", write)
        send_digests(now=THURSDAY)  # the other worker was faster
        return write(*arguments)

    monkeypatch.setattr(telling, "_write_digests", after_another)
    assert send_digests(now=THURSDAY) == 0
    assert Message.objects.count() == 1


def test_more_addresses_than_a_batch_all_get_theirs(monkeypatch):
    monkeypatch.setattr(telling, "BATCH", 3)
    process = ProcessFactory()
    for number in range(8):
        follow(process, f"f{number}@example.org", frequency=DAILY)
    news(process)
    assert send_digests(now=THURSDAY) == 8


def test_queries_do_not_grow_with_followers_or_news():
    process = ProcessFactory()

    def queries(now) -> int:
        with CaptureQueriesContext(connection) as captured:
            send_digests(now=now)
        return len(captured)

    follow(process, "first@example.org", frequency=DAILY)
    news(process)
    few = queries(THURSDAY)
    for number in range(60):
        follow(process, f"f{number}@example.org", frequency=DAILY, now=THURSDAY)
    for _ in range(5):
        news(process, THURSDAY + HOUR)
    assert queries(THURSDAY + DAY) == few
    assert Message.objects.count() == 62


# -- changing how often --------------------------------------------------------------------------------------------


def test_what_has_gathered_goes_out_when_the_frequency_changes():
    follower = follow(ProcessFactory(), frequency=WEEKLY)
    one = news(follower.process)
    following.change_frequency(follower.token, frequency=AT_ONCE, now=DURING + HOUR)
    assert told() == [one.pk]
    follower.refresh_from_db()
    assert (follower.frequency, follower.next_digest_at, follower.cursor) == (AT_ONCE, None, one.pk)
    assert tell_at_once(now=DURING + HOUR) == 0


def test_what_was_told_at_once_is_not_in_the_first_digest_after_a_change():
    follower = follow(ProcessFactory())
    item = NewsFactory(process=follower.process, published_at=DURING)
    happening(Happening.Kind.NEWS, process=follower.process, context={"news": item.pk})
    tell_at_once(now=DURING)
    following.change_frequency(follower.token, frequency=DAILY, now=DURING + HOUR)
    assert send_digests(now=THURSDAY) == 0
    later = news(follower.process, THURSDAY + HOUR)
    send_digests(now=THURSDAY + DAY)
    assert told(Message.objects.latest("pk")) == [later.pk]


def test_what_is_not_told_yet_when_the_frequency_changes_comes_in_the_digest():
    follower = follow(ProcessFactory())
    item = NewsFactory(process=follower.process, published_at=DURING)
    one = happening(Happening.Kind.NEWS, process=follower.process, context={"news": item.pk})
    following.change_frequency(follower.token, frequency=DAILY, now=DURING)
    assert tell_at_once(now=DURING) == 0
    send_digests(now=THURSDAY)
    assert told() == [one.pk]


def test_the_same_frequency_again_changes_nothing():
    follower = follow(ProcessFactory(), frequency=WEEKLY)
    news(follower.process)
    following.change_frequency(follower.token, frequency=WEEKLY, now=DURING + HOUR)
    assert not Message.objects.exists()


# -- the mail ------------------------------------------------------------------------------------------------------


def sent(mail_server, now=THURSDAY):
    assert outbox.sweep(now=now) == 1
    return mail.outbox[-1]


def test_a_digest_lists_each_thing_once_under_the_narrowest(mail_server):
    event = EventFactory(district=DistrictFactory(), starts_at=DURING + 9 * DAY)
    mine = follow(event, frequency=DAILY)
    follow(event.district, frequency=DAILY)
    follow(event.process, frequency=DAILY)
    context = {"starts_at": event.starts_at.isoformat()}
    targets = {"event": event, "district": event.district, "process": event.process}
    happening(Happening.Kind.EVENT_ANNOUNCED, context=context, **targets)
    tell_at_once(now=DURING)
    send_digests(now=THURSDAY)
    one = sent(mail_server)
    assert one.body.count(event.get_absolute_url()) == 2  # the heading and the news
    assert f"/obserwowanie/{mine.token}/" in one.body
    assert event.district.name not in one.body


def test_a_digest_can_be_ended_with_one_click(mail_server, client):
    process = ProcessFactory()
    follower = follow(process, frequency=DAILY)
    follow(StageFactory(process=process), frequency=DAILY)
    weekly = follow(DistrictFactory(), frequency=WEEKLY)
    news(process)
    send_digests(now=THURSDAY)
    one = sent(mail_server)
    url = f"https://portal.test/obserwowanie/{follower.reader_token}/wypisz/codziennie/"
    assert one.extra_headers["List-Unsubscribe"] == f"<{url}>"
    assert one.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = url.removeprefix("https://portal.test")
    assert "<form" in client.get(path).content.decode()
    assert Subscription.objects.count() == 3
    client.post(path, {"List-Unsubscribe": "One-Click"})
    assert list(Subscription.objects.all()) == [weekly]


def test_a_digest_whose_news_is_all_taken_back_is_not_sent(mail_server):
    process = ProcessFactory()
    follow(process, frequency=DAILY)
    one = news(process)
    send_digests(now=THURSDAY)
    News.objects.filter(pk=one.context["news"]).update(published_at=None)
    assert outbox.sweep(now=THURSDAY) == 0
    assert not Message.objects.exists()


def test_what_was_left_since_is_not_in_the_digest(mail_server):
    process, other = ProcessFactory(), ProcessFactory()
    left = follow(process, frequency=DAILY)
    follow(other, frequency=DAILY)
    one, two = news(process), news(other)
    send_digests(now=THURSDAY)
    following.unsubscribe(left.token)
    body = sent(mail_server).body
    paths = [News.objects.get(pk=each.context["news"]).get_absolute_url() for each in (one, two)]
    assert [path in body for path in paths] == [False, True]


def test_queries_of_a_mail_do_not_grow_with_what_it_tells(mail_server):
    process = ProcessFactory()
    follow(process, frequency=DAILY)

    def queries(now, count) -> int:
        for _ in range(count):
            news(process, now - HOUR)
        send_digests(now=now)
        with CaptureQueriesContext(connection) as captured:
            sent(mail_server, now)
        return len(captured)

    assert queries(THURSDAY, 1) == queries(THURSDAY + DAY, 12)
