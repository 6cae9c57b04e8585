"""Against machines: limits by address that stop nobody else, a field that must stay empty, and a moment of patience."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse

from consultations.errors import SentTooFast, TooOften
from consultations.models import Basket, BasketRemark, Consultation, RateCount, Submission
from consultations.services.limits import count, forget_old_counts, refuse_haste
from consultations.services.tallies import recount
from lublin2030.lib.limits import HOUR, MINUTE
from notifications.models import Message
from tests.consultations.residents import COOKIE, PERSON, add, full_basket, hidden, send, text_of, url
from tests.factories import DURING, consultation_with_draft
from tests.files_made import pdf, upload
from tests.parallel import at_once, database_for_threads

pytestmark = pytest.mark.django_db


def times(how_many: int, *what: object, address: str | None = "192.0.2.1", most: int = 3, now: dt.datetime = DURING):
    for _time in range(how_many):
        count(*what, address=address, most=most, window=HOUR, now=now)


# -- Counting -------------------------------------------------------------------------------------------------------


def test_so_many_are_allowed_and_the_next_is_told_when():
    times(3, "send")
    with pytest.raises(TooOften) as refused:
        times(1, "send")
    assert refused.value.until == DURING + HOUR


def test_after_the_window_it_works_again():
    times(3, "send", now=DURING + dt.timedelta(minutes=59))
    times(3, "send", now=DURING + HOUR)


def test_addresses_consultations_and_purposes_do_not_count_together():
    times(3, "send", 1)
    times(3, "send", 1, address="192.0.2.2")
    times(3, "send", 2)
    times(3, "upload", 1)
    with pytest.raises(TooOften):
        times(1, "send", 1)


@pytest.mark.parametrize(("most", "address"), [(0, "192.0.2.1"), (3, None)])
def test_without_a_limit_or_an_address_nothing_is_counted(most, address):
    times(20, "send", most=most, address=address)
    assert RateCount.objects.count() == 0


def test_no_address_lies_in_the_database():
    times(1, "send", address="203.0.113.77")
    row = RateCount.objects.get()
    assert "203.0.113.77" not in row.key
    assert len(row.key) == 64


def test_whoever_is_over_the_limit_costs_one_read_and_no_write(django_assert_num_queries):
    times(3, "send")
    for _time in range(5):
        with django_assert_num_queries(1), pytest.raises(TooOften):
            times(1, "send")
    assert RateCount.objects.get().count == 3


def test_counting_takes_two_short_queries(django_assert_num_queries):
    with django_assert_num_queries(2):
        times(1, "send")


def test_old_windows_are_forgotten_and_the_running_one_is_kept():
    times(2, "send")
    times(2, "send", now=DURING + 3 * HOUR)
    assert forget_old_counts(now=DURING + 3 * HOUR) == 1
    assert RateCount.objects.get().window == DURING + 3 * HOUR
    with pytest.raises(TooOften):
        times(2, "send", now=DURING + 3 * HOUR)


# -- On the pages ---------------------------------------------------------------------------------------------------


def ready(consultation: Consultation, number: int, address: str = "192.0.2.1") -> Client:
    client = Client(REMOTE_ADDR=address)
    client.cookies["basket"] = f"{number:043d}"
    full_basket(consultation, cookie_key=f"{number:043d}")
    return client


def review(client: Client, consultation: Consultation):
    return client.post(url("review", consultation), hidden(client.get(url("review", consultation))))


def test_too_many_submissions_from_one_address_wait_and_nothing_is_lost(consultation, during):
    Consultation.objects.update(sends_per_hour=2)
    for number in range(2):
        assert review(ready(consultation, number), consultation).status_code == 302
    third = ready(consultation, 3)
    answer = review(third, consultation)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) == 3601
    assert "13:00" in text_of(answer)
    assert Submission.objects.count() == 2
    assert Basket.objects.count() == 1
    assert review(ready(consultation, 4, "192.0.2.2"), consultation).status_code == 302
    during.shift(dt.timedelta(hours=1))
    assert review(third, consultation).status_code == 302


def test_the_limit_holds_for_one_consultation_only(consultation, during):
    Consultation.objects.update(sends_per_hour=1)
    other = consultation_with_draft(sends_per_hour=1)
    assert review(ready(consultation, 1), consultation).status_code == 302
    assert review(ready(other, 2), other).status_code == 302


def test_a_second_click_on_send_is_not_refused_by_the_limit(consultation, during):
    Consultation.objects.update(sends_per_hour=1)
    client = ready(consultation, 1)
    form = hidden(client.get(url("review", consultation)))
    first = client.post(url("review", consultation), form)
    assert client.post(url("review", consultation), form)["Location"] == first["Location"]


def test_too_many_remarks_in_a_minute_wait_and_the_text_is_still_there(client, consultation, during, settings):
    settings.RATE_REMARKS_PER_MINUTE = 2
    add(client, consultation)
    add(client, consultation, change="Druga")
    answer = add(client, consultation, change="Trzecia uwaga")
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) <= MINUTE.total_seconds() + 1
    assert "Trzecia uwaga" in answer.content.decode()
    assert BasketRemark.objects.count() == 2


def test_too_many_files_in_an_hour_wait_and_what_is_typed_is_still_there(client, consultation, during, settings):
    settings.RATE_UPLOADS_PER_HOUR = 1
    client.cookies["basket"] = COOKIE
    full_basket(consultation)
    for status in (200, 429):
        form = PERSON | {"name": "Wpisane", "pliki": [upload(pdf())], "dolacz": "1"}
        answer = client.post(url("basket", consultation), form)
        assert answer.status_code == status
        assert "Wpisane" in answer.content.decode()
    assert int(answer["Retry-After"]) > 0


def test_too_many_links_by_mail_wait(client, consultation, during, settings):
    settings.RATE_LINK_MAILS_PER_HOUR = 1
    client.cookies["basket"] = COOKIE
    full_basket(consultation)
    asked = [client.post(url("basket_link", consultation), {"link_email": f"{n}@example.org"}) for n in range(2)]
    assert [answer.status_code for answer in asked] == [302, 429]
    assert "1@example.org" in asked[1].content.decode()
    assert Message.objects.filter(recipient__in=["0@example.org", "1@example.org"]).count() == 1


def test_too_many_requests_to_follow_wait(client, consultation, during, settings):
    settings.RATE_FOLLOWS_PER_HOUR = 1
    address = reverse("notifications:follow", args=[consultation.slug])
    asked = [client.post(address, {"email": f"{n}@example.org"}) for n in range(2)]
    assert [answer.status_code for answer in asked] == [302, 429]
    assert int(asked[1]["Retry-After"]) > 0
    assert "1@example.org" in asked[1].content.decode()
    assert Message.objects.filter(kind="confirm_following").count() == 1


# -- The field that must stay empty ---------------------------------------------------------------------------------


def test_a_filled_trap_is_refused_in_words_and_the_next_click_succeeds(client, consultation, during):
    refused = add(client, consultation, change="Moja uwaga", zostaw_puste="http://spam.example")
    assert refused.status_code == 422
    assert "Moja uwaga" in refused.content.decode()
    assert "spam.example" not in refused.content.decode()
    assert not Basket.objects.exists()
    add(client, consultation)
    assert client.post(url("basket", consultation), PERSON | {"zostaw_puste": "x"}).status_code == 422
    client.post(url("basket", consultation), PERSON)
    form = hidden(client.get(url("review", consultation)))
    assert client.post(url("review", consultation), form | {"zostaw_puste": "x"}).status_code == 422
    assert (Submission.objects.count(), Basket.objects.count()) == (0, 1)
    assert client.post(url("review", consultation), form).status_code == 302


@pytest.mark.parametrize("page", ["new_remark", "basket", "review"])
def test_the_trap_is_hidden_from_eyes_screen_readers_and_the_keyboard(client, consultation, during, page):
    client.cookies["basket"] = COOKIE
    full_basket(consultation)
    html = client.get(url(page, consultation)).content.decode()
    trap = html[html.index('<div class="hidden-text" aria-hidden="true"') :].split("</div>")[0]
    assert 'name="zostaw_puste"' in trap
    assert 'tabindex="-1"' in trap
    assert 'autocomplete="off"' in trap


# -- Patience -------------------------------------------------------------------------------------------------------


def test_who_sends_within_seconds_presses_once_more_and_succeeds(client, consultation, during, settings):
    settings.TIME_TRAP_SECONDS = 5
    add(client, consultation)
    during.shift(4)
    answer = send(client, consultation)
    assert answer.status_code == 429
    assert answer["Retry-After"] == "2"
    assert Submission.objects.count() == 0
    during.shift(1)
    assert send(client, consultation).status_code == 302


def test_a_second_remark_does_not_begin_the_time_anew(client, consultation, during, settings):
    settings.TIME_TRAP_SECONDS = 5
    add(client, consultation)
    during.shift(5)
    add(client, consultation, change="Jeszcze jedna")
    assert send(client, consultation).status_code == 302


@pytest.mark.parametrize(
    ("seconds", "begun", "refused"),
    [(5, DURING, True), (5, None, False), (0, DURING, False), (5, DURING - dt.timedelta(seconds=5), False)],
)
def test_haste_is_measured_from_the_first_remark(settings, seconds, begun, refused):
    settings.TIME_TRAP_SECONDS = seconds
    basket = Basket(created_at=begun)
    if refused:
        with pytest.raises(SentTooFast):
            refuse_haste(basket, now=DURING)
    else:
        refuse_haste(basket, now=DURING)


# -- A burst --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_at_once_exactly_as_many_pass_as_are_allowed(tmp_path):
    def one_more(_number: int) -> bool:
        try:
            times(1, "send", most=5)
        except TooOften:
            return False
        return True

    with database_for_threads(tmp_path):
        assert sum(at_once([partial(one_more, number) for number in range(12)])) == 5


@pytest.mark.django_db(transaction=True)
def test_five_hundred_from_one_address_never_block_the_others(tmp_path, during):
    consultation = consultation_with_draft(sends_per_hour=20)
    full_basket(consultation, cookie_key="z" * 43)
    for number in range(30):
        full_basket(consultation, cookie_key=f"{number:043d}")
    others = [full_basket(consultation, cookie_key=f"o{number:042d}") for number in range(12)]
    with database_for_threads(tmp_path):

        def flood(worker: int) -> list[int]:
            """One of five machines behind one address: a hundred sendings, of six own baskets or of one that is not."""
            client, answers = Client(REMOTE_ADDR="198.51.100.9"), []
            for number in range(100):
                client.cookies["basket"] = f"{worker * 6 + number % 6:043d}" if number < 6 else "z" * 43
                form = hidden(client.get(url("review", consultation))) if number < 6 else {"reviewed": "x"}
                answers.append(client.post(url("review", consultation), form).status_code)
            return answers

        def resident(number: int) -> list[int]:
            client = Client(REMOTE_ADDR=f"192.0.2.{number + 1}")
            client.cookies["basket"] = others[number].cookie_key
            return [review(client, consultation).status_code]

        answers = at_once(
            [partial(flood, worker) for worker in range(5)] + [partial(resident, number) for number in range(12)]
        )
        from_one = [status for each in answers[:5] for status in each]
        assert len(from_one) == 500
        assert set(from_one) <= {302, 409, 429}
        assert from_one.count(429) >= 480
        assert answers[5:] == [[302]] * 12
        numbers = list(Submission.objects.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
        assert 12 <= len(numbers) <= 12 + 20
        assert recount(Consultation.objects.get()) == []
