"""A register of a given size with a believable spread of Polish words, written past the ORM: a million in minutes."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone

from consultations.models import Consultation, Department, DraftVersion, PassageText, Remark, RemarkWords, Submission
from consultations.models.remarks import POSITION_STEP
from consultations.services.tallies import recount
from lublin2030.lib.polish import index_words, tokens
from participation.models import District
from script.benchmark.data import fill

REMARKS_EACH = 3
SENTENCES = 20_000  # two of them make a remark: 400 million different ones
BATCH = 20_000
WRITTEN = 30_000  # remarks made one by one; further ones are copies of them under numbers of their own


def vocabulary() -> list[str]:
    """The words of the portal's own texts, the frequent ones first, the seldom ones last."""
    counts: dict[str, int] = {}
    for path in sorted((Path(settings.BASE_DIR) / "lublin2030" / "content").glob("*.json")):
        for text in _texts(json.loads(path.read_text(encoding="utf-8"))):
            for token in tokens(text):
                if token[0].isalpha() and len(token[0]) > 1:
                    counts[token[0].lower()] = counts.get(token[0].lower(), 0) + 1
    return sorted(counts, key=lambda word: -counts[word])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def sentences(rng: random.Random) -> list[tuple[str, str]]:
    """Sentences of 8 to 30 words, each with its index words. The word of rank r stands in them 1/r as often."""
    words = vocabulary()
    weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(words))))
    made = []
    for number in range(SENTENCES):
        chosen = rng.choices(words, cum_weights=weights, k=rng.randint(8, 30))
        if number % 10 == 0:
            chosen.append(f"Nazwisko{number}")  # a rare word
        text = " ".join(chosen).capitalize() + "."
        made.append((text, index_words(text)))
    return made


