"""A consultation that hides its remarks until it has closed: nowhere before, everywhere after. Senders see theirs."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.roles import Role
from consultations.models import Consultation, Remark
from consultations.services.summaries import publish_summary
from tests.consultations.residents import text_of, url
from tests.factories import AFTER, CLOSES, DURING, consultation_with_draft, passage_remark, person, remark_in_state

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

SECRET = "Tajna treść uwagi"
FROM = "21 grudnia 2021"


@pytest.fixture
def hiding(db):
    """A consultation with one answered remark and a public summary, which hides both until it has closed."""
    consultation = consultation_with_draft(remarks_shown=Consultation.RemarksShown.AFTER_CLOSING)
    coordinator = person(Role.COORDINATOR)
    remark_in_state(
        consultation,
        "published",
        by=coordinator,
        new_remarks=[passage_remark(consultation, change=SECRET, wording="", reason="")],
    )
    publish_summary(consultation, by=coordinator, now=DURING)
    return Consultation.objects.get(pk=consultation.pk)


def api(name, *args):
    return reverse(f"api-{name}", args=args)


@pytest.mark.parametrize(("moment", "shown"), [(DURING, False), (CLOSES, True)])
def test_the_rule_is_one_for_records_and_queries(hiding, moment, shown):
    assert hiding.shows_remarks(moment) is shown
    assert Consultation.objects.showing_remarks(moment).exists() is shown
    for remarks in (
        Remark.objects.shown(moment),
        Remark.objects.for_public_table(moment),
        Remark.objects.for_register(hiding, moment),
        Remark.objects.lately_answered(hiding, moment),
    ):
        assert remarks.exists() is shown


def test_the_register_says_from_when(client, hiding, during):
    response = client.get(url("register", hiding))
    assert response.status_code == 200
    assert FROM in text_of(response)
    assert SECRET not in text_of(response)
    during.move_to(AFTER)
    assert SECRET in text_of(client.get(url("register", hiding)))


@pytest.mark.parametrize("number", ["1.1", "999.1"])
def test_a_remarks_page_does_not_even_tell_whether_there_is_one(client, hiding, number):
    response = client.get(url("remark", hiding, number))
    assert response.status_code == 404
    assert FROM in text_of(response)
    assert SECRET not in text_of(response)


def test_the_remarks_page_is_there_after_closing(client, hiding, during):
    during.move_to(AFTER)
    assert SECRET in text_of(client.get(url("remark", hiding, "1.1")))


def test_contents_and_reader_count_nothing_before(client, hiding, during):
    contents, chapter = client.get(url("draft", hiding)), client.get(url("chapter", hiding, 1))
    assert [line.remarks for line in contents.context["contents"]] == [None, None]
    assert {item.remarks for item in chapter.context["passages"]} == {0}
    assert "brak uwag" not in text_of(contents)
    for response in (contents, chapter):
        assert FROM in text_of(response)
        assert '?fragment=f1"' not in response.content.decode()
    during.move_to(AFTER)
    assert client.get(url("draft", hiding)).context["contents"][0].remarks == 1
    assert client.get(url("chapter", hiding, 1)).context["passages"][0].remarks == 1


@pytest.mark.parametrize("page", ["detail", "list", "home"])
def test_pages_with_numbers_keep_them_back(client, hiding, during, page):
    address = {"detail": url("detail", hiding), "list": reverse("consultations:list"), "home": reverse("home")}[page]
    before = text_of(client.get(address))
    assert SECRET not in before
    assert "1 uwaga" not in before
    assert "osoby lub organizacji" not in before
    during.move_to(AFTER)
    after = text_of(client.get(address))
    assert FROM not in after or page != "detail"
    assert "1" in after


def test_the_summary_opens_to_everybody_after_closing_only(client, hiding, during):
    address = reverse("summary", args=[hiding.slug])
    assert client.get(address).status_code == 404
    assert address not in client.get(url("detail", hiding)).content.decode()
    during.move_to(AFTER)
    assert client.get(address).status_code == 200
    assert address in client.get(url("detail", hiding)).content.decode()


def test_staff_read_the_summary_before(client, hiding, sign_in):
    sign_in(Role.COUNCILLOR)
    response = client.get(reverse("summary", args=[hiding.slug]))
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"


def test_the_api_refuses_with_the_date_rather_than_show_an_empty_list(client, hiding, during):
    for address in (api("remarks", hiding.slug), api("remark", hiding.slug, "1.1"), api("remark", hiding.slug, "9.9")):
        response = client.get(address)
        assert response.status_code == 403
        assert hiding.closes_at.isoformat() in response.json()["detail"]
    assert client.get(api("summary", hiding.slug)).status_code == 404
    during.move_to(AFTER)
    assert client.get(api("remarks", hiding.slug)).json()["results"][0]["change"] == SECRET
    assert client.get(api("summary", hiding.slug)).status_code == 200


def test_the_api_counts_nothing_before(client, hiding, during):
    def numbers():
        found = client.get(api("consultation", hiding.slug)).json()
        return [found[name] for name in ("remark_count", "proper_count", "sender_count", "has_public_summary")]

    assert numbers() == [None, None, None, False]
    during.move_to(AFTER)
    assert numbers() == [1, 1, 1, True]


def test_the_front_page_shows_no_answer_before(client, hiding, during):
    assert client.get(reverse("home")).context["page"].pairs == ()
    during.move_to(AFTER)
    assert len(client.get(reverse("home")).context["page"].pairs) == 1


def test_the_sender_sees_the_own_case(client, hiding):
    assert SECRET in text_of(client.get(hiding.submissions.get().tracking_path))


def test_staff_see_the_remark_at_the_desk(client, hiding, sign_in):
    sign_in(Role.COORDINATOR)
    response = client.get(reverse("desk:remark", args=[Remark.objects.get().pk]))
    assert SECRET in text_of(response)


def test_a_consultation_that_shows_at_once_is_not_touched(client):
    consultation = consultation_with_draft()
    remark_in_state(consultation, "received", new_remarks=[passage_remark(consultation, change=SECRET)])
    assert SECRET in text_of(client.get(url("register", consultation)))
    assert client.get(api("remarks", consultation.slug)).status_code == 200
