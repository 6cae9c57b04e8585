"""The report on the consultation of 2021, frozen on the last day of its term. The worker makes its files later.

The office's name is the city's; that it signed this report is ours, so the report is marked as demonstration.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef

from consultations.models import Consultation
from lublin2030.lib.dates import warsaw
from lublin2030.loading.accounts import actors, retire_nobody
from lublin2030.loading.past import CONSULTATION
from lublin2030.loading.seeding import read_content
from summaries.models import ConsultationReport, SigningOffice
from summaries.reports.blockers import blockers
from summaries.reports.services import freeze_report, save_texts, take_snapshot

OFFICE = "office:strategia"
FROZEN = warsaw(2022, 1, 19, 10)


def is_loaded() -> bool:
    """Whether the consultation of 2021 has a report, is not there, or cannot have one as staff have left it.

    One query, once it is loaded.
    """
    reported = ConsultationReport.objects.filter(consultation=OuterRef("pk"))
    consultation = Consultation.objects.filter(~Exists(reported), seed_key=CONSULTATION).first()
    return consultation is None or bool(blockers(consultation, FROZEN))


@transaction.atomic
def load() -> str:
    """Write the texts of the report and freeze it; its number. DoesNotExist without the consultation."""
    entry = read_content("consultation_2021")["report"]
    consultation = Consultation.objects.get(seed_key=CONSULTATION)
    office, _created = SigningOffice.objects.get_or_create(
        seed_key=OFFICE, defaults={"name": entry["office"], "is_demonstration": True}
    )
    coordinator = actors().coordinator
    texts = {name: entry[name] for name in ("information", "summary", "annexes")}
    save_texts(consultation, **texts, revision=0, by=coordinator, now=FROZEN)
    report = freeze_report(consultation, office=office, by=coordinator, now=FROZEN)
    frozen = take_snapshot(report, now=FROZEN)
    retire_nobody()
    return frozen.number
