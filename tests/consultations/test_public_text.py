"""What the public reads of a remark: as written, redacted or nothing, on every surface and by no way round."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from consultations.errors import GroundsMissing, NotRedacted, TextChanged
from consultations.models import Consultation, HistoryEntry, Redaction, Remark
from consultations.public_text import PublicText, public_text
from consultations.services.redaction import approve_text, redact_text
from consultations.services.search import reindex_remarks
from consultations.services.summaries import publish_summary
from summaries.front import front_page
from tests.factories import DURING, passage_remark, person, remark_in_state, submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

SECRET = "Zenobia Wstydliwa"
TEXTS = {
    "change": f"Więcej drzew, prosi {SECRET}.",
    "wording": f"Fragment 1.1: miasto sadzi lipy, mówi {SECRET}.",
    "reason": f"Bo {SECRET} lubi cień.",
}
SHOWN = PublicText("Więcej drzew, prosi […].", "Fragment 1.1: miasto sadzi lipy, mówi […].", "Bo […] lubi cień.")


@pytest.fixture
def coordinator():
    return person(Role.COORDINATOR)


def written(consultation, state="published"):
    return remark_in_state(consultation, state, new_remarks=[passage_remark(consultation, **TEXTS)])


def hide(remark, coordinator, **values):
    return redact_text(
        remark, **({"shown": SHOWN, "grounds": "dane osobowe: nazwisko", "revision": 1, "by": coordinator} | values)
    )


@pytest.fixture(params=["waiting", "redacted", "withdrawn"])
def hidden(request, consultation, coordinator):
    """A remark whose secret the public must not read."""
    if request.param == "waiting":
        consultation.texts_need_approval = True
        consultation.save()
    remark = written(consultation, "received" if request.param == "withdrawn" else "published")
    if request.param == "redacted":
        hide(remark, coordinator)
    if request.param == "withdrawn":
        Remark.objects.filter(pk=remark.pk).update(state="withdrawn")
        reindex_remarks(Remark.objects.filter(pk=remark.pk).select_related("consultation"))
    return Remark.objects.select_related("consultation").get(pk=remark.pk)


# -- No surface shows it --------------------------------------------------------------------------------------------


def surfaces(consultation):
    slug = consultation.slug
    return {
        "register": reverse("consultations:register", args=[slug]),
        "search": reverse("consultations:register", args=[slug]) + "?q=drzewo",
        "search by number": reverse("consultations:register", args=[slug]) + "?q=1.1",
        "remark": reverse("consultations:remark", args=[slug, "1.1"]),
        "home": reverse("home"),
        "summary": reverse("summary", args=[slug]),
        "detail": reverse("consultations:detail", args=[slug]),
        "chapter": reverse("consultations:chapter", args=[slug, 1]),
        "api list": f"/api/v1/consultations/{slug}/remarks/",
        "api one": f"/api/v1/consultations/{slug}/remarks/1.1/",
        "api summary": f"/api/v1/consultations/{slug}/summary/",
    }


def test_no_public_surface_shows_the_original(client, hidden, coordinator):
    publish_summary(hidden.consultation, by=coordinator)
    for name, address in surfaces(hidden.consultation).items():
        response = client.get(address)
        assert response.status_code == 200, name
        text = response.content.decode()
        assert "Zenobia" not in text, name
        assert "Wstydliw" not in text, name


def test_searching_for_what_is_hidden_finds_nothing(client, hidden):
    address = reverse("consultations:register", args=[hidden.consultation.slug])
    for asked in ("Zenobia", "Zenobii", "wstydliwa", "wstydliwy"):
        assert client.get(address, {"q": asked}).context["rows"] == []
    assert len(client.get(address, {"q": "1.1/2021"}).context["rows"]) == 1


def test_the_public_table_does_not_load_the_original(hidden):
    for remarks in (Remark.objects.for_public_table(DURING), Remark.objects.for_register(hidden.consultation, DURING)):
        one = remarks.get()
        assert {"change", "wording", "reason", "shown_change"} <= one.get_deferred_fields()


@pytest.mark.parametrize("text_state", Remark.TextState.values)
@pytest.mark.parametrize("state", Remark.State.values)
def test_python_and_sql_agree_on_what_is_public(consultation, state, text_state):
    if state == "withdrawn":
        remark = written(consultation, "received")
        Remark.objects.filter(pk=remark.pk).update(state="withdrawn")
    else:
        remark = written(consultation, state)
    Remark.objects.filter(pk=remark.pk).update(
        text_state=text_state, **{f"shown_{name}": text for name, text in SHOWN._asdict().items()}
    )
    row = vars(Remark.objects.for_public_table(DURING).get(pk=remark.pk))
    said: PublicText = public_text(Remark.objects.get(pk=remark.pk))
    assert [*said] == [row["public_change"], row["public_wording"], row["public_reason"]]
    expected = {"open": TEXTS["change"], "redacted": SHOWN.change, "waiting": ""}[text_state]
    assert said.change == ("" if state == "withdrawn" else expected)


# -- What is shown instead ------------------------------------------------------------------------------------------


def test_a_waiting_text_says_that_it_is_being_checked(client, consultation):
    Consultation.objects.update(texts_need_approval=True)
    consultation.refresh_from_db()
    written(consultation, "received")
    pages = surfaces(consultation)
    for name in ("register", "remark"):
        html = client.get(pages[name]).content.decode()
        assert "osoba" in html
        assert "dan" in html
    told = client.get(pages["api one"]).json()
    assert (told["text_state"], told["change"], told["wording"], told["reason"]) == ("waiting", "", "", "")


def test_a_redacted_text_shows_its_gaps_and_the_reason(client, consultation, coordinator):
    hide(written(consultation), coordinator)
    pages = surfaces(consultation)
    html = client.get(pages["remark"]).content.decode()
    assert 'prosi <span class="redacted"><span aria-hidden="true">[…]</span>' in html
    assert "dane osobowe: nazwisko" in html
    assert 'Więcej drzew, prosi […].">' in html  # the description for search engines
    assert client.get(pages["api one"]).json()["change"] == SHOWN.change
    assert 'class="redacted"' in client.get(pages["register"]).content.decode()


def test_the_sender_still_reads_the_own_words(client, hidden):
    text = client.get(hidden.submission.tracking_path).content.decode()
    assert SECRET in text


# -- The verbs ------------------------------------------------------------------------------------------------------


def test_a_new_text_waits_where_the_consultation_says_so(consultation):
    assert submission(consultation).remarks.get().text_state == "open"
    consultation.texts_need_approval = True
    consultation.save(update_fields=["texts_need_approval"])
    assert submission(consultation).remarks.get().text_state == "waiting"


def test_approving_makes_the_text_public_and_found(client, consultation, coordinator):
    consultation.texts_need_approval = True
    consultation.save()
    remark = written(consultation)
    register = surfaces(consultation)["register"]
    assert client.get(register, {"q": "drzewo"}).context["rows"] == []
    approve_text(remark, revision=1, by=coordinator)
    assert SECRET in client.get(surfaces(consultation)["remark"]).content.decode()
    assert len(client.get(register, {"q": "drzewo"}).context["rows"]) == 1


def test_a_redaction_is_logged_without_the_text_and_keeps_the_original(consultation, coordinator):
    remark = hide(written(consultation), coordinator, now=DURING)
    assert (remark.text_state, remark.shown_change, remark.change) == ("redacted", SHOWN.change, TEXTS["change"])
    entry = HistoryEntry.objects.get(verb="redact")
    assert (entry.by, entry.at, entry.before) == (coordinator, DURING, {"text": "open"})
    assert entry.after == {"text": "redacted", "why": "dane osobowe: nazwisko"}
    assert "Zenobia" not in json.dumps([entry.before, entry.after])
    row = Redaction.objects.get()
    assert (row.change, row.text_state, row.revision, row.by) == (SHOWN.change, "redacted", 1, coordinator)


def test_redactions_can_be_taken_back(consultation, coordinator):
    remark = hide(written(consultation), coordinator)
    remark = approve_text(remark, revision=1, by=coordinator)
    assert (remark.text_state, remark.shown_change) == ("open", "")
    assert list(Redaction.objects.values_list("text_state", flat=True)) == ["redacted", "open"]


@pytest.mark.parametrize("grounds", ["", "  "])
def test_a_redaction_needs_a_reason(consultation, coordinator, grounds):
    with pytest.raises(GroundsMissing):
        hide(written(consultation), coordinator, grounds=grounds)


@pytest.mark.parametrize(
    "shown",
    [
        PublicText(**TEXTS),
        SHOWN._replace(change="Mniej drzew, prosi […]."),
        SHOWN._replace(reason=""),
        PublicText("", "", ""),
    ],
)
def test_a_redaction_takes_out_and_adds_nothing(consultation, coordinator, shown):
    remark = written(consultation)
    with pytest.raises(NotRedacted):
        hide(remark, coordinator, shown=shown)
    assert Remark.objects.get().text_state == "open"
    assert not Redaction.objects.exists()


@pytest.mark.parametrize("changes", [{"revision": 2}, {"state": "withdrawn"}, {"text_state": "waiting"}])
def test_a_text_that_changed_meanwhile_is_not_decided(consultation, coordinator, changes):
    remark = written(consultation, "proper")
    Remark.objects.filter(pk=remark.pk).update(**changes)
    with pytest.raises(TextChanged):
        hide(remark, coordinator, seen="open")
    assert not Redaction.objects.exists()


def test_an_open_text_needs_no_approval(consultation, coordinator):
    with pytest.raises(TextChanged):
        approve_text(written(consultation), revision=1, by=coordinator)
    assert not HistoryEntry.objects.filter(verb="redact").exists()


# -- The front page -------------------------------------------------------------------------------------------------


def test_the_front_page_shows_no_pair_whose_text_waits(consultation, coordinator):
    consultation.texts_need_approval = True
    consultation.save()
    remark = written(consultation)
    assert front_page(DURING).pairs == ()
    approve_text(remark, revision=1, by=coordinator)
    assert len(front_page(DURING).pairs) == 1


def test_a_plain_remark_page_asks_nothing_more_for_redactions(client, consultation):
    written(consultation)
    with CaptureQueriesContext(connection) as queries:
        client.get(surfaces(consultation)["remark"])
    assert not any("consultations_redaction" in one["sql"] for one in queries)
