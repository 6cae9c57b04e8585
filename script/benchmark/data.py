"""Fill an empty, migrated database with a consultation of so many remarks, fast and in a believable spread."""

from __future__ import annotations

import datetime as dt
import random

from django.db import transaction
from django.utils import timezone

from consultations.models import (
    Basket,
    BasketRemark,
    Chapter,
    ChapterText,
    Consultation,
    Decision,
    Department,
    Draft,
    DraftVersion,
    Passage,
    PassageText,
    Remark,
    Submission,
    Topic,
)
from consultations.models.remarks import POSITION_STEP
from consultations.services.baskets import fingerprint
from consultations.services.tallies import recount
from lublin2030.lib.quarters import Quarter
from lublin2030.lib.tokens import new_token
from participation.models import District
from script.benchmark.models import Row
from stages.models import Process, Stage

REMARKS_EACH = 3
WORDS = "miasto zieleń park droga szkoła rower dzielnica rzeka drzewo kultura praca dom ulica mieszkańcy".split()  # noqa: SIM905


def _prose(words: int, rng: random.Random) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(words)).capitalize() + "."


def _consultation(slug: str, process: Process, stage: Stage, *, chapters: int, each: int) -> Consultation:
    now = timezone.now()
    consultation = Consultation.objects.create(
        process=process,
        stage=stage,
        slug=slug,
        title=f"Konsultacje {slug}",
        opens_at=now - dt.timedelta(days=10),
        closes_at=now + dt.timedelta(days=20),
        published_at=now - dt.timedelta(days=10),
        summary_published_at=now,
    )
    draft = Draft.objects.create(consultation=consultation, title="Projekt")
    version = DraftVersion.objects.create(draft=draft, number=1, label="Wersja 1", published_at=now)
    rng = random.Random(2030)
    for number in range(1, chapters + 1):
        identity = Chapter.objects.create(draft=draft, code=f"r{number}")
        chapter = ChapterText.objects.create(
            version=version, chapter=identity, number=number, title=f"Rozdział {number}"
        )
        passages = Passage.objects.bulk_create(
            Passage(draft=draft, code=f"f{(number - 1) * each + position}") for position in range(1, each + 1)
        )
        PassageText.objects.bulk_create(
            PassageText(version=version, chapter=chapter, passage=passage, position=position, wording=_prose(35, rng))
            for position, passage in enumerate(passages, start=1)
        )
    Topic.objects.bulk_create(Topic(consultation=consultation, slug=f"t{n}", name=f"Temat {n}") for n in range(8))
    return consultation


