"""A remark says what it asks for: a new wording, a removal, an addition, a remark or an answer to a question."""

from __future__ import annotations

import json
import re

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.roles import Role
from consultations.desk import first_words
from consultations.models import BasketRemark, PassageText, Remark
from consultations.places import with_places
from consultations.services.receipts import canonical_remarks, content_hash
from consultations.services.submissions import NewRemark
from notifications.services import outbox
from tests.consultations.residents import add, send, text_of, url
from tests.factories import DURING, passage_remark, remark_in_state, submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

OLD = "Fragment 1.1: miasto sadzi drzewa."
NEW = "Fragment 1.1: miasto sadzi i podlewa drzewa."
Kind = Remark.Kind

# What each kind's form sends, and what is kept of it: change, wording, reason.
SENT = {
    Kind.REWORD: ({"wording": NEW, "reason": "Suche lata"}, ("", NEW, "Suche lata")),
    Kind.REMOVE: ({"reason": "To już jest w 2.1"}, ("", "", "To już jest w 2.1")),
    Kind.ADD: ({"addition": "Także zimą.", "reason": "Bo tak"}, ("", "Także zimą.", "Bo tak")),
    Kind.GENERAL: ({"change": "Za długie."}, ("Za długie.", "", "")),
    Kind.QUESTION: ({"change": "Kiedy?"}, ("Kiedy?", "", "")),
}


def struck_through(html):
    """What the page shows as taken out, without its layout."""
    found = re.search(r"<del>(.*?)</del>", html, re.DOTALL)
    return None if found is None else " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def send_kind(client, consultation, kind, **fields):
    """The whole form as a browser without JavaScript sends it: the passage's text stands in its field untouched."""
    return add(client, consultation, **({"change": "", "wording": OLD, "kind": kind} | fields))


def of_kind(consultation, kind, **fields):
    fields = {
        Kind.REWORD: {"change": "", "wording": NEW, "reason": ""},
        Kind.REMOVE: {"change": "", "reason": "To już jest w 2.1"},
        Kind.ADD: {"change": "", "wording": "Także zimą.", "reason": ""},
        Kind.GENERAL: {"change": "Za długie.", "reason": ""},
        Kind.QUESTION: {"change": "Kiedy?", "reason": ""},
    }[kind] | fields
    return passage_remark(consultation, chosen_kind=kind, **fields)


@pytest.mark.parametrize("kind", list(SENT))
def test_each_kind_keeps_what_it_asks_for_and_nothing_else(client, consultation, kind):
    fields, kept = SENT[kind]
    assert send_kind(client, consultation, kind.value, **fields).status_code == 302
    one = BasketRemark.objects.get()
    assert (one.kind, (one.change, one.wording, one.reason)) == (kind, kept)
    assert send(client, consultation).status_code == 302
    sent = Remark.objects.get()
    assert (sent.kind, (sent.change, sent.wording, sent.reason)) == (kind, kept)


@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        (Kind.REWORD, {}, "wording"),
        (Kind.REWORD, {"wording": ""}, "wording"),
        (Kind.REWORD, {"wording": f"  {OLD.replace(' ', '  ')}\r\n"}, "wording"),
        (Kind.ADD, {}, "addition"),
        (Kind.ADD, {"addition": "  "}, "addition"),
        (Kind.GENERAL, {}, "change"),
        (Kind.QUESTION, {"wording": NEW}, "change"),
    ],
)
def test_what_a_kind_cannot_do_without_is_asked_for_in_words(client, consultation, kind, fields, field):
    answer = send_kind(client, consultation, kind.value, reason="Zachowane słowa", **fields)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert "Zachowane słowa" in text_of(answer)
    assert f'value="{kind.value}"' in re.search(r"<input[^>]*checked[^>]*>", answer.content.decode())[0]
    assert BasketRemark.objects.count() == 0


def test_a_fault_in_a_field_that_does_not_count_is_none(client, consultation):
    assert send_kind(client, consultation, "remove", addition="x" * 6000, wording="\x00").status_code == 302
    assert BasketRemark.objects.get().kind == Kind.REMOVE


def test_own_words_are_kept_with_every_kind(client, consultation):
    send_kind(client, consultation, "remove", change="Ten fragment myli")
    assert BasketRemark.objects.get().change == "Ten fragment myli"


@pytest.mark.parametrize("kind", ["reword", "remove", "add", "nonsense"])
def test_a_chapter_takes_only_remarks_and_questions(client, consultation, kind):
    answer = add(client, consultation, query="?rozdzial=1", place="1", kind=kind, wording="x", addition="x")
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"kind"}
    assert 'value="remove"' not in answer.content.decode()


@pytest.mark.parametrize("kind", ["general", "question"])
def test_a_remark_or_a_question_on_the_whole_document(client, consultation, kind):
    assert add(client, consultation, query="", place="document", kind=kind).status_code == 302
    assert (BasketRemark.objects.get().kind, BasketRemark.objects.get().target) == (kind, "document")


