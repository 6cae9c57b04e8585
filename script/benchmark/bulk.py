"""Seconds of each bulk verb on so many remarks: ``python -m script.benchmark.bulk [--remarks 10000]``.

Runs in a database that is made for it and thrown away: SQLite in a temporary folder, or a PostgreSQL named by
``DATABASE_URL`` (then everything happens in a consultation of its own, which stays).
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time


def main() -> None:
    """Print the seconds of assigning, tagging, answering, reviewing, approving and publishing; prove the counters."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--remarks", type=int, default=10_000)
    remarks = parser.parse_args().remarks
    with tempfile.TemporaryDirectory() as folder:
        os.environ["VAR_DIR"] = folder
        os.environ.setdefault("PORTAL_MODE", "demonstration")
        os.environ["DJANGO_SETTINGS_MODULE"] = "lublin2030.settings"
        import django

        django.setup()
        _measure(remarks)


def _measure(number: int) -> None:
    from typing import Any

    from django.contrib.auth.models import Group
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from accounts import jobs
    from accounts.models import User
    from accounts.roles import Role
    from consultations.desk_filters import DeskFilterForm
    from consultations.models import BulkAction, Consultation, Department, Remark, Submission, Topic
    from consultations.services.bulk import confirm, prepare
    from consultations.services.submissions import Entry, NewRemark, Sender, enter_all
    from consultations.services.tallies import recount
    from lublin2030.lib.dates import warsaw_day
    from lublin2030.lib.quarters import Quarter
    from lublin2030.lib.tokens import new_token
    from script.benchmark.data import _consultation
    from stages.models import Process, Stage

    call_command("migrate", verbosity=0)
    moment = timezone.now()
    slug = f"bulk-{moment:%H%M%S%f}"
    process = Process.objects.create(
        slug=slug, name="Strategia", question="Jaki?", first_quarter=Quarter(2018, 4), last_quarter=Quarter(2030, 4)
    )
    stage = Stage.objects.create(
        process=process, number=1, title="Etap", short_title="Etap",
        first_quarter=Quarter(2021, 4), last_quarter=Quarter(2021, 4),
    )  # fmt: skip
    consultation = _consultation(slug, process, stage, chapters=20, each=100)
    Consultation.objects.filter(pk=consultation.pk).update(answer_path=Consultation.AnswerPath.STEPS)
    boss, _new = User.objects.get_or_create(email="bench@example.org", defaults={"name": "Bench"})
    boss.groups.add(Group.objects.get(name=Role.COORDINATOR.value))
    # Every second sender has an e-mail address and is told of the answer.
    for start in range(0, number, 500):
        enter_all(
            Consultation.objects.get(pk=consultation.pk),
            [
                Entry(
                    sender=Sender(name=f"Nadawca {one}", email=f"n{one}@example.org" if one % 2 else ""),
                    remarks=[NewRemark(change=f"Więcej drzew przy ulicy {one}.", reason="Jest za gorąco.")],
                    form_token=new_token(),
                    channel=Submission.Channel.PAPER,
                    received_at=moment,
                )
                for one in range(start, min(start + 500, number))
            ],
            by=boss,
            now=moment,
            within_term=False,
        )
    of_it = Remark.objects.filter(consultation=consultation)
    of_it.update(state=Remark.State.PROPER)
    recount(consultation)
    department = Department.objects.create(slug=slug, name="Wydział", short_name="W")
    topic = Topic.objects.filter(consultation=consultation).latest("pk")
    print(f"{connection.vendor}: {of_it.count()} remarks")
    verbs: list[tuple[str, dict[str, Any]]] = [
        ("assign", {"department": department.pk, "due_on": ""}),
        ("tag", {"topic": topic.pk}),
        ("decide", {"outcome": "accepted", "justification": "Słusznie. " * 20}),
        ("review", {}),
        ("approve", {}),
        ("publish", {}),
    ]
    for verb, parameters in verbs:
        began = time.perf_counter()
        chosen = DeskFilterForm({"konsultacja": slug}, user=boss).chosen(today=warsaw_day(moment))
        if chosen is None:
            raise SystemExit("The filter is not understood.")
        action = confirm(
            chosen,
            verb=BulkAction.Verb(verb),
            parameters=parameters,
            fingerprint=prepare(chosen).fingerprint,
            form_token=new_token(),
            by=boss,
        )
        confirmed = time.perf_counter() - began
        began = time.perf_counter()
        jobs.run_due()
        seconds = time.perf_counter() - began
        action.refresh_from_db()
        print(f"{verb}: counted and frozen {confirmed:.1f} s, done in {seconds:.1f} s", flush=True)
        if (action.done, action.refused) != (number, 0):
            raise SystemExit(f"{verb}: {action.done} done, {action.refused} refused")
    if differences := recount(Consultation.objects.get(pk=consultation.pk)):
        raise SystemExit(f"The counters are wrong: {differences[:3]}")


if __name__ == "__main__":
    main()
