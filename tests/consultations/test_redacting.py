"""What is proposed for redaction, and how places are taken out of a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultations.public_text import REDACTED
from lublin2030.lib.redacting import Kind, Span, find_phrase, is_pesel, propose, redact, redacted_spans


def found(text, **names):
    return [(one.kind, one.text) for one in propose(text, **names)]


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("Piszcie na anna.nowak@example.org.", Kind.EMAIL, "anna.nowak@example.org"),
        ("Piszcie na anna (at) example.org", Kind.EMAIL, "anna (at) example.org"),
        ("tel. 600 700 800", Kind.PHONE, "600 700 800"),
        ("tel. 600-700-800.", Kind.PHONE, "600-700-800"),
        ("tel. 600700800", Kind.PHONE, "600700800"),
        ("tel. +48 600 700 800", Kind.PHONE, "+48 600 700 800"),
        ("tel. 0048600700800", Kind.PHONE, "0048600700800"),
        ("tel. (81) 466 00 00", Kind.PHONE, "(81) 466 00 00"),
        ("tel. 81 466-00-00,", Kind.PHONE, "81 466-00-00"),
        ("tel. +380 50 123 45 67", Kind.PHONE, "+380 50 123 45 67"),
        ("PESEL 44051401359", Kind.PESEL, "44051401359"),
        ("PESEL 440514 01359", Kind.PESEL, "440514 01359"),
        ("numer 12345678901", Kind.PESEL_LIKE, "12345678901"),
        ("konto 61 1090 1014 0000 0712 1981 2874", Kind.ACCOUNT, "61 1090 1014 0000 0712 1981 2874"),
        ("konto PL61109010140000071219812874", Kind.ACCOUNT, "PL61109010140000071219812874"),
        ("NIP 123-456-32-18", Kind.TAX, "123-456-32-18"),
        ("dowód ABC 123456", Kind.DOCUMENT, "ABC 123456"),
        ("mieszkam przy ul. Lipowej 12/3", Kind.ADDRESS, "ul. Lipowej 12/3"),
        ("przy ulicy 3 Maja 5a", Kind.ADDRESS, "ulicy 3 Maja 5a"),
        ("al. Marszałka Józefa Piłsudskiego 14 m. 3", Kind.ADDRESS, "al. Marszałka Józefa Piłsudskiego 14 m. 3"),
        ("mieszkam w bloku Wrotków 12/4.", Kind.ADDRESS, "Wrotków 12/4"),
        ("20-001 Lublin", Kind.ADDRESS, "20-001 Lublin"),
        ("Nazywam się Anna Nowak-Kowalska.", Kind.NAME, "Anna Nowak-Kowalska"),
        ("z Janem Kowalskim", Kind.NAME, "Janem Kowalskim"),
        ("sąsiad Kowalski", Kind.NAME, "Kowalski"),
        ("pani Wiśniewska", Kind.NAME, "Wiśniewska"),
        ("Mój syn Kacper", Kind.NAME, "Kacper"),
        ("NAZYWAM SIĘ: ANNA NOWAK", Kind.NAME, "ANNA NOWAK"),
    ],
)
def test_personal_data_is_proposed(text, kind, words):
    assert (kind, words) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Więcej drzew w Parku Ludowym do 2030 roku.",
        "Koszt to 100 000 000 zł.",
        "W Lublinie mieszka 331 243 osób.",
        "Rozdział 3.2, fragment 12.4, strona 15.",
        "Ulica Jana Kochanowskiego jest dziurawa.",
        "Szkoła im. Marii Konopnickiej potrzebuje sali.",
        "ul. Lipowa powinna mieć 12 latarni.",
        "Lata 2018-2030 i kwartały I–IV.",
        "Nad Zalewem Zemborzyckim brakuje ławek.",
        "",
    ],
)
def test_what_is_nobodys_data_is_not_proposed(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ja, Jan Przykładowy, proszę.", "Jan Przykładowy"),
        ("Podpisano Przykładowy.", "Przykładowy"),
        ("Rozmawialiście z Przykładowym.", "Przykładowym"),
        ("Dom Przykładowych.", "Przykładowych"),
        ("PRZYKŁADOWY", "PRZYKŁADOWY"),
    ],
)
def test_the_senders_own_name_is_found_in_any_form(text, words):
    assert (Kind.NAME, words) in found(text, sender_name="Jan Przykładowy")


def test_a_name_that_no_dictionary_knows_is_found_by_its_beginning():
    assert found("Pozdrawia rodzina Zzyzxowskich.", sender_name="Ada Zzyzxowska") == [(Kind.NAME, "Zzyzxowskich")]


@pytest.mark.parametrize(
    ("digits", "is_one"),
    [
        ("44051401359", True),
        ("44051401358", False),
        ("02270803624", True),
        ("44134401359", False),
        ("4405140135", False),
    ],
)
def test_a_pesel_is_told_by_its_checksum_and_day(digits, is_one):
    assert is_pesel(digits) is is_one


# -- Taking out -----------------------------------------------------------------------------------------------------


def test_places_next_to_each_other_become_one():
    assert redact("Ala ma kota", [Span(0, 3), Span(4, 6)]) == f"{REDACTED} kota"
    assert redact("Ala ma kota", [Span(2, 5), Span(0, 3)]) == f"{REDACTED}a kota"


@pytest.mark.parametrize("span", [Span(-1, 2), Span(2, 2), Span(3, 2), Span(0, 99)])
def test_a_place_outside_of_the_text_is_an_error(span):
    with pytest.raises(ValueError, match="not within"):
        redact("Ala ma kota", [span])


@pytest.mark.parametrize(
    ("phrase", "places"),
    [("kot", 2), ("KOT", 2), ("ma   kot", 1), ("ma\nkot", 1), ("pies", 0), ("", 0), ("…", 0), (".", 0), ("a.*", 0)],
)
def test_a_phrase_is_found_wherever_it_stands(phrase, places):
    assert len(find_phrase("Ala ma  kota, kot ma Alę.", phrase)) == places


@pytest.mark.parametrize(
    ("original", "shown", "is_one"),
    [
        ("Ala ma kota", "Ala ma kota", True),
        ("Ala ma kota", "Ala […] kota", True),
        ("Ala ma kota", "[…]", True),
        ("Ala ma kota", "[…] ma […]", True),
        ("", "", True),
        ("Ala ma kota", "Ala ma psa", False),
        ("Ala ma kota", "Ala […] psa", False),
        ("Ala ma kota", "kota […] Ala", False),
        ("Ala ma kota", "", False),
        ("aa", "aa[…]aa", False),
    ],
)
def test_a_redaction_says_nothing_that_the_original_does_not(original, shown, is_one):
    assert (redacted_spans(original, shown) is not None) is is_one


TEXTS = st.text(max_size=200)


@given(TEXTS, st.text(max_size=30))
def test_proposals_stand_within_the_text_in_order_and_apart(text, name):
    at = 0
    for one in propose(text, sender_name=name):
        assert at <= one.start < one.end <= len(text)
        assert text[one.start : one.end] == one.text
        at = one.end


PLANTED = [
    "anna.nowak@example.org",
    "600 700 800",
    "+48 81 466 00 00",
    "44051401359",
    "ul. Lipowej 12/3",
    "20-001 Lublin",
]
WORDS = "drzewa park miasto rower, droga. i w na zieleń; szkoła! ławki –"
PROSE = st.lists(st.sampled_from(WORDS.split(" ")), max_size=8)


@given(PROSE, st.sampled_from(PLANTED), PROSE, st.sampled_from(PLANTED), PROSE)
def test_what_was_planted_is_never_in_the_redacted_text(before, first, between, second, after):
    text = " ".join([*before, first, *between, "oraz", second, *after])
    shown = redact(text, [one.span for one in propose(text)])
    assert first not in shown
    assert second not in shown


@given(TEXTS, st.text(min_size=1, max_size=20))
def test_a_typed_phrase_is_gone_from_the_redacted_text(text, phrase):
    whole = text + phrase + text
    shown = redact(whole, find_phrase(whole, phrase))
    assert not any(find_phrase(piece, phrase) for piece in shown.split(REDACTED))


@given(TEXTS, st.lists(st.tuples(st.integers(0, 199), st.integers(1, 50)), max_size=5))
def test_whatever_is_taken_out_is_a_redaction_of_the_text(text, places):
    spans = [Span(start, min(start + length, len(text))) for start, length in places if start < len(text)]
    assert redacted_spans(text, redact(text, spans)) is not None
