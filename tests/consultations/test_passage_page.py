"""A passage's permanent address: its text through all versions, and remarks that never drift from it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from consultations.models import Consultation, DraftVersion, PassageText, Remark
from consultations.services.comparisons import comparison_of
from consultations.services.matching import propose_matches
from tests.consultations.residents import text_of
from tests.consultations.versions import as_first, changed_version, imported, next_version
from tests.factories import AFTER, DURING, consultation_with_draft, passage_remark, submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


def address(consultation, code="f2") -> str:
    return reverse("consultations:passage", args=[consultation.slug, code])


def steps(answer) -> list[tuple[int, str]]:
    return [(step.version.number, step.kind) for step in answer.context["story"].steps]


def test_it_shows_the_newest_text_and_the_way_there(client, consultation):
    changed_version(consultation)
    answer = client.get(address(consultation))
    assert answer.context["step"].text.wording == "Fragment 1.2: miasto sadzi krzewy."
    assert steps(answer) == [(2, "changed"), (1, "first")]
    html = answer.content.decode()
    assert "<del>" in html
    assert "<ins>" in html
    assert "1.3" in text_of(answer)


def test_an_earlier_version_stays_at_its_address(client, consultation):
    changed_version(consultation)
    answer = client.get(address(consultation), {"wersja": "1"})
    assert answer.context["step"].text.wording == "Fragment 1.2: miasto sadzi drzewa."
    assert f'href="{address(consultation)}"' in answer.content.decode()
    for path in (
        reverse("consultations:chapter", args=[consultation.slug, 1]) + "?wersja=1",
        reverse("consultations:draft", args=[consultation.slug]) + "?wersja=1",
    ):
        assert client.get(path).status_code == 200
    chapter = client.get(reverse("consultations:chapter", args=[consultation.slug, 1]), {"wersja": "1"})
    assert "Fragment 1.2: miasto sadzi drzewa." in chapter.content.decode()


def test_a_removed_passage_keeps_its_address_with_its_last_text(client, consultation):
    changed_version(consultation)
    answer = client.get(address(consultation, "f3"))
    assert steps(answer) == [(2, "removed"), (1, "first")]
    assert answer.context["version"].number == 1
    assert not answer.context["is_latest"]
    later = client.get(address(consultation, "f3"), {"wersja": "2"})
    assert later.status_code == 200
    assert later.context["step"].text is None


def test_an_added_and_a_moved_passage_tell_so(client, consultation):
    changed_version(consultation)
    assert steps(client.get(address(consultation, "f7"))) == [(2, "added")]
    moved = client.get(address(consultation, "f6"))
    assert steps(moved) == [(2, "same"), (1, "first")]
    assert moved.context["story"].steps[0].is_renumbered


def test_a_passage_that_comes_back_is_compared_with_its_last_text(client, consultation):
    changed_version(consultation)
    next_version(consultation, [("r1", "Rozdział 1", [as_first("1.3", "Fragment {}: miasto sadzi lipy.")])])
    answer = client.get(address(consultation, "f3"))
    assert steps(answer) == [(3, "changed"), (2, "removed"), (1, "first")]
    assert answer.context["story"].steps[0].previous.number == 1


def test_the_comparison_that_was_made_is_read_again(client, consultation):
    newer = changed_version(consultation)
    change = comparison_of(consultation.draft.versions.get(number=1), newer).changes.get(passage__code="f2")
    change.runs = [["equal", "z porównania"]]
    change.save()
    assert "z porównania" in text_of(client.get(address(consultation)))


@pytest.mark.parametrize("published_at", [None, DURING + dt.timedelta(seconds=1)])
def test_an_unpublished_version_is_invisible(client, consultation, published_at):
    changed_version(consultation, published_at=published_at)
    answer = client.get(address(consultation))
    assert steps(answer) == [(1, "first")]
    assert "krzewy" not in answer.content.decode()
    assert client.get(address(consultation), {"wersja": "2"}).status_code == 404
    assert client.get(address(consultation, "f7")).status_code == 404


@pytest.mark.parametrize("query", ["wersja=3", "wersja=0", "wersja=x", "wersja="])
def test_a_version_that_is_not_there_is_not_found(client, consultation, query):
    assert client.get(f"{address(consultation)}?{query}").status_code == 404


def test_another_consultations_passage_or_none_is_not_found(client, consultation):
    consultation_with_draft(passages=9)
    assert client.get(address(consultation, "f9")).status_code == 404
    Consultation.objects.update(published_at=None)
    assert client.get(address(consultation)).status_code == 404


def test_remarks_can_be_read_and_sent_from_here_while_the_rules_allow_it(client, consultation, during):
    submission(consultation, new_remarks=[passage_remark(consultation, "f2")] * 2)
    register = reverse("consultations:register", args=[consultation.slug]) + "?fragment=f2"
    form = reverse("consultations:new_remark", args=[consultation.slug]) + "?fragment=f2&amp;wersja=1"
    html = client.get(address(consultation)).content.decode()
    assert f'href="{register}"' in html
    assert f'href="{form}"' in html
    Consultation.objects.update(remarks_shown=Consultation.RemarksShown.AFTER_CLOSING)
    assert register not in client.get(address(consultation)).content.decode()
    during.move_to(AFTER)
    html = client.get(address(consultation)).content.decode()
    assert register in html
    assert form not in html


def test_a_remark_is_sent_on_the_current_version_only(client, consultation):
    changed_version(consultation)
    assert not client.get(address(consultation), {"wersja": "1"}).context["takes_remarks"]


def test_queries_do_not_grow_with_versions(client, consultation, connection_queries):
    before = connection_queries(lambda: client.get(address(consultation)))
    for _time in range(4):
        changed_version(consultation)
    assert connection_queries(lambda: client.get(address(consultation))) == before


def test_markup_in_the_text_is_text(client, consultation):
    PassageText.objects.update(wording="<script>alert(1)</script>")
    assert "<script>alert" not in client.get(address(consultation)).content.decode()


# -- Remarks never drift --------------------------------------------------------------------------------------------


def test_a_remark_keeps_the_text_its_author_read_and_leads_to_the_passage_where_it_is_now(client, consultation):
    submission(consultation, new_remarks=[passage_remark(consultation, "f2")])
    remark = Remark.objects.get()
    changed_version(consultation)
    html = client.get(remark.get_absolute_url()).content.decode()
    assert "Fragment 1.2: miasto sadzi drzewa." in html
    assert "krzewy" not in html
    now = client.get(address(consultation, remark.passage.code)).context["step"]
    assert (now.version.number, now.text.number) == (2, "1.3")
    chapter = client.get(reverse("consultations:chapter", args=[consultation.slug, 1]))
    assert [item.text.passage.code for item in chapter.context["passages"]] == ["f7", "f1", "f2", "f6"]
    assert [item.remarks for item in chapter.context["passages"]] == [0, 0, 1, 0]
    register = client.get(reverse("consultations:register", args=[consultation.slug]), {"fragment": "f2"})
    assert register.context["found"] == 1


def test_a_remark_follows_its_passage_through_an_import_that_inserts_moves_and_rewrites(client, consultation):
    parks = "Miasto zakłada park w każdej dzielnicy i pyta mieszkańców, co ma w nim być."
    roads = "Drogi rowerowe łączą dzielnice ze śródmieściem do końca dekady."
    next_version(consultation, [("r1", "Rozdział 1", [("f8", parks), ("f9", roads)])])
    remark = submission(consultation, new_remarks=[passage_remark(consultation, "f8")]).remarks.get()
    made = imported(
        consultation,
        [
            ("Wstęp", ["Nowy akapit o lotnisku i dworcu."]),
            ("Rozdział 1", [roads, "Inny nowy akapit o szkołach.", parks.replace("pyta", "wcześniej pyta")]),
        ],
    )
    propose_matches(made)
    passages = made.matches["passages"]
    assert passages["1.2"]["passage"] == remark.passage_id
    texts = [passage["text"] for passage in made.document["chapters"][1]["passages"]]
    codes = dict(consultation.draft.passages.values_list("pk", "code"))
    saved = [(codes.get(passages[f"1.{place}"]["passage"], f"new{place}"), text) for place, text in enumerate(texts)]
    next_version(consultation, [("r1", "Rozdział 1", saved)])
    assert "Miasto zakłada park w każdej dzielnicy i pyta" in client.get(remark.get_absolute_url()).content.decode()
    assert client.get(address(consultation, "f8")).context["step"].text.number == "1.3"
    assert DraftVersion.objects.filter(draft=consultation.draft).count() == 3
