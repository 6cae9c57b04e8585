"""The matches of an imported document: proposed, corrected by staff one at a time, confirmed, never overwritten."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from accounts.roles import Role
from consultations import desk_matching
from consultations.errors import (
    ChapterContinuedTwice,
    MatchesChanged,
    NotPermitted,
    PlaceNotInImport,
    TargetNotInDraft,
)
from consultations.models import Chapter, DraftImport, DraftVersion, Passage
from consultations.services.matching import (
    accept_matches,
    choose_chapters,
    choose_match,
    confirm_matches,
    propose_matches,
)
from tests.consultations.versions import FRAGMENT, changed_version, imported, next_version
from tests.factories import consultation_with_draft, passage_remark, person, submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

TREES = "Miasto sadzi drzewa przy głównych ulicach i pielęgnuje je przez dziesięć lat."
ROADS = "Sieć dróg rowerowych połączy do końca dekady każdą dzielnicę ze śródmieściem."
SCHOOLS = "Szkoły otwierają boiska popołudniami i w soboty dla mieszkańców dzielnicy."
PORT = "Lotnisko dostaje połączenie kolejowe z dworcem głównym."


@pytest.fixture
def base(consultation) -> DraftVersion:
    """The latest published version: a chapter of trees (f11) and roads (f12), another of schools (f13)."""
    return next_version(
        consultation,
        [("r11", "Zieleń i ruch", [("f11", TREES), ("f12", ROADS)]), ("r12", "Szkoły", [("f13", SCHOOLS)])],
    )


@pytest.fixture
def draft_import(consultation, base) -> DraftImport:
    """An import of the base with a passage before it, the roads worded otherwise, the schools gone."""
    made = imported(
        consultation,
        [
            ("Wstęp", [PORT]),
            ("Zieleń i ruch", [TREES, ROADS.replace("do końca dekady", "w ciągu pięciu lat już")]),
        ],
    )
    propose_matches(made)
    return DraftImport.objects.get(pk=made.pk)


def passage(code: str) -> Passage:
    return Passage.objects.get(code=code, texts__version__number=2)


def matched(draft_import) -> dict[str, tuple[str, str]]:
    """For each place the code of the old passage and how it was found."""
    codes = {one.pk: one.code for one in Passage.objects.all()}
    matches = DraftImport.objects.get(pk=draft_import.pk).matches["passages"]
    return {place: (codes.get(match["passage"], ""), match["how"]) for place, match in matches.items()}


# -- Proposed -------------------------------------------------------------------------------------------------------


def test_the_proposal_names_for_each_place_what_it_continues_and_how_that_was_found(draft_import, base):
    assert draft_import.base == base
    assert matched(draft_import) == {"0.0": ("", "new"), "1.0": ("f11", "same"), "1.1": ("f12", "similar")}
    assert draft_import.matches["passages"]["1.0"]["score"] == 1.0
    assert 0.6 < draft_import.matches["passages"]["1.1"]["score"] < 1
    chapter = Chapter.objects.get(code="r11")
    assert draft_import.matches["chapters"] == {"0": None, "1": chapter.pk}
    assert draft_import.matches["confirmed"] is False


def test_the_proposal_rests_on_the_latest_published_version(consultation, base):
    next_version(consultation, [("r1", "Rozdział 1", [("f1", PORT)])], published_at=None)
    made = imported(consultation, [("Wstęp", [PORT])])
    propose_matches(made)
    assert (made.base, matched(made)) == (base, {"0.0": ("", "new")})


def test_without_a_published_version_everything_is_new(consultation):
    DraftVersion.objects.update(published_at=None)
    made = imported(consultation, [("Wstęp", [PORT, TREES])])
    propose_matches(made)
    assert made.base is None
    assert matched(made) == {"0.0": ("", "new"), "0.1": ("", "new")}
    assert made.matches["chapters"] == {"0": None}


def test_a_document_without_passages_can_be_matched(consultation, base):
    made = imported(consultation, [("Wstęp", [])])
    propose_matches(made)
    assert made.matches == {"chapters": {"0": None}, "passages": {}, "confirmed": False}


def test_the_proposals_queries_do_not_grow(consultation, base, connection_queries):
    few = imported(consultation, [("Wstęp", [PORT])])
    many = imported(consultation, [(f"Rozdział {n}", [f"{TREES} {n} {m}" for m in range(5)]) for n in range(10)])
    assert connection_queries(lambda: propose_matches(few)) == connection_queries(lambda: propose_matches(many)) == 4


# -- Corrected ------------------------------------------------------------------------------------------------------


def test_staff_choose_another_passage(draft_import):
    coordinator = person(Role.COORDINATOR)
    freed = choose_match(draft_import, place="0.0", passage=passage("f13"), revision=1, by=coordinator)
    assert freed is None
    assert matched(draft_import)["0.0"] == ("f13", "chosen")
    assert DraftImport.objects.get().revision == draft_import.revision == 2


def test_an_old_passage_that_another_new_one_has_is_freed_there(draft_import):
    coordinator = person(Role.COORDINATOR)
    freed = choose_match(draft_import, place="0.0", passage=passage("f12"), revision=1, by=coordinator)
    assert freed == "1.1"
    found = matched(draft_import)
    assert (found["0.0"], found["1.1"]) == (("f12", "chosen"), ("", "new"))


def test_staff_can_say_that_a_passage_is_new(draft_import):
    choose_match(draft_import, place="1.1", passage=None, revision=1, by=person(Role.COORDINATOR))
    assert matched(draft_import)["1.1"] == ("", "chosen")


def test_two_people_do_not_overwrite_each_other(draft_import):
    first, second = (DraftImport.objects.get(pk=draft_import.pk) for _time in range(2))
    by = person(Role.COORDINATOR)
    choose_match(first, place="0.0", passage=passage("f13"), revision=1, by=by)
    for change in (
        lambda: choose_match(second, place="1.1", passage=None, revision=1, by=by),
        lambda: choose_match(DraftImport.objects.get(), place="1.1", passage=None, revision=1, by=by),
        lambda: choose_match(second, place="1.1", passage=None, revision=2, by=by),
        lambda: accept_matches(second, places=["1.1"], revision=1, by=by),
        lambda: choose_chapters(second, chosen={"0": None}, revision=1, by=by),
        lambda: confirm_matches(second, revision=1, by=by),
    ):
        with pytest.raises(MatchesChanged):
            change()
    assert matched(draft_import)["1.1"] == ("f12", "similar")
    assert DraftImport.objects.get().revision == 2


@pytest.mark.parametrize("state", [state for state in DraftImport.State if state != DraftImport.State.READY])
def test_matches_change_only_while_the_import_is_open(draft_import, state):
    DraftImport.objects.update(state=state)
    by = person(Role.COORDINATOR)
    with pytest.raises(MatchesChanged):
        choose_match(draft_import, place="0.0", passage=None, revision=1, by=by)
    with pytest.raises(MatchesChanged):
        confirm_matches(draft_import, revision=1, by=by)


def test_an_unknown_place_or_a_passage_of_another_text_is_refused(draft_import):
    by = person(Role.COORDINATOR)
    only_in_first = Passage.objects.get(code="f1", draft=draft_import.draft)
    consultation_with_draft()
    foreign = Passage.objects.exclude(draft=draft_import.draft).first()
    for old in (only_in_first, foreign):
        with pytest.raises(TargetNotInDraft):
            choose_match(draft_import, place="0.0", passage=old, revision=1, by=by)
    for place in ("7.0", "0.1", "", "x"):
        with pytest.raises(PlaceNotInImport):
            choose_match(draft_import, place=place, passage=None, revision=1, by=by)
        with pytest.raises(PlaceNotInImport):
            accept_matches(draft_import, places=["0.0", place], revision=1, by=by)
    assert DraftImport.objects.get().revision == 1


def test_what_was_looked_at_is_marked_and_confirming_is_undone_by_a_change(draft_import):
    by = person(Role.COORDINATOR)
    assert accept_matches(draft_import, places=["1.1", "0.0"], revision=1, by=by) == 2
    assert matched(draft_import)["1.1"] == ("f12", "chosen")
    confirm_matches(draft_import, revision=2, by=by)
    assert DraftImport.objects.get().matches["confirmed"] is True
    choose_match(draft_import, place="1.1", passage=None, revision=3, by=by)
    assert DraftImport.objects.get().matches["confirmed"] is False


def test_chapters_are_corrected_together_and_none_continues_two(draft_import):
    by = person(Role.COORDINATOR)
    green, schools = Chapter.objects.get(code="r11"), Chapter.objects.get(code="r12")
    with pytest.raises(ChapterContinuedTwice):
        choose_chapters(draft_import, chosen={"0": green}, revision=1, by=by)
    choose_chapters(draft_import, chosen={"0": green, "1": schools}, revision=1, by=by)
    assert DraftImport.objects.get().matches["chapters"] == {"0": green.pk, "1": schools.pk}
    with pytest.raises(TargetNotInDraft):
        choose_chapters(
            draft_import, chosen={"0": Chapter.objects.get(code="r1", draft=draft_import.draft)}, revision=2, by=by
        )
    with pytest.raises(PlaceNotInImport):
        choose_chapters(draft_import, chosen={"2": None}, revision=2, by=by)


# -- Who may --------------------------------------------------------------------------------------------------------

MAY = {Role.COORDINATOR, Role.ADMINISTRATOR}
VERBS = {
    "choose": lambda made, by: choose_match(made, place="0.0", passage=None, revision=1, by=by),
    "accept": lambda made, by: accept_matches(made, places=["0.0"], revision=1, by=by),
    "chapters": lambda made, by: choose_chapters(made, chosen={"0": None}, revision=1, by=by),
    "confirm": lambda made, by: confirm_matches(made, revision=1, by=by),
}


@pytest.mark.parametrize("role", [*Role, None], ids=lambda role: role or "anonymous")
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_is_done_by_its_roles_and_refused_to_all_others(draft_import, verb, role):
    user = AnonymousUser() if role is None else person(role)
    if role in MAY:
        VERBS[verb](draft_import, user)
        assert DraftImport.objects.get().revision == 2
    else:
        with pytest.raises(NotPermitted):
            VERBS[verb](draft_import, user)
        assert DraftImport.objects.get().revision == 1


def page_of(draft_import) -> str:
    return reverse("desk:import_matches", args=[draft_import.pk])


@pytest.mark.parametrize("role", [*Role], ids=str)
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_page_opens_for_its_roles_and_is_refused_to_all_others(draft_import, client, role, method):
    client.force_login(person(role))
    sent = {"action": "confirm", "revision": 1}
    answer = getattr(client, method)(page_of(draft_import), sent)
    assert answer.status_code == ((200 if method == "get" else 302) if role in MAY else 403)
    assert DraftImport.objects.get().matches["confirmed"] is (method == "post" and role in MAY)


@pytest.mark.parametrize("method", ["get", "post"])
def test_without_signing_in_the_page_leads_to_the_sign_in(draft_import, client, method):
    answer = getattr(client, method)(page_of(draft_import))
    assert answer.url.startswith(reverse("account_login"))


# -- The page -------------------------------------------------------------------------------------------------------


@pytest.fixture
def coordinator(sign_in):
    return sign_in(Role.COORDINATOR)


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


def post(client, draft_import, query="", **fields):
    return client.post(page_of(draft_import) + query, {"revision": 1} | fields, follow=True)


def test_the_doubtful_ones_come_first_with_both_texts_and_what_hangs_on_them(
    consultation, draft_import, client, coordinator
):
    submission(consultation, new_remarks=[passage_remark_of(consultation, "f12")] * 3)
    answer = client.get(page_of(draft_import))
    assert [row["line"].new.number for row in answer.context["rows"]] == ["2.2"]
    html, words = answer.content.decode(), text_of(answer)
    assert "do końca dekady" in words
    assert "<ins>" in html
    assert "<del>" in html
    assert "3 uwagi" in words
    assert answer.context["table"].counts == {
        "sprawdz": 1, "podobne": 1, "nowe": 1, "wszystko": 3, "same": 1, "usuniete": 1, "rozdzialy": 2,
    }  # fmt: skip


def passage_remark_of(consultation, code):
    remark = passage_remark(consultation, code)
    assert remark.version.number == 2
    return remark


@pytest.mark.parametrize(
    ("view", "numbers"),
    [
        ("sprawdz", ["2.2"]),
        ("podobne", ["2.2"]),
        ("nowe", ["1.1"]),
        ("wszystko", ["1.1", "2.1", "2.2"]),
        ("rozdzialy", []),
        ("usuniete", []),
        ("nonsens", ["2.2"]),
    ],
)
def test_a_view_shows_its_passages(draft_import, client, coordinator, view, numbers):
    answer = client.get(page_of(draft_import), {"pokaz": view})
    assert [row["line"].new.number for row in answer.context["rows"]] == numbers


def test_gone_passages_are_listed_those_with_remarks_first(consultation, base, client, coordinator):
    made = imported(consultation, [("Wstęp", [PORT])])
    propose_matches(made)
    submission(consultation, new_remarks=[passage_remark_of(consultation, "f13")])
    answer = client.get(page_of(made), {"pokaz": "usuniete"})
    assert [(row.old.code, row.old.remarks) for row in answer.context["gone"]] == [("f13", 1), ("f11", 0), ("f12", 0)]
    assert answer.context["table"].gone_with_remarks == 1


def test_candidates_are_the_most_alike_and_say_who_has_them(draft_import, client, coordinator):
    rows = client.get(page_of(draft_import), {"pokaz": "nowe"}).context["rows"]
    shown = client.get(page_of(draft_import), {"pokaz": "podobne"}).context["rows"][0]["candidates"]
    assert shown[0].old.code == "f12"
    assert shown[0].is_chosen
    taken = {one.old.code: one.taken_by for one in rows[0]["candidates"]}
    assert taken.get("f12", "2.2") == "2.2"


def test_choosing_on_the_page_goes_on_with_the_next_and_keeps_the_view(draft_import, client, coordinator):
    answer = post(client, draft_import, "?pokaz=wszystko", action="choose", place="0.0", choice=passage("f13").pk)
    assert answer.redirect_chain[-1][0] == f"{page_of(draft_import)}?pokaz=wszystko#m-2"
    assert matched(draft_import)["0.0"] == ("f13", "chosen")
    last = client.post(
        page_of(draft_import) + "?pokaz=wszystko",
        {"revision": 2, "action": "choose", "place": "1.1", "choice": "new"},
    )
    assert last.url.endswith("#lista")


@pytest.mark.parametrize("typed", ["2.1", "f13", " F13 ", "2.1."])
def test_a_passage_is_chosen_by_its_number_or_its_permanent_id(draft_import, client, coordinator, typed):
    post(client, draft_import, action="choose", place="0.0", choice="new", number=typed)
    assert matched(draft_import)["0.0"] == ("f13", "chosen")


def test_whom_a_choice_takes_the_passage_from_is_told(draft_import, client, coordinator):
    answer = post(client, draft_import, action="choose", place="0.0", number="1.2")
    assert matched(draft_import)["1.1"] == ("", "new")
    message = str(next(iter(answer.context["messages"])))
    assert "1.2" in message
    assert "2.2" in message


@pytest.mark.parametrize("fields", [{"number": "9.9"}, {"number": "<b>"}, {"choice": ""}, {"choice": "x"}, {}])
def test_a_choice_that_cannot_be_understood_gets_a_sentence_and_keeps_what_was_typed(
    draft_import, client, coordinator, fields
):
    answer = post(client, draft_import, "?pokaz=nowe", action="choose", place="0.0", **fields)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert answer.context["rows"][0]["mistake"].typed == fields.get("number", "")
    assert 'value="<b>"' not in answer.content.decode()
    assert matched(draft_import)["0.0"] == ("", "new")


@pytest.mark.parametrize(
    "fields", [{"action": ""}, {"action": "delete"}, {"action": "confirm", "revision": ""}, {"revision": "x"}]
)
def test_an_unknown_verb_is_a_bad_request(draft_import, client, coordinator, fields):
    assert post(client, draft_import, **fields).status_code == 400


def test_who_comes_second_reads_that_somebody_was_faster_and_sees_it_as_it_is_now(draft_import, client, coordinator):
    choose_match(DraftImport.objects.get(), place="1.1", passage=None, revision=1, by=person(Role.ADMINISTRATOR))
    answer = post(client, draft_import, action="choose", place="1.1", choice=passage("f11").pk)
    assert answer.status_code == 409
    assert 'role="alert"' in answer.content.decode()
    assert answer.context["table"].counts["nowe"] == 2
    assert matched(draft_import)["1.1"] == ("", "chosen")


def test_all_on_the_page_are_marked_as_right_and_leave_the_doubtful(draft_import, client, coordinator):
    answer = post(client, draft_import, "?pokaz=sprawdz", action="accept", place="1.1")
    assert matched(draft_import)["1.1"] == ("f12", "chosen")
    assert answer.context["table"].counts["sprawdz"] == 0


def test_chapters_are_chosen_on_the_page(draft_import, client, coordinator):
    green, schools = Chapter.objects.get(code="r11"), Chapter.objects.get(code="r12")
    fields = {"action": "chapters", "chapter-0": green.pk, "chapter-1": schools.pk}
    post(client, draft_import, "?pokaz=rozdzialy", **fields)
    assert DraftImport.objects.get().matches["chapters"] == {"0": green.pk, "1": schools.pk}
    fields |= {"revision": 2, "chapter-1": green.pk}
    assert post(client, draft_import, "?pokaz=rozdzialy", **fields).status_code == 409
    fields |= {"revision": 2, "chapter-1": "x"}
    assert post(client, draft_import, "?pokaz=rozdzialy", **fields).status_code == 422


@pytest.mark.parametrize("state", [state for state in DraftImport.State if state != DraftImport.State.READY])
def test_an_import_that_is_not_open_is_shown_without_forms(draft_import, client, coordinator, state):
    DraftImport.objects.update(state=state)
    for view in desk_matching.VIEWS:
        answer = client.get(page_of(draft_import), {"pokaz": view})
        assert answer.status_code == 200
        assert 'name="revision"' not in answer.content.decode()


def test_a_first_version_has_nothing_to_match(consultation, client, coordinator):
    DraftVersion.objects.update(published_at=None)
    made = imported(consultation, [("Wstęp", [PORT])])
    propose_matches(made)
    answer = client.get(page_of(made))
    assert answer.status_code == 200
    assert 'name="revision"' not in answer.content.decode()


def test_markup_of_the_document_is_text(consultation, base, client, coordinator):
    made = imported(consultation, [("<i>Wstęp</i>", [f"<script>alert(1)</script> {ROADS}"])])
    propose_matches(made)
    for view in desk_matching.VIEWS:
        html = client.get(page_of(made), {"pokaz": view}).content.decode()
        assert "<script>alert" not in html
        assert "<i>Wstęp" not in html


def test_a_long_import_is_shown_by_pages_without_a_gap(consultation, base, client, coordinator, monkeypatch):
    monkeypatch.setattr(desk_matching, "PAGE", 4)
    made = imported(consultation, [("Wstęp", [f"{FRAGMENT.format(n)} {n}" for n in range(10)])])
    propose_matches(made)
    seen, query = [], {"pokaz": "wszystko"}
    while query:
        page = client.get(page_of(made), query).context["page"]
        seen += [line.index for line in page.rows]
        query = {"pokaz": "wszystko", "after": page.after} if page.has_next else {}
    assert seen == list(range(1, 11))
    back = client.get(page_of(made), {"pokaz": "wszystko", "before": 9}).context["page"]
    assert [line.index for line in back.rows] == [5, 6, 7, 8]
    assert (back.before, back.after) == (5, 8)


@pytest.mark.parametrize("view", desk_matching.VIEWS)
def test_the_pages_queries_do_not_grow(consultation, base, client, coordinator, connection_queries, view):
    few = imported(consultation, [("Wstęp", [PORT])])
    many = imported(consultation, [(f"Rozdział {n}", [f"{ROADS} {n} {m}" for m in range(5)]) for n in range(10)])
    for made in (few, many):
        propose_matches(made)
    client.get(page_of(few))
    ask = {"pokaz": view}
    assert connection_queries(lambda: client.get(page_of(few), ask)) == connection_queries(
        lambda: client.get(page_of(many), ask)
    )


def test_the_import_of_a_changed_draft_keeps_every_unchanged_identity(consultation):
    """Against the factories' second version, which moves, removes and inserts."""
    base = changed_version(consultation)
    texts = [text.wording for text in base.passages.order_by("chapter__number", "position")]
    made = imported(consultation, [("Całość", list(reversed(texts)))])
    propose_matches(made)
    codes = [code for code, how in matched(made).values() if how == "same"]
    order = base.passages.order_by("-chapter__number", "-position").values_list("passage__code", flat=True)
    assert codes == list(order)
