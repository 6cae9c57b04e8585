"""A process, stage, district, theme or event is followed like a consultation: by a form, and ended by a link."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from notifications.following_mail import unsubscribe_headers
from notifications.links import link_to_everything
from notifications.models import Frequency, Message, Subscription
from notifications.querysets import TARGETS
from notifications.services import following, outbox
from notifications.services.following import ASK_AGAIN_AFTER
from notifications.targets import BY_FIELD, BY_WORD, follow_url, is_over, url_of
from tests.factories import DURING, DistrictFactory, EventFactory, ProcessFactory, StageFactory, consultation_with_draft
from tests.factories_following import follow, happening
from tests.factories_participation import ThemeFactory

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
MAKERS = {
    "event": EventFactory,
    "consultation": lambda: consultation_with_draft(chapters=1, passages=1),
    "theme": ThemeFactory,
    "district": DistrictFactory,
    "stage": StageFactory,
    "process": ProcessFactory,
}
each_target = pytest.mark.parametrize("field", TARGETS)


def main_of(page) -> str:
    return str(page.content.decode().split("<main")[1].split("</main")[0])


@each_target
def test_the_whole_way_from_the_form_to_the_end(field, client, during, mail_server):
    record = MAKERS[field]()
    url = follow_url(record)
    assert 'name="email"' in client.get(url).content.decode()
    answer = client.post(url, {"email": "New@Example.org", "frequency": "daily"})
    assert (answer.status_code, answer.url) == (302, f"{url}?wyslano=1")
    assert outbox.sweep(now=DURING) == 1
    link = next(word for word in mail.outbox[0].body.split() if word.endswith("/potwierdz/"))
    path = link.removeprefix("https://portal.test")
    client.post(path)
    follower = Subscription.objects.confirmed().get()
    assert (follower.email, follower.frequency, follower.target) == ("new@example.org", "daily", record)
    assert client.get(f"/obserwowanie/{follower.token}/").status_code == 200
    client.post(f"/obserwowanie/{follower.token}/wypisz/")
    assert not Subscription.objects.exists()


@each_target
def test_who_does_not_choose_hears_as_often_as_is_usual(field, client, during):
    client.post(follow_url(MAKERS[field]()), {"email": "a@example.org"})
    usual = Frequency.AT_ONCE if field in ("event", "consultation") else Frequency.WEEKLY
    assert Subscription.objects.get().frequency == usual == BY_FIELD[field].frequency


@each_target
def test_the_database_takes_an_address_once_for_each_thing(field):
    record = MAKERS[field]()
    follow(record)
    with pytest.raises(IntegrityError), transaction.atomic():
        follow(record)
    follow(MAKERS[field]())


@pytest.mark.parametrize("fields", [(), ("event", "process")])
def test_a_following_has_one_target(fields):
    records = {field: MAKERS[field]() for field in fields}
    with pytest.raises(IntegrityError), transaction.atomic():
        Subscription.objects.create(email="a@example.org", created_at=DURING, **records)


@pytest.mark.parametrize(
    "path", ["obserwuj/wydarzenie/9/", "obserwuj/inne/1/", "obserwuj/wydarzenie/x/", f"obserwuj/etap/{'9' * 40}/"]
)
def test_what_does_not_exist_has_no_form(client, path):
    assert client.get(f"/{path}").status_code == 404


def test_a_draft_of_an_event_has_no_form(client):
    assert client.get(follow_url(EventFactory(state="draft"))).status_code == 404


def test_a_consultation_has_one_address_only(client, consultation, during):
    answer = client.get(f"/obserwuj/{BY_FIELD['consultation'].word}/{consultation.pk}/")
    assert (answer.status_code, answer.url) == (302, f"/konsultacje/{consultation.slug}/obserwuj/")


def test_words_of_addresses_are_unique():
    assert set(BY_FIELD) == set(TARGETS) == {target.field for target in BY_WORD.values()}


@pytest.mark.parametrize(("days", "over"), [(59, False), (62, True)])
def test_an_event_can_be_followed_until_nothing_can_be_told_of_it(client, time_machine, days, over):
    event = EventFactory(starts_at=DURING)
    now = DURING + days * DAY
    time_machine.move_to(now, tick=False)
    assert is_over(event, now) is over
    assert ('name="email"' in client.get(follow_url(event)).content.decode()) is not over
    assert client.post(follow_url(event), {"email": "a@example.org"}).status_code == (409 if over else 302)


def test_the_answer_does_not_tell_who_follows(client, during):
    stage = StageFactory()
    follow(stage, "known@example.org")
    known, unknown = (client.post(follow_url(stage), {"email": f"{who}@example.org"}) for who in ("known", "unknown"))
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert list(Message.objects.values_list("recipient", flat=True)) == ["unknown@example.org"]


def test_a_frequency_that_is_none_gets_a_sentence(client, during):
    answer = client.post(follow_url(StageFactory()), {"email": "a@example.org", "frequency": "hourly"})
    assert answer.status_code == 422
    assert not Subscription.objects.exists()


def test_asking_again_before_confirming_takes_the_later_choice():
    stage = StageFactory()
    for frequency, now in ((Frequency.DAILY, DURING), (Frequency.WEEKLY, DURING + ASK_AGAIN_AFTER)):
        following.follow(stage, email="a@example.org", language="pl", frequency=frequency, now=now)
    assert Subscription.objects.get().frequency == Frequency.WEEKLY


def test_who_confirms_is_told_only_of_what_comes():
    stage = StageFactory()
    following.follow(stage, email="a@example.org", language="pl", now=DURING)
    last = happening(stage=stage)
    follower = following.confirm(Subscription.objects.get().token, now=DURING + HOUR)
    assert (follower.cursor, follower.confirmed_at) == (last.pk, DURING + HOUR)
    assert follower.next_digest_at is not None


# -- the page of one following -------------------------------------------------------------------------------------


def test_the_page_shows_its_following_and_no_other(client):
    mine, other = follow(EventFactory(title="Spacer")), follow(EventFactory(title="Debata"))
    page = main_of(client.get(f"/obserwowanie/{mine.token}/"))
    assert "Spacer" in page
    for secret in ("Debata", mine.email, other.token, mine.reader_token):
        assert secret not in page


def test_the_frequency_is_changed_there_without_a_cookie(during):
    follower = follow(StageFactory())
    strict = Client(enforce_csrf_checks=True)
    url = f"/obserwowanie/{follower.token}/"
    answer = strict.post(url, {"frequency": "weekly"})
    assert (answer.status_code, answer["Location"], answer.cookies) == (302, f"{url}?zapisano=1", {})
    follower.refresh_from_db()
    assert follower.frequency == Frequency.WEEKLY
    assert strict.post(url, {"frequency": "never"}).status_code == 422


def test_an_unconfirmed_following_leads_to_its_confirmation(client):
    asked = Subscription.objects.create(stage=StageFactory(), email="a@example.org", created_at=DURING)
    url = f"/obserwowanie/{asked.token}/"
    assert client.get(url).url == f"{url}potwierdz/"
    assert client.post(url, {"frequency": "daily"}).url == f"{url}potwierdz/"
    asked.refresh_from_db()
    assert asked.frequency == Frequency.AT_ONCE


@pytest.mark.parametrize("path", ["", "potwierdz/", "wszystko/"])
@pytest.mark.parametrize("token", ["wrong", "a%00b", "x" * 80, "a.b.c", "%C4%85"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_foreign_secret_opens_nothing(client, path, token, method):
    follow(StageFactory())
    answer = getattr(client, method)(f"/obserwowanie/{token}/{path}", {"frequency": "daily"})
    assert answer.status_code == 404
    assert Subscription.objects.count() == 1


@pytest.mark.parametrize("path", ["wypisz/", "wypisz/codziennie/", "wypisz/co-tydzien/"])
def test_a_foreign_secret_ends_nothing(client, path):
    follower = follow(StageFactory(), frequency=Frequency.DAILY)
    client.post(f"/obserwowanie/wrong/{path}")
    client.post(f"/obserwowanie/{follower.token}/wypisz/codziennie/")  # not the secret of the address
    client.post(f"/obserwowanie/{follower.reader_token}/wypisz/")
    assert Subscription.objects.count() == 1


def test_digests_of_no_frequency_cannot_be_ended(client):
    assert client.post("/obserwowanie/wrong/wypisz/nigdy/").status_code == 404


@pytest.mark.parametrize("path", ["", "wypisz/"])
def test_pages_behind_a_secret_are_kept_nowhere(client, path):
    follower = follow(StageFactory())
    answer = client.get(f"/obserwowanie/{follower.token}/{path}")
    assert "no-store" in answer["Cache-Control"]
    assert 'content="noindex"' in answer.content.decode()


# -- everything of one address -------------------------------------------------------------------------------------


def test_the_link_to_everything_goes_to_the_address_only_and_works_a_day(client, time_machine, mail_server):
    time_machine.move_to(DURING, tick=False)
    mine = [follow(StageFactory(title=f"Pierwszy {number}")) for number in range(2)]
    follow(StageFactory(title="Cudzy"), "other@example.org")
    answer = client.post(f"/obserwowanie/{mine[0].token}/wyslij-link/")
    assert answer.url == f"/obserwowanie/{mine[0].token}/?wyslano=1"
    assert outbox.sweep(now=DURING) == 1
    assert mail.outbox[0].to == ["follower@example.org"]
    link = next(word for word in mail.outbox[0].body.split() if word.endswith("/wszystko/"))
    path = link.removeprefix("https://portal.test")
    page = client.get(path).content.decode()
    assert all(f"/obserwowanie/{one.token}/" in page for one in mine)
    assert "Cudzy" not in page
    time_machine.move_to(DURING + DAY + dt.timedelta(seconds=2), tick=False)
    assert client.get(path).status_code == client.post(path).status_code == 404
    assert Subscription.objects.count() == 3


def test_the_link_is_sent_once_an_hour():
    follower = follow(StageFactory())
    for minutes in (0, 1, 59, 60):
        following.send_link_to_everything(follower.token, now=DURING + dt.timedelta(minutes=minutes))
    assert Message.objects.count() == 2


def test_a_link_cannot_be_sent_by_opening_an_address(client):
    assert client.get(f"/obserwowanie/{follow(StageFactory()).token}/wyslij-link/").status_code == 405


def test_everything_is_ended_with_one_button(client, during):
    follower = follow(StageFactory())
    follow(EventFactory())
    other = follow(EventFactory(), "other@example.org")
    page = client.post(f"/obserwowanie/{link_to_everything(follower.reader_token)}/wszystko/")
    assert page.status_code == 200
    assert list(Subscription.objects.all()) == [other]


def test_queries_do_not_grow_with_followings(client, during):
    follower = follow(StageFactory())
    url = f"/obserwowanie/{link_to_everything(follower.reader_token)}/wszystko/"

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    few = queries()
    for field in TARGETS:
        for _ in range(10):
            follow(MAKERS[field]())
    assert queries() == few
    assert "after=" in client.get(url).content.decode()


def test_a_mailbox_for_those_who_unsubscribe_by_mail(settings):
    settings.UNSUBSCRIBE_MAILBOX = "wypisz@example.org"
    headers = unsubscribe_headers("/obserwowanie/abc/wypisz/", "abc")
    assert headers["List-Unsubscribe"] == (
        "<https://portal.test/obserwowanie/abc/wypisz/>, <mailto:wypisz@example.org?subject=unsubscribe%20abc>"
    )


# -- the part of a page, and the desk ------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["event", "consultation", "stage", "process"])
def test_the_page_of_a_thing_leads_to_its_form(field, client, during):
    record = MAKERS[field]()
    assert f'href="{follow_url(record)}"' in main_of(client.get(url_of(record)))


def test_the_front_page_leads_to_the_form_of_the_main_process(client):
    process = ProcessFactory(is_main=True)
    assert f'href="{follow_url(process)}"' in main_of(client.get("/"))


def test_the_page_of_an_event_long_past_leads_nowhere(client, during):
    event = EventFactory(starts_at=DURING - 90 * DAY)
    assert follow_url(event) not in client.get(event.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.EDITOR, 200), (Role.COORDINATOR, 200), (Role.ADMINISTRATOR, 200), (Role.EXPERT, 403)],
)
def test_who_counts_followers(client, sign_in, role, status):
    sign_in(role)
    assert client.get("/biurko/obserwujacy/").status_code == status


def test_a_stranger_is_asked_to_sign_in(client):
    assert client.get("/biurko/obserwujacy/").status_code == 302


def test_staff_read_numbers_and_no_address(client, sign_in):
    stage = StageFactory(title="Konsultacje wewnętrzne")
    follow(stage, "one@example.org")
    follow(stage, "two@example.org", frequency=Frequency.WEEKLY)
    Subscription.objects.create(stage=stage, email="three@example.org", created_at=DURING)
    sign_in(Role.EDITOR)
    page = main_of(client.get("/biurko/obserwujacy/?co=etap"))
    assert "Konsultacje wewnętrzne" in page
    assert "@example.org" not in page
    numbers = page.split("Konsultacje wewnętrzne")[1].split("</tr>")[0]
    assert [cell.split("<")[0] for cell in numbers.split('">')[1:]] == ["1", "0", "1", "2"]


def test_queries_do_not_grow_with_followed_things(client, sign_in):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/biurko/obserwujacy/?co=etap").status_code == 200
        return len(captured)

    sign_in(Role.EDITOR)
    follow(StageFactory())
    few = queries()
    for number in range(60):
        follow(StageFactory(number=number % 30 + 1), f"f{number}@example.org")
    assert queries() == few
