"""What the rows of a table mean: each row's verdict, and the letters that can be entered."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import translation

from consultations.forms import TEXT_LIMIT
from consultations.letter_forms import KINDS, TYPED_CHANNELS
from consultations.models import Chapter, Consultation, DraftVersion, Passage, Remark, Submission, Topic
from consultations.services.intake import facts_of, kind_fits
from consultations.services.submissions import MOST_REMARKS, Entry, NewRemark, Sender
from consultations.table_reading import EMPTY, LETTER_COLUMNS, REMARK_COLUMNS, Row
from consultations.written_places import FoundPlace, find_places
from lublin2030.lib.dates import warsaw_day
from lublin2030.lib.plaintext import FORBIDDEN
from lublin2030.lib.typed_dates import at_the_earliest, read_day, read_moment
from participation.models import District

# Limits of a letter's texts in characters: those of the model.
LENGTHS = {"name": 200, "representative": 200, "email": 254, "phone": 40, "address": 300, "letter": 200}
YES = {"tak", "t", "yes", "y", "так", "1", "x"}
NO = {"nie", "n", "no", "ні", "0"}
SHOWN = 80  # characters of a refused value that the verdict repeats


class Verdict:
    """What becomes of a row. A row that is right can still belong to a letter that is refused whole."""

    GOOD = "good"
    KNOWN = "known"  # the letter was entered by an earlier import
    REFUSED = "refused"
    WITH_LETTER = "with_letter"  # right itself; another row of the same letter is refused


@dataclass
class JudgedRow:
    """A row with what is wrong with it: column, code of the fault, the value."""

    number: int
    letter: str
    problems: list[tuple[str, str, str]] = field(default_factory=list)
    verdict: str = Verdict.GOOD

    def as_json(self) -> dict[str, Any]:
        return {"row": self.number, "letter": self.letter, "verdict": self.verdict, "problems": self.problems}


@dataclass
class JudgedLetter:
    """The rows of one letter. ``entry`` is what can go into the register; none when a row is refused."""

    label: str
    rows: list[Row]
    judged: list[JudgedRow]
    digest: str = ""
    entry: Entry | None = None

    @property
    def is_refused(self) -> bool:
        return any(row.problems for row in self.judged)


@dataclass(frozen=True)
class Lists:
    """The values a table may use, by every name under which they are known."""

    channel: dict[str, Submission.Channel]
    sender_kind: dict[str, Submission.SenderKind]
    kind: dict[str, Remark.Kind]
    district: dict[str, District]
    topic: dict[str, Topic]

    @classmethod
    def of(cls, consultation: Consultation) -> Lists:
        """The consultation's own topics, the city's districts, our channels and kinds. Two queries."""
        topics: dict[str, Topic] = {}
        for topic in consultation.topics.all():
            for language, _name in settings.LANGUAGES:
                topics[_plain(topic.text("name", language).value)] = topic
            topics[_plain(topic.slug)] = topic
        districts: dict[str, District] = {}
        for district in District.objects.all():
            districts[_plain(district.name)] = districts[_plain(district.slug)] = district
        kinds = _by_names(list(Remark.Kind), lambda one: one.label)
        for value, label in KINDS[1:]:
            for language, _name in settings.LANGUAGES:
                with translation.override(language):
                    key, _dash, words = str(label).partition(" – ")
                kinds[_plain(key)] = kinds[_plain(words)] = Remark.Kind(value)
        return cls(
            channel=_by_names(TYPED_CHANNELS, lambda one: one.label),
            sender_kind=_by_names(list(Submission.SenderKind), lambda one: one.label),
            kind=kinds,
            district=districts,
            topic=topics,
        )


def _plain(text: str) -> str:
    return " ".join(str(text).casefold().split())


def _by_names(choices: Iterable[Any], label: Callable[[Any], Any]) -> dict[str, Any]:
    """Each choice by its code and by its name in each language."""
    names: dict[str, Any] = {}
    for choice in choices:
        names[_plain(choice.value)] = choice
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                names[_plain(label(choice))] = choice
    return names


def judge(
    rows: list[Row], *, consultation: Consultation, version: DraftVersion | None, now: dt.datetime
) -> list[JudgedLetter]:
    """The letters of the table in its order, each with its rows' verdicts. A few queries, however many rows.

    Rows of the same ``letter`` are one letter wherever they stand; a row without a letter is one by itself. Whether a
    letter was entered before is for the caller to know, by its ``digest``.
    """
    lists = Lists.of(consultation)
    judge_of = _Judge(consultation, version, now, lists, rows)
    letters = _letters(rows)
    times: Counter[str] = Counter()
    for letter in letters:
        judge_of.letter(letter)
        told = _told(letter)
        # Two rows without a letter that say the same are two letters: the first and the second of that kind.
        times[told] += 1
        letter.digest = hashlib.sha256(f"{times[told]}\n{told}".encode()).hexdigest()
    return letters


def _letters(rows: list[Row]) -> list[JudgedLetter]:
    letters: list[JudgedLetter] = []
    by_label: dict[str, JudgedLetter] = {}
    for row in rows:
        label = row.text("letter")
        judged = JudgedRow(row.number, label[:SHOWN])
        letter = by_label.get(label) if label else None
        if letter is None:
            letter = JudgedLetter(label, [], [])
            letters.append(letter)
            if label:
                by_label[label] = letter
        letter.rows.append(row)
        letter.judged.append(judged)
    return letters


def _told(letter: JudgedLetter) -> str:
    """All that the table says of the letter, in one form."""
    first = letter.rows[0]
    return json.dumps(
        [
            letter.label,
            [first.text(key) for key in LETTER_COLUMNS],
            [[row.text(key) for key in REMARK_COLUMNS] for row in letter.rows],
        ],
        ensure_ascii=False,
    )


class _Judge:
    """Holds the lists and the places that the table names, so that a row costs no query."""

    def __init__(
        self, consultation: Consultation, version: DraftVersion | None, now: dt.datetime, lists: Lists, rows: list[Row]
    ) -> None:
        self.consultation = consultation
        self.version = version
        self.now = now
        self.lists = lists
        written = {row.text("place") for row in rows}
        # A number cell cannot tell 3.1 from 3.10: where both exist, the table has to say which.
        longer = {f"{cell.text}0" for row in rows if (cell := row.cells.get("place", EMPTY)).was == "number"}
        self.places = find_places(version, written | longer)

    def letter(self, letter: JudgedLetter) -> None:
        """Judge all rows of the letter; set its entry if all are right."""
        head, head_row = letter.rows[0], letter.judged[0]
        said = self._head(head, head_row)
        for row, judged in zip(letter.rows[1:], letter.judged[1:], strict=True):
            for key in LETTER_COLUMNS:
                if row.text(key) and row.text(key) != head.text(key):
                    judged.problems.append((key, "differs", row.text(key)[:SHOWN]))
        remarks = [self._remark(row, judged) for row, judged in zip(letter.rows, letter.judged, strict=True)]
        if len(letter.rows) > MOST_REMARKS:
            letter.judged[MOST_REMARKS].problems.append(("letter", "too_many_remarks", letter.label[:SHOWN]))
        if letter.is_refused:
            for judged in letter.judged:
                judged.verdict = Verdict.REFUSED if judged.problems else Verdict.WITH_LETTER
            return
        letter.entry = Entry(
            sender=said["sender"],
            remarks=remarks,
            form_token="",
            channel=said["channel"],
            received_at=said["received"],
            lodged_on=said["lodged"],
            facts=facts_of(said["channel"], signed=said["signed"]),
        )

    def _head(self, row: Row, judged: JudgedRow) -> dict[str, Any]:
        """What the first row of a letter says of the letter as a whole."""
        for key, limit in LENGTHS.items():
            self._text(row, judged, key, limit)
        received = self._received(row, judged)
        lodged = None
        if text := row.text("lodged"):
            lodged = read_day(text.split(" ")[0])
            if lodged is None:
                judged.problems.append(("lodged", "not_date", text[:SHOWN]))
            elif received is not None and lodged > warsaw_day(received):
                judged.problems.append(("lodged", "after_receipt", text[:SHOWN]))
        email = row.text("email")
        if email:
            try:
                validate_email(email)
            except ValidationError:
                judged.problems.append(("email", "not_email", email[:SHOWN]))
        signed = _plain(row.text("signed"))
        if signed and signed not in YES | NO:
            judged.problems.append(("signed", "not_yes_no", signed[:SHOWN]))
        kind = self._listed(row, judged, "sender_kind") or Submission.SenderKind.PERSON
        if row.text("representative") and kind == Submission.SenderKind.PERSON:
            judged.problems.append(("representative", "person_represented", ""))
        return {
            "channel": self._listed(row, judged, "channel", needed=True),
            "received": received,
            "lodged": lodged,
            "signed": signed not in NO,
            "sender": Sender(
                kind=kind,
                name=row.text("name"),
                representative=row.text("representative"),
                email=email,
                phone=row.text("phone"),
                address=row.text("address"),
                district=self._listed(row, judged, "district"),
            ),
        }

    def _received(self, row: Row, judged: JudgedRow) -> dt.datetime | None:
        text = row.text("received")
        if not text:
            judged.problems.append(("received", "missing", ""))
            return None
        moment = read_moment(text)
        if moment is None:
            judged.problems.append(("received", "not_date", text[:SHOWN]))
            return None
        received = at_the_earliest(*moment, not_before=self.consultation.opens_at)
        if received > self.now:
            judged.problems.append(("received", "future", text[:SHOWN]))
        elif received < self.consultation.opens_at:
            judged.problems.append(("received", "before_opening", text[:SHOWN]))
        return received

    def _remark(self, row: Row, judged: JudgedRow) -> NewRemark:
        for key in ("change", "wording", "reason"):
            self._text(row, judged, key, TEXT_LIMIT)
        change, wording = row.text("change"), row.text("wording")
        found = self._place(row, judged)
        kind = self._listed(row, judged, "kind")
        topic = self._listed(row, judged, "topic")
        if not change and not wording and kind != Remark.Kind.REMOVE:
            judged.problems.append(("change", "missing", ""))
        if (
            kind
            and found is not None
            and not kind_fits(kind, on_passage=found.passage is not None, has_wording=bool(wording))
        ):
            fault = "kind_needs_passage" if found.passage is None else "kind_needs_wording"
            judged.problems.append(("kind", fault, row.text("kind")[:SHOWN]))
        passage: Passage | None = None
        chapter: Chapter | None = None
        if found is not None and found.chapter is not None:
            chapter = found.chapter.chapter
            passage = None if found.passage is None else found.passage.passage
        return NewRemark(
            change=change,
            wording=wording,
            reason=row.text("reason"),
            chosen_kind=kind,
            passage=passage,
            chapter=chapter,
            version=self.version if chapter is not None else None,
            topic=topic,
        )

    def _place(self, row: Row, judged: JudgedRow) -> FoundPlace | None:
        cell = row.cells.get("place", EMPTY)
        if cell.was == "date":
            judged.problems.append(("place", "place_is_date", cell.text[:SHOWN]))
            return None
        found = self.places.get(cell.text)
        if found is None:
            judged.problems.append(("place", "no_place", cell.text[:SHOWN]))
        elif cell.was == "number" and "." in cell.text and self.places.get(f"{cell.text}0") is not None:
            judged.problems.append(("place", "place_is_number", cell.text[:SHOWN]))
        return found

    def _listed(self, row: Row, judged: JudgedRow, key: str, *, needed: bool = False) -> Any:
        """The value that the cell names; one that nobody knows is a fault, and so is a needed one that is missing."""
        text = row.text(key)
        if not text:
            if needed:
                judged.problems.append((key, "missing", ""))
            return None
        value = getattr(self.lists, key).get(_plain(text))
        if value is None:
            judged.problems.append((key, "unknown", text[:SHOWN]))
        return value

    def _text(self, row: Row, judged: JudgedRow, key: str, limit: int) -> None:
        text = row.text(key)
        if len(text) > limit:
            judged.problems.append((key, "too_long", str(limit)))
        if FORBIDDEN.search(text):
            judged.problems.append((key, "control_characters", ""))
