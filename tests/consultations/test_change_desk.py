"""The desk's pages of changes: sources are linked from the diff page, checks are lists, suggestions one click."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from consultations import desk_changes
from consultations.desk_changes import drafts_with_checks
from consultations.models import ChangeSource, HistoryEntry, Remark, UnchangedExplanation
from consultations.services.change_links import explain_unchanged
from tests.consultations.changes import answered, compared, linked, opinion_of, passage
from tests.consultations.residents import text_of
from tests.consultations.versions import FRAGMENT, as_first, changed_version, next_version
from tests.factories import DURING, DepartmentFactory, WorkingGroupFactory, consultation_with_draft, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


@pytest.fixture
def version(consultation):
    return compared(consultation)


@pytest.fixture
def coordinator(sign_in):
    return sign_in(Role.COORDINATOR)


def address(version, view=""):
    return reverse("desk:version_changes", args=[version.pk]) + (f"?pokaz={view}" if view else "")


def page(client, version, view="", **params):
    return client.get(address(version), ({"pokaz": view} if view else {}) | params)


def do(client, version, view="", **posted):
    return client.post(address(version, view), posted)


def codes(answer):
    return [line.code for line in answer.context["page"].rows]


# -- The list of versions --------------------------------------------------------------------------------------------


def test_each_version_stands_with_its_checks(client, consultation, version, coordinator):
    remark = answered(consultation)
    linked(version, "f2", note="x")
    explained = answered(consultation)
    explain_unchanged(explained, text="x", by=coordinator)
    [line] = drafts_with_checks(coordinator, DURING)
    assert (line.unchanged, line.unexplained) == (2, 1)
    assert [(one.version.number, one.changed, one.without_source) for one in line.versions] == [
        (2, 4, 3), (1, None, None),
    ]  # fmt: skip
    html = client.get(reverse("desk:changes")).content.decode()
    assert address(version) in html
    assert remark.consultation.draft.title in html


def test_an_expert_sees_the_counts_of_the_own_departments(consultation, version):
    expert, department = person(Role.EXPERT), DepartmentFactory()
    department.members.add(expert)
    answered(consultation)
    answered(consultation, department=department)
    [line] = drafts_with_checks(expert, DURING)
    assert (line.unchanged, line.unexplained) == (1, 1)


def test_the_list_asks_the_same_however_many_there_are(client, consultation, version, coordinator):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("desk:changes"))
        return len(captured)

    answered(consultation)
    few = queries()
    for _ in range(3):
        another = consultation_with_draft()
        compared(another)
        answered(another)
    assert queries() == few


# -- The diff page ---------------------------------------------------------------------------------------------------


def test_changed_passages_stand_with_their_words_and_sources(client, consultation, version, coordinator):
    remark = answered(consultation, state="approved")
    linked(version, remark=remark)
    answer = page(client, version)
    assert codes(answer) == ["f7", "f2", "f3", "f6"]
    html = answer.content.decode()
    assert "<ins>" in html
    assert remark.public_number in html
    assert "not public before" in text_of(client.get("/en" + address(version)))


def test_a_missing_comparison_is_made(client, consultation, coordinator):
    version = changed_version(consultation)
    assert codes(page(client, version)) == ["f7", "f2", "f3", "f6"]


def test_the_first_version_shows_its_check_only(client, consultation, coordinator):
    remark = answered(consultation)
    answer = page(client, consultation.draft.versions.get())
    assert answer.context["view"] == "przyjete"
    assert remark.public_number in answer.content.decode()


def test_a_version_that_is_not_public_says_so(client, consultation, coordinator):
    version = changed_version(consultation, published_at=None)
    assert page(client, version).status_code == 409


def test_a_remark_is_linked_by_its_number(client, consultation, version, coordinator):
    remark = answered(consultation)
    key = passage(consultation).pk
    for number in (remark.address, f" {remark.public_number} "):
        ChangeSource.objects.all().delete()
        answer = do(client, version, passage=key, link="remark", number=number)
        assert answer.status_code == 302
        assert answer["Location"].endswith("#f2")
        assert ChangeSource.objects.get().remark == remark


@pytest.mark.parametrize("number", ["", "abc", "999.1", "0.1", "1.1.1", "1\x00.1", "9" * 30 + ".1"])
def test_a_number_that_is_none_is_told_beside_the_field(client, consultation, version, coordinator, number):
    answer = do(client, version, passage=passage(consultation).pk, link="remark", number=number)
    assert answer.status_code == 422
    assert not ChangeSource.objects.exists()
    assert answer.content.decode().count('id="e-f2"') == 1


def test_opinion_group_and_editorial_note_are_linked(client, consultation, version, coordinator):
    opinion, group = opinion_of(consultation), WorkingGroupFactory(process=consultation.process)
    key = passage(consultation).pk
    do(client, version, passage=key, link="opinion", opinion=opinion.pk, note="Punkt 3.")
    do(client, version, passage=key, link="direction", group=group.pk)
    do(client, version, passage=key, link="editorial", note="Literówka.")
    assert list(ChangeSource.objects.values_list("kind", "note").order_by("pk")) == [
        ("opinion", "Punkt 3."), ("direction", ""), ("editorial", "Literówka."),
    ]  # fmt: skip


def test_an_editorial_change_without_a_note_is_refused_in_words(client, consultation, version, coordinator):
    answer = do(client, version, passage=passage(consultation).pk, link="editorial", note=" ")
    assert answer.status_code == 409
    assert (
        "Write what was done and why"
        in client.post(
            "/en" + address(version), {"passage": passage(consultation).pk, "link": "editorial"}
        ).content.decode()
    )


def test_a_source_is_removed(client, version, coordinator):
    source = linked(version, note="x")
    assert do(client, version, action="unlink", source=source.pk).status_code == 302
    assert not ChangeSource.objects.exists()
    assert do(client, version, action="unlink", source=source.pk).status_code == 409


def test_a_source_of_another_version_is_not_removed_here(client, version, coordinator):
    other = compared(consultation_with_draft())
    source = linked(other, note="x")
    assert do(client, version, action="unlink", source=source.pk).status_code == 409
    assert ChangeSource.objects.exists()


@pytest.mark.parametrize("posted", [{}, {"action": "x"}, {"link": "x", "passage": 1}])
def test_what_no_form_sends_is_refused(client, consultation, version, coordinator, posted):
    posted = posted | ({"passage": passage(consultation).pk} if "passage" in posted else {})
    assert do(client, version, **posted).status_code == 400


def test_an_expert_links_the_own_remarks_and_no_others(client, consultation, version, sign_in):
    expert, department = sign_in(Role.EXPERT), DepartmentFactory()
    department.members.add(expert)
    own, foreign = answered(consultation, department=department), answered(consultation)
    key = passage(consultation).pk
    assert do(client, version, passage=key, link="remark", number=own.address).status_code == 302
    assert do(client, version, passage=key, link="remark", number=foreign.address).status_code == 403
    assert do(client, version, passage=key, link="editorial", note="x").status_code == 403
    html = page(client, version).content.decode()
    assert 'value="remark"' in html
    assert 'value="editorial"' not in html


def test_an_expert_may_remove_the_own_links_only(client, consultation, version, sign_in):
    expert, department = sign_in(Role.EXPERT), DepartmentFactory()
    department.members.add(expert)
    linked(version, remark=answered(consultation, department=department))
    linked(version, remark=answered(consultation))
    linked(version, note="x")
    assert page(client, version).content.decode().count('value="unlink"') == 1


# -- Changed without a source ----------------------------------------------------------------------------------------


def test_the_check_lists_what_has_no_source(client, version, coordinator):
    linked(version, "f2", note="x")
    assert codes(page(client, version, "bez-zrodla")) == ["f7", "f3", "f6"]


def test_several_get_one_note_at_once_each_with_its_row(client, consultation, version, coordinator):
    keys = [passage(consultation, code).pk for code in ("f3", "f6")]
    answer = do(client, version, "bez-zrodla", action="editorial", passages=keys, note="Przeniesiono.")
    assert answer.status_code == 302
    assert ChangeSource.objects.filter(kind="editorial", note="Przeniesiono.").count() == 2
    assert HistoryEntry.objects.filter(verb="link_change").count() == 2


@pytest.mark.parametrize("posted", [{"note": "x"}, {"passages": "f3", "note": " "}])
def test_nothing_checked_or_no_note_is_told(client, consultation, version, coordinator, posted):
    if "passages" in posted:
        posted = posted | {"passages": [passage(consultation, "f3").pk]}
    answer = do(client, version, "bez-zrodla", action="editorial", **posted)
    assert answer.status_code == 422
    assert not ChangeSource.objects.exists()


# -- Suggestions -----------------------------------------------------------------------------------------------------


def test_a_proposed_wording_most_like_the_new_text_comes_first(client, consultation, version, coordinator):
    far = answered(consultation, wording="Zupełnie co innego o lotnisku i kolei.")
    near = answered(consultation, wording="Fragment 1.2: miasto sadzi krzewy.")
    plain = answered(consultation)
    [line] = page(client, version, "propozycje").context["page"].rows
    assert [one.remark for one in line.suggestions] == [near, far, plain]
    assert line.suggestions[0].percent == 100
    assert line.suggestions[2].percent is None


def test_the_checked_suggestions_are_linked_each_with_its_row(client, consultation, version, coordinator):
    one, other = answered(consultation), answered(consultation, "f3")
    answer = do(client, version, "propozycje", action="accept", checked=[one.pk])
    assert answer.status_code == 302
    assert [(source.remark, source.passage.code) for source in ChangeSource.objects.all()] == [(one, "f2")]
    assert HistoryEntry.objects.get(verb="link_change").remark == one
    assert other.changes.count() == 0


def test_all_suggestions_are_accepted_in_one_click(client, consultation, version, coordinator):
    for code in ("f2", "f2", "f3"):
        answered(consultation, code)
    do(client, version, "propozycje", action="accept_all")
    assert ChangeSource.objects.filter(kind="remark").count() == 3
    assert HistoryEntry.objects.filter(verb="link_change").count() == 3
    assert page(client, version, "propozycje").context["counts"]["suggestions"] == 0


def test_an_expert_accepts_suggestions_of_the_own_departments_only(client, consultation, version, sign_in):
    expert, department = sign_in(Role.EXPERT), DepartmentFactory()
    department.members.add(expert)
    own, foreign = answered(consultation, department=department), answered(consultation)
    do(client, version, "propozycje", action="accept", checked=[own.pk, foreign.pk])
    assert [source.remark for source in ChangeSource.objects.all()] == [own]


def test_accepting_nothing_is_told(client, version, coordinator):
    assert do(client, version, "propozycje", action="accept").status_code == 422


# -- Accepted, but unchanged -----------------------------------------------------------------------------------------


def test_a_remark_is_linked_from_the_check_by_the_passage_s_number_or_id(client, consultation, version, coordinator):
    for place, code in (("1.3", "f2"), ("f2", "f2"), ("F3", "f3")):
        ChangeSource.objects.all().delete()
        remark = answered(consultation)
        assert do(client, version, "przyjete", action="carry", remark=remark.pk, place=place).status_code == 302
        assert ChangeSource.objects.get().passage.code == code


@pytest.mark.parametrize("place", ["", "9.9", "1.2", "f1", "x\x00", "99999999.1"])
def test_a_place_that_did_not_change_is_told_and_kept_in_the_field(client, consultation, version, coordinator, place):
    remark = answered(consultation)
    answer = do(client, version, "przyjete", action="carry", remark=remark.pk, place=place)
    assert answer.status_code == 422
    assert not ChangeSource.objects.exists()


def test_a_remark_is_explained_and_the_explanation_withdrawn(client, consultation, version, coordinator):
    remark = answered(consultation)
    do(client, version, "przyjete", action="explain", remark=remark.pk, text="Jest już w programie.")
    assert UnchangedExplanation.objects.get().text == "Jest już w programie."
    assert page(client, version, "przyjete").context["page"].rows == []
    assert "Jest już w programie." in page(client, version, "wyjasnione").content.decode()
    do(client, version, "wyjasnione", action="withdraw", remark=remark.pk)
    assert not UnchangedExplanation.objects.exists()


def test_a_remark_of_another_consultation_is_not_found_here(client, version, coordinator):
    foreign = answered(consultation_with_draft())
    assert do(client, version, "przyjete", action="explain", remark=foreign.pk, text="x").status_code == 404


def test_an_explanation_that_comes_too_late_is_refused_in_words(client, consultation, version, coordinator):
    remark = answered(consultation)
    Remark.objects.filter(pk=remark.pk).update(outcome="not_accepted")
    answer = do(client, version, "przyjete", action="explain", remark=remark.pk, text="Długie słowa.")
    assert answer.status_code == 409


# -- Pages and queries -----------------------------------------------------------------------------------------------


def test_the_lists_page_by_key(client, consultation, version, coordinator, monkeypatch):
    monkeypatch.setattr(desk_changes, "PAGE_OF_CHANGES", 3)
    monkeypatch.setattr(desk_changes, "PAGE_OF_REMARKS", 2)
    first = page(client, version)
    assert codes(first) == ["f7", "f2", "f3"]
    assert codes(page(client, version, after=first.context["page"].after)) == ["f6"]
    remarks = [answered(consultation) for _ in range(3)]
    one = page(client, version, "przyjete")
    other = page(client, version, "przyjete", after=one.context["page"].after)
    assert [line.remark for answer in (one, other) for line in answer.context["page"].rows] == remarks


@pytest.mark.parametrize("view", ["zmiany", "propozycje", "bez-zrodla", "przyjete", "wyjasnione"])
def test_no_list_asks_more_for_more_rows(client, version, coordinator, view):
    consultation = version.draft.consultation

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert page(client, version, view).status_code == 200
        return len(captured)

    def more():
        answered(consultation)
        answered(consultation, "f3")
        linked(version, "f2", remark=answered(consultation))
        explain_unchanged(answered(consultation, "f1"), text="x", by=coordinator)
        linked(version, "f2", opinion=opinion_of(consultation, f"Urząd {ChangeSource.objects.count()}"))

    more()
    few = queries()
    more()
    more()
    assert queries() == few


def test_the_queue_counts_what_the_newest_version_should_carry(client, consultation, version, coordinator):
    remark = answered(consultation)
    answered(consultation_with_draft())  # no newer version of it is public
    explain_unchanged(answered(consultation), text="x", by=coordinator)
    html = client.get(reverse("desk:home")).content.decode()
    assert f"{reverse('desk:version_changes', args=[version.pk])}?pokaz=przyjete" in html
    assert desk_changes.unchanged_in_queue(coordinator, DURING).get() == remark


def test_the_newest_version_is_where_the_queue_leads(client, consultation, version, coordinator):
    third = next_version(consultation, [("r1", "Rozdział 1", [as_first("1.1", FRAGMENT)])])
    answered(consultation)
    html = client.get(reverse("desk:home")).content.decode()
    assert reverse("desk:version_changes", args=[third.pk]) in html