def fill_register(remarks: int) -> None:
    """The consultation ``bench`` with so many indexed remarks in an empty, migrated database."""
    fill(0)
    consultation = Consultation.objects.get(slug="bench")
    version = DraftVersion.objects.get(draft__consultation=consultation)
    passages = list(PassageText.objects.filter(version=version).values_list("passage_id", "chapter__chapter_id"))
    topics = list(consultation.topics.values_list("pk", flat=True))
    districts = list(District.objects.values_list("pk", flat=True))
    rng = random.Random(2030)
    made = sentences(rng)
    indexes = _drop_indexes() if connection.vendor == "postgresql" else []
    now = timezone.now()
    channels, outcomes = list(Submission.Channel.values), list(Remark.Outcome.values)
    department = Department.objects.values_list("pk", flat=True)[0]
    year = consultation.year
    submission_row = _Row(Submission(consultation=consultation, number=1, verification="proper", received_at=now))
    remark_row = _Row(
        Remark(
            consultation=consultation, submission_id=1, ordinal=1, position=1, version=version, target="passage",
            received_at=now, changed_at=now,
        )
    )  # fmt: skip
    words_row = _Row(RemarkWords(remark_id=1, consultation=consultation, position=1, words=""))
    written = min(remarks, WRITTEN)
    for first in range(1, written + 1, BATCH):
        submissions, rows, words = [], [], []
        for key in range(first, min(first + BATCH, written + 1)):
            number, ordinal = (key - 1) // REMARKS_EACH + 1, (key - 1) % REMARKS_EACH + 1
            received = now - dt.timedelta(seconds=remarks - key)
            if ordinal == 1:
                channel = rng.choice(channels)
                submissions.append(
                    submission_row(
                        id=number, number=number, channel=channel, received_at=received,
                        form_token=f"form-{number}", tracking_token=f"track-{number}",
                    )
                )  # fmt: skip
            (change, in_change), (reason, in_reason) = rng.choice(made), rng.choice(made)
            passage, chapter = rng.choice(passages)
            answered = rng.random() < 0.4
            rows.append(
                remark_row(
                    id=key, submission_id=number, ordinal=ordinal, position=number * POSITION_STEP + ordinal,
                    chapter_id=chapter, passage_id=passage, change=change, reason=reason, topic_id=rng.choice(topics),
                    district_id=rng.choice(districts), channel=channel, received_at=received,
                    changed_at=now - dt.timedelta(seconds=rng.randrange(10**7)),
                    state="published" if answered else "proper", department_id=department if answered else None,
                    outcome=rng.choice(outcomes) if answered else "",
                )
            )  # fmt: skip
            numbers = f"{number}.{ordinal} {number}.{ordinal}/{year} {number}/{year}"
            forms = " ".join(dict.fromkeys(f"{numbers} {in_change} {in_reason}".split(" ")))
            words.append(words_row(remark_id=key, position=rows[-1][remark_row.columns.index("position")], words=forms))
        # Committed together, a batch at a time: a million rows are too many for one log.
        with transaction.atomic():
            _write(Submission, submission_row.columns, submissions)
            _write(Remark, remark_row.columns, rows)
            _write(RemarkWords, words_row.columns, words)
    copy_register(submission_row.columns, remark_row.columns, year=year, written=written, remarks=remarks)
    Consultation.objects.filter(pk=consultation.pk).update(last_number=(remarks + REMARKS_EACH - 1) // REMARKS_EACH)
    if connection.vendor == "postgresql":
        _execute("SET maintenance_work_mem = '512MB'")
        for statement in indexes:
            _execute(statement)
        _execute("SET session_replication_role = origin")
        _execute("VACUUM")
    recount(consultation)
    _execute("ANALYZE")


def _drop_indexes() -> list[str]:
    """Drop what a million rows would be checked against and added to one by one; how to make the indexes anew."""
    tables = [model._meta.db_table for model in (Submission, Remark, RemarkWords)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)"
            " AND indexname NOT IN (SELECT conname FROM pg_constraint)",
            [tables],
        )
        found = cursor.fetchall()
    for name, _definition in found:
        _execute(f'DROP INDEX "{name}"')
    _execute("SET session_replication_role = replica")  # no foreign key is checked
    return [definition for _name, definition in found]


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def copy_register(submission: Sequence[str], remark: Sequence[str], *, year: int, written: int, remarks: int) -> None:
    """Copy the written remarks inside the database until there are so many."""
    for offset in range(written, remarks, written):
        numbers = offset // REMARKS_EACH
        limit = min(written, remarks - offset)
        position = numbers * POSITION_STEP
        old, new = (
            f"{number} || '.' || ordinal || ' ' || {number} || '.' || ordinal || '/{year} ' || {number} || '/{year}'"
            for number in ("s.number", f"(s.number + {numbers})")
        )
        moved = {
            Submission: {
                "id": f"id + {numbers}", "number": f"number + {numbers}", "form_token": f"form_token || '-{offset}'",
                "tracking_token": f"tracking_token || '-{offset}'",
            },
            Remark: {
                "id": f"id + {offset}", "submission_id": f"submission_id + {numbers}",
                "position": f"position + {position}",
            },
        }  # fmt: skip
        with transaction.atomic(), connection.cursor() as cursor:
            for model, columns, last in (
                (Submission, submission, (limit + REMARKS_EACH - 1) // REMARKS_EACH),
                (Remark, remark, limit),
            ):
                names = ", ".join(f'"{column}"' for column in columns)
                values = ", ".join(moved[model].get(column, f'"{column}"') for column in columns)
                table = model._meta.db_table
                cursor.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE id <= {last}")  # noqa: S608
            cursor.execute(
                "INSERT INTO consultations_remarkwords (remark_id, consultation_id, position, words)"  # noqa: S608
                f" SELECT r.id + {offset}, w.consultation_id, r.position + {position}, replace(w.words, {old}, {new})"
                " FROM consultations_remarkwords w JOIN consultations_remark r ON r.id = w.remark_id"
                f" JOIN consultations_submission s ON s.id = r.submission_id WHERE r.id <= {limit}"
            )


class _Row:
    """A table's row as the database takes it: a sample's values, with those that are given instead."""

    def __init__(self, sample: models.Model) -> None:
        fields = [field for field in sample._meta.concrete_fields if not getattr(field, "generated", False)]
        self._adapt = {str(field.column): field.get_db_prep_save for field in fields}
        self._sample = {str(field.column): field.value_from_object(sample) for field in fields}
        self.columns = list(self._sample)

    def __call__(self, **values: Any) -> list[Any]:
        row = self._sample | values
        return [self._adapt[column](row[column], connection) for column in self.columns]


def _write(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    table, names = model._meta.db_table, ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            lines = io.StringIO()
            csv.writer(lines).writerows([r"\N" if value is None else value for value in row] for row in rows)
            lines.seek(0)
            cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN WITH (FORMAT csv, NULL '\\N')", lines)
        else:
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", list(rows))  # noqa: S608
