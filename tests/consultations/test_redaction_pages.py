"""The desk's pages of redaction: what waits, what is proposed, what a click does."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.roles import Role
from consultations.desk import PAGE
from consultations.models import Redaction, Remark
from consultations.services.submissions import Sender
from tests.factories import passage_remark, remark_in_state, submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

CHANGE = "Pisze Anna Nowak, tel. 600 700 800. Więcej drzew."


@pytest.fixture(autouse=True)
def coordinator(sign_in):
    return sign_in(Role.COORDINATOR)


@pytest.fixture
def careful(consultation):
    consultation.texts_need_approval = True
    consultation.save()
    return consultation


def sent(consultation, change=CHANGE, **fields) -> Remark:
    return submission(
        consultation, new_remarks=[passage_remark(consultation, **({"change": change, "reason": ""} | fields))]
    ).remarks.get()


def text_page(remark) -> str:
    return reverse("desk:text", args=[remark.pk])


def redaction(remark, **fields):
    return {"action": "redact", "revision": "1", "seen": remark.text_state, "grounds": "dane osobowe"} | fields


# -- The list -------------------------------------------------------------------------------------------------------


def test_texts_wait_the_oldest_first_and_only_where_nothing_was_found_with_a_box(client, careful):
    suspicious, plain = sent(careful), sent(careful, "Więcej drzew.")
    response = client.get(reverse("desk:texts"))
    assert [reading["remark"] for reading in response.context["readings"]] == [suspicious, plain]
    html = response.content.decode()
    assert f'value="{plain.pk}-1"' in html
    assert f'value="{suspicious.pk}-1"' not in html


def test_the_words_around_a_proposal_are_whole(client, careful):
    remark = sent(
        careful, "Wszystkie niezmiernie potrzebne zdania. Tel. 600 700 800, dalej niezmiernie potrzebne zdania."
    )
    (place,) = client.get(text_page(remark)).context["parts"][0].places
    assert (place.before, place.words) == ("…potrzebne zdania. Tel. ", "600 700 800")
    assert place.after == ", dalej niezmiernie potrzebne…"


def test_withdrawn_and_open_texts_do_not_wait(client, careful):
    Remark.objects.filter(pk=sent(careful).pk).update(state="withdrawn")
    Remark.objects.filter(pk=sent(careful).pk).update(text_state="open")
    assert client.get(reverse("desk:texts")).context["readings"] == []


def test_checked_texts_are_approved_at_once(client, careful):
    remarks = [sent(careful, "Więcej drzew."), sent(careful, "Więcej ławek."), sent(careful, "Więcej parków.")]
    client.post(reverse("desk:texts"), {"checked": [f"{one.pk}-1" for one in remarks[:2]]})
    states = [Remark.objects.get(pk=one.pk).text_state for one in remarks]
    assert states == ["open", "open", "waiting"]


@pytest.mark.parametrize("change", [{"revision": 2}, {"change": CHANGE}, {"text_state": "redacted"}])
def test_a_checked_text_that_is_not_what_was_listed_is_refused(client, careful, change):
    remark = sent(careful, "Więcej drzew.")
    Remark.objects.filter(pk=remark.pk).update(**change)
    response = client.post(reverse("desk:texts"), {"checked": [f"{remark.pk}-1"]}, follow=True)
    assert "1.1/2021" in response.content.decode()
    assert Remark.objects.get().text_state != "open"
    assert not Redaction.objects.exists()


def test_the_list_asks_the_same_number_of_queries_for_two_rows_and_for_thirty(client, careful, connection_queries):
    counts = []
    for rows in (2, 28):
        for _ in range(rows):
            sent(careful)
        counts.append(connection_queries(lambda: client.get(reverse("desk:texts"))))
    assert counts[0] == counts[1]


def test_the_list_has_pages(client, careful):
    submission(careful, remarks=PAGE + 1)
    first = client.get(reverse("desk:texts"))
    assert len(first.context["readings"]) == PAGE
    assert len(client.get(reverse("desk:texts"), {"after": first.context["after"]}).context["readings"]) == 1


def test_the_desk_counts_what_waits(client, careful):
    sent(careful)
    html = client.get(reverse("desk:home")).content.decode()
    assert reverse("desk:texts") in html
    assert text_page(Remark.objects.get()) in html


# -- One text -------------------------------------------------------------------------------------------------------


def test_proposals_are_checked_and_the_result_is_shown(client, careful):
    remark = sent(careful)
    response = client.get(text_page(remark))
    html = response.content.decode()
    for words in ("Anna Nowak", "600 700 800"):
        start = CHANGE.index(words)
        assert f'value="change:{start}-{start + len(words)}" checked' in html
    [part] = response.context["parts"]
    assert part.result == "Pisze […], tel. […]. Więcej drzew."
    assert response.context["form"].initial["grounds"].startswith("dane osobowe") or response.context["form"].initial[
        "grounds"
    ].startswith("personal data")


def test_the_senders_name_is_proposed(client, careful):
    remark = submission(
        careful,
        sender=Sender(name="Ada Zzyzxowska", email="a@example.org"),
        new_remarks=[passage_remark(careful, change="Zzyzxowskim brakuje drzew.", reason="")],
    ).remarks.get()
    [part] = client.get(text_page(remark)).context["parts"]
    assert part.result == "[…] brakuje drzew."


def test_checked_places_and_typed_words_are_taken_out(client, careful, coordinator):
    remark = sent(careful, reason="Drzew mi brak, Nowakom też.")
    start = CHANGE.index("600")
    answer = client.post(
        text_page(remark), redaction(remark, places=[f"change:{start}-{start + 11}"], phrases="anna nowak\nNowakom")
    )
    assert answer.status_code == 302
    remark.refresh_from_db()
    assert remark.text_state == "redacted"
    assert remark.shown_change == "Pisze […], tel. […]. Więcej drzew."
    assert remark.shown_reason == "Drzew mi brak, […] też."
    assert (remark.change, Redaction.objects.get().by) == (CHANGE, coordinator)


def test_looking_changes_nothing(client, careful):
    remark = sent(careful)
    response = client.post(text_page(remark), redaction(remark, phrases="Więcej drzew", preview="1"))
    assert response.status_code == 200
    [part] = response.context["parts"]
    assert part.result == "Pisze Anna Nowak, tel. 600 700 800. […]."
    assert Remark.objects.get().text_state == "waiting"


def test_typed_words_that_are_not_in_the_text_are_named(client, careful):
    response = client.post(text_page(sent(careful)), redaction(Remark.objects.get(), phrases="pies", preview="1"))
    assert response.context["unfound"] == ["pies"]


@pytest.mark.parametrize(
    "places", [["change:0-999"], ["change:5-5"], ["change:9-3"], ["name:0-3"], ["x"], ["change:0-3\x00"], []]
)
def test_places_that_are_none_take_nothing_out(client, careful, places):
    remark = sent(careful)
    answer = client.post(text_page(remark), redaction(remark, places=places))
    assert answer.status_code == 409
    assert Remark.objects.get().text_state == "waiting"


@pytest.mark.parametrize("fields", [{"grounds": ""}, {"revision": ""}, {"seen": "x"}, {"phrases": "a\x00"}])
def test_a_form_with_a_fault_saves_nothing(client, careful, fields):
    remark = sent(careful)
    answer = client.post(text_page(remark), redaction(remark, phrases="Anna") | fields)
    assert answer.status_code == 200
    assert Remark.objects.get().text_state == "waiting"


def test_a_text_corrected_meanwhile_is_shown_anew_and_what_was_typed_stays(client, careful):
    remark = sent(careful)
    Remark.objects.update(revision=2, change="Piotr Zieliński prosi o drzewa.")
    answer = client.post(text_page(remark), redaction(remark, phrases="Anna Nowak", places=["change:0-30"]))
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "Zieliński" in html
    assert "Anna Nowak</textarea>" in html
    assert 'name="revision" value="2"' in html
    assert Remark.objects.get().text_state == "waiting"


def test_approving_as_written_leads_to_the_next(client, careful):
    first, second = sent(careful), sent(careful)
    answer = client.post(text_page(first), {"action": "approve_text", "revision": "1", "seen": "waiting"})
    assert answer.url == text_page(second)
    answer = client.post(text_page(second), {"action": "approve_text", "revision": "1", "seen": "waiting"})
    assert answer.url == reverse("desk:texts")


def test_a_public_text_can_be_redacted_later_from_its_remarks_page(client, consultation):
    remark = remark_in_state(consultation, "published", new_remarks=[passage_remark(consultation, change=CHANGE)])
    assert text_page(remark) in client.get(reverse("desk:remark", args=[remark.pk])).content.decode()
    assert client.post(text_page(remark), redaction(remark, phrases="Anna Nowak")).status_code == 302
    assert Remark.objects.get().shown_change == "Pisze […], tel. 600 700 800. Więcej drzew."


def test_a_redacted_text_opens_with_what_was_taken_out(client, consultation):
    remark = sent(consultation)
    client.post(text_page(remark), redaction(remark, phrases="drzew"))
    response = client.get(text_page(remark))
    [part] = response.context["parts"]
    assert [place.words for place in part.places] == ["drzew"]
    assert part.result == "Pisze Anna Nowak, tel. 600 700 800. Więcej […]."
    assert response.context["form"].initial["grounds"] == "dane osobowe"


def test_a_withdrawn_remark_offers_nothing_to_decide(client, careful):
    remark = sent(careful)
    Remark.objects.update(state="withdrawn")
    html = client.get(text_page(remark)).content.decode()
    assert 'value="redact"' not in html
    assert client.post(text_page(remark), redaction(remark, phrases="Anna")).status_code == 409


def test_an_unknown_action_is_a_bad_request(client, careful):
    assert client.post(text_page(sent(careful)), {"action": "x"}).status_code == 400


def test_markup_in_a_text_stays_text(client, careful):
    html = client.get(text_page(sent(careful, "<script>alert(1)</script> Anna Nowak"))).content.decode()
    assert "<script>alert" not in html