def test_the_form_begins_with_the_polish_text_and_says_so(client, consultation):
    text = PassageText.objects.get(passage__code="f1")
    text.translations = {"en": {"wording": "The city plants trees."}}
    text.save()
    page = client.get("/en" + url("new_remark", consultation, query="?fragment=f1"))
    field = re.search(r'<textarea name="wording"[^>]*>\s*([^<]*)</textarea>', page.content.decode())
    assert field[1] == OLD
    assert 'lang="pl"' in field[0]
    assert "The city plants trees." in text_of(page)
    assert "only that text is binding" in text_of(page)


def test_a_long_passage_can_be_changed_in_place(client, consultation):
    PassageText.objects.filter(passage__code="f1").update(wording="bardzo długi " * 900)
    assert send_kind(client, consultation, "reword", wording="bardzo długi " * 901 + "koniec").status_code == 302
    assert len(BasketRemark.objects.get().wording) > 11_000


@pytest.mark.parametrize("kind", list(SENT))
def test_editing_refills_every_field(client, consultation, kind):
    send_kind(client, consultation, kind.value, **SENT[kind][0])
    kept = BasketRemark.objects.get()
    form = client.get(url("edit_remark", consultation, kept.pk)).context["form"]
    values = {name: form[name].value() for name in ("kind", "change", "addition", "reason")}
    assert values == {"kind": kind, "change": "", "addition": "", "reason": ""} | {
        name: value for name, value in SENT[kind][0].items() if name != "wording"
    }
    assert form["wording"].value() == (NEW if kind == Kind.REWORD else OLD)


def test_a_kind_can_be_changed(client, consultation):
    send_kind(client, consultation, "reword", wording=NEW)
    kept = BasketRemark.objects.get()
    client.post(url("edit_remark", consultation, kept.pk), {"kind": "remove", "wording": NEW, "revision": 1})
    kept.refresh_from_db()
    assert (kept.kind, kept.wording, kept.revision) == ("remove", "", 2)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [({"change": "A"}, "general"), ({"change": "A", "wording": NEW}, "reword"), ({"wording": NEW}, "reword"),
     ({"change": "A", "wording": OLD}, "general")],
)  # fmt: skip
def test_a_form_without_a_kind_is_understood_by_its_texts(client, consultation, fields, kind):
    assert client.post(url("new_remark", consultation, query="?fragment=f1"), fields).status_code == 302
    assert BasketRemark.objects.get().kind == kind


@pytest.mark.parametrize("name", ["basket", "review"])
def test_the_difference_is_shown_before_sending(client, consultation, name):
    send_kind(client, consultation, "reword", wording=NEW)
    client.post(url("basket", consultation), {"sender_kind": "person", "name": "Jan", "email": "jan@example.org"})
    html = client.get(url(name, consultation)).content.decode()
    assert re.search(r"miasto sadzi (<ins>)?(i podlewa|\s?i podlewa\s?)", html)
    assert "<ins>" in html
    assert "Podkreślone" in html


@pytest.mark.parametrize("name", ["basket", "review"])
def test_a_removal_and_an_addition_show_what_and_where(client, consultation, name):
    send_kind(client, consultation, "remove", reason="Powtórzenie")
    send_kind(client, consultation, "add", addition="Także zimą.")
    client.post(url("basket", consultation), {"sender_kind": "person", "name": "Jan", "email": "jan@example.org"})
    html = client.get(url(name, consultation)).content.decode()
    assert struck_through(html) == OLD
    assert "<ins>Także zimą.</ins>" in html
    assert html.index(OLD, html.index("</del>")) < html.index("<ins>")


# -- Wherever a remark shows ----------------------------------------------------------------------------------------


def phrase_of(remark):
    """What a page says of the kind, in the page's language."""
    return " ".join(render_to_string("consultations/parts/kind.html", {"remark": remark, "number": "1.1"}).split())


@pytest.fixture
def all_kinds(consultation):
    return submission(consultation, new_remarks=[of_kind(consultation, kind) for kind in SENT])


@pytest.mark.parametrize("where", ["receipt", "case", "register", "remark"])
def test_every_public_page_names_the_kind(client, consultation, all_kinds, where):
    for remark in all_kinds.remarks.all():
        address = {
            "receipt": reverse("consultations:receipt", args=[all_kinds.tracking_token]),
            "case": all_kinds.tracking_path,
            "register": url("register", consultation),
            "remark": remark.get_absolute_url(),
        }[where]
        expected = str(Kind(remark.kind).label) if where == "register" else phrase_of(remark)
        assert expected in text_of(client.get(address))


def test_the_page_of_a_removal_shows_the_passage_struck_through(client, all_kinds):
    removal = all_kinds.remarks.get(kind="remove")
    page = client.get(removal.get_absolute_url())
    assert struck_through(page.content.decode()) == OLD
    assert "To już jest w 2.1" in page.content.decode()