@transaction.atomic
def fill(remarks: int) -> None:
    """A main process with eight stages, a consultation ``bench`` of so many remarks, and one to send into."""
    Row.objects.bulk_create(Row(text="A row of the bare table", number=n) for n in range(1000))
    process = Process.objects.create(
        slug="main", name="Strategia", question="Jaki ma być Lublin w 2030 roku?", is_main=True,
        first_quarter=Quarter(2018, 4), last_quarter=Quarter(2030, 4),
    )  # fmt: skip
    stages = [
        Stage.objects.create(
            process=process, number=n, title=f"Etap {n}", short_title=f"Etap {n}",
            body="Tekst etapu.\n\n- jeden\n- dwa",
            summary="Krótko o etapie.", first_quarter=Quarter(2018 + n, 1), last_quarter=Quarter(2018 + n, 4),
        )
        for n in range(1, 9)
    ]  # fmt: skip
    districts = District.objects.bulk_create(
        District(slug=f"d{n}", name=f"Dzielnica {n}", latitude=51.2, longitude=22.5) for n in range(27)
    )
    departments = Department.objects.bulk_create(
        Department(slug=f"w{n}", name=f"Wydział {n}", short_name=f"W{n}") for n in range(8)
    )
    consultation = _consultation("bench", process, stages[5], chapters=6, each=40)
    _consultation("send", process, stages[5], chapters=2, each=10)
    # All senders of the benchmark have one address: they are counted like others, and never stopped.
    Consultation.objects.filter(slug="send").update(sends_per_hour=100_000_000)
    version = DraftVersion.objects.get(draft__consultation=consultation)
    texts = list(PassageText.objects.filter(version=version).select_related("chapter"))
    topics = list(consultation.topics.all())
    rng = random.Random(2021)
    now = timezone.now()
    channels = list(Submission.Channel.values)
    outcomes = list(Remark.Outcome.values)
    done = 0
    number = 0
    while done < remarks:
        batch = min(2000, (remarks - done + REMARKS_EACH - 1) // REMARKS_EACH)
        submissions = Submission.objects.bulk_create(
            Submission(
                consultation=consultation,
                number=number + n,
                channel=rng.choice(channels),
                name=f"Osoba {number + n}",
                email=f"osoba{number + n}@example.org",
                received_at=now - dt.timedelta(minutes=rng.randrange(14000)),
                verification=Submission.Verification.PROPER,
            )
            for n in range(1, batch + 1)
        )
        number += batch
        rows = []
        for submission in submissions:
            for ordinal in range(1, REMARKS_EACH + 1):
                text = rng.choice(texts)
                state = rng.choice([Remark.State.PROPER, Remark.State.ASSIGNED, Remark.State.PUBLISHED])
                decided = state == Remark.State.PUBLISHED
                rows.append(
                    Remark(
                        consultation=consultation,
                        submission=submission,
                        ordinal=ordinal,
                        position=submission.number * POSITION_STEP + ordinal,
                        version=version,
                        target=Remark.Target.PASSAGE,
                        chapter_id=text.chapter.chapter_id,
                        passage_id=text.passage_id,
                        change=_prose(25, rng),
                        wording=_prose(20, rng) if rng.random() < 0.5 else "",
                        reason=_prose(20, rng),
                        topic=rng.choice(topics),
                        district=rng.choice(districts),
                        channel=submission.channel,
                        received_at=submission.received_at,
                        changed_at=submission.received_at,
                        state=state,
                        department=rng.choice(departments) if state != Remark.State.PROPER else None,
                        outcome=rng.choice(outcomes) if decided else "",
                    )
                )
        stored = Remark.objects.bulk_create(rows, batch_size=1000)
        Decision.objects.bulk_create(
            (
                Decision(
                    remark=remark, outcome=remark.outcome, justification=_prose(30, rng),
                    department=remark.department, decided_at=now, approved_at=now, published_at=now,
                )
                for remark in stored
                if remark.outcome
            ),
            batch_size=1000,
        )  # fmt: skip
        done += len(rows)
    recount(consultation)


def baskets(how_many: int) -> list[tuple[str, str, str]]:
    """So many baskets of two remarks each, ready to be sent: cookie key, form token, digest of what was reviewed."""
    consultation = Consultation.objects.get(slug="send")
    text = PassageText.objects.select_related("chapter", "version").filter(version__draft__consultation=consultation)[0]
    made = Basket.objects.bulk_create(
        (
            Basket(
                cookie_key=new_token(),
                consultation=consultation,
                name="Osoba",
                email=f"b{n}@example.org",
                updated_at=timezone.now(),
            )
            for n in range(how_many)
        ),
        batch_size=1000,
    )
    BasketRemark.objects.bulk_create(
        (
            BasketRemark(
                basket=basket, version=text.version, target=Remark.Target.PASSAGE,
                chapter_id=text.chapter.chapter_id, passage_id=text.passage_id, change="Więcej drzew.", reason="Cień.",
            )
            for basket in made
            for _ in range(2)
        ),
        batch_size=1000,
    )  # fmt: skip
    filled = Basket.objects.filter(pk__in=[basket.pk for basket in made]).prefetch_related("remarks")
    return [(one.cookie_key, one.form_token, fingerprint(one, one.remarks.all())) for one in filled]