def test_the_desk_names_the_kind_and_its_lists_are_never_empty(consultation, all_kinds):
    words = {Kind(one.kind): first_words(one) for one in all_kinds.remarks.all()}
    assert all(words.values())
    assert words[Kind.REMOVE].endswith("To już jest w 2.1")
    silent = submission(consultation, new_remarks=[of_kind(consultation, Kind.REMOVE, reason="")]).remarks.get()
    assert first_words(silent) == str(Kind.REMOVE.label)


def test_the_desks_pages_show_what_is_proposed(client, consultation, sign_in):
    sign_in(Role.COORDINATOR)
    removal = remark_in_state(consultation, "assigned", new_remarks=[of_kind(consultation, Kind.REMOVE, reason="")])
    html = client.get(reverse("desk:remark", args=[removal.pk])).content.decode()
    assert struck_through(html) == OLD
    assert str(Kind.REMOVE.label) in html
    changed = remark_in_state(consultation, "assigned", new_remarks=[of_kind(consultation, Kind.REWORD)])
    assert "<ins>" in client.get(reverse("desk:remark", args=[changed.pk])).content.decode()


@pytest.mark.parametrize("language", ["pl", "uk"])
def test_a_new_wording_is_compared_with_the_polish_text_whatever_the_senders_language(consultation, language):
    text = PassageText.objects.get(passage__code="f1")
    text.translations = {"uk": {"wording": "Місто садить дерева."}}
    text.save()
    sent = submission(consultation, new_remarks=[of_kind(consultation, Kind.REWORD)])
    sent.language = language
    (placed,) = with_places(sent.remarks.select_related("version"))
    assert "".join(run.text for run in placed.difference if run.kind != "insert") == OLD


@pytest.mark.parametrize("kind", [kind for kind in SENT if kind != Kind.REWORD])
def test_nothing_but_a_new_wording_is_compared(consultation, kind):
    sent = submission(consultation, new_remarks=[of_kind(consultation, kind)])
    assert with_places(sent.remarks.all())[0].difference is None


def test_the_api_tells_the_kind(client, consultation, all_kinds):
    rows = client.get(f"/api/v1/consultations/{consultation.slug}/remarks/").json()["results"]
    assert [row["kind"] for row in rows] == [kind.value for kind in SENT]


def test_the_mail_names_the_kind_and_what_is_removed(all_kinds):
    outbox.sweep()
    (receipt,) = mail.outbox
    assert isinstance(receipt, EmailMultiAlternatives)
    body, html = str(receipt.body), str(receipt.alternatives[0][0])
    for part in (OLD, "Także zimą.", "Kiedy?"):
        assert part in body
        assert part in html
    assert f"<del>{OLD}</del>" in html


# -- The receipt's digest -------------------------------------------------------------------------------------------


def test_receipts_from_before_there_were_kinds_keep_their_digest(consultation):
    sent = submission(
        consultation,
        new_remarks=[
            passage_remark(consultation, "f2", change="Zażółć", wording="gęślą", reason="jaźń"),
            passage_remark(consultation, "f1", change="Krócej", reason=""),
            NewRemark(change="Całość"),
        ],
    )
    assert canonical_remarks(sent.remarks.all()) == (
        '[{"change":"Zażółć","chapter":"r1","number":1,"passage":"f2","reason":"jaźń","version":1,"wording":"gęślą"},'
        '{"change":"Krócej","chapter":"r1","number":2,"passage":"f1","reason":"","version":1,"wording":""},'
        '{"change":"Całość","chapter":null,"number":3,"passage":null,"reason":"","version":null,"wording":""}]'
    )


@pytest.mark.parametrize("kind", [Kind.REMOVE, Kind.ADD, Kind.QUESTION])
def test_a_kind_that_the_texts_do_not_tell_is_in_the_digest(consultation, kind):
    sent = submission(consultation, new_remarks=[of_kind(consultation, kind)])
    assert json.loads(canonical_remarks(sent.remarks.all()))[0]["kind"] == kind


def test_the_digest_changes_with_the_kind(consultation):
    sent = submission(consultation, new_remarks=[of_kind(consultation, Kind.QUESTION)])
    before = content_hash(sent.remarks.all())
    Remark.objects.filter(submission=sent).update(kind=Kind.GENERAL)
    assert content_hash(sent.remarks.all()) != before


# -- The database guards the rule -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [{"kind": "add", "wording": ""}, {"kind": "reword", "wording": ""}, {"kind": "general", "change": ""}],
)
def test_a_remark_without_what_its_kind_needs_cannot_be_stored(consultation, values):
    sent = submission(consultation, new_remarks=[of_kind(consultation, Kind.GENERAL)], now=DURING)
    with pytest.raises(IntegrityError), transaction.atomic():
        Remark.objects.filter(submission=sent).update(**values)
