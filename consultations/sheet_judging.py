"""What the rows of a sheet that came back mean: the verdict on each, and the answers that can be drafted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from consultations.desk_forms import JUSTIFICATION_LIMIT
from consultations.errors import TableUnreadable
from consultations.models import Consultation, Decision, HistoryEntry, Remark
from consultations.outcomes import offered_outcomes
from consultations.permissions import own_departments, works_for
from consultations.services.decisions import Answer
from consultations.sheet_rows import COLUMNS, NAME, NEEDED, Token, column_of, outcome_named, outcomes_by_name, token_of
from consultations.sheet_writing import latest_answers
from consultations.table_reading import MOST_BYTES, MOST_ROWS, MOST_SEARCHED, Cell, read_cells
from lublin2030.lib.plaintext import FORBIDDEN, normalise

GOOD, SAME, DRAFTED, REFUSED = "good", "same", "drafted", "refused"
SHOWN = 300  # characters of an answer that a verdict repeats
AT_ONCE = 500  # remarks asked for in one query


class SheetRow(NamedTuple):
    """One row as it stands in the file: its number there, and what its cells say."""

    number: int
    label: str
    outcome: str
    justification: str
    token: str


@dataclass
class Judged:
    """The verdict on a row; ``code`` says why, ``detail`` what there is to know. ``answer`` is what will be drafted."""

    number: int
    label: str
    verdict: str
    code: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    answer: Answer | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "row": self.number,
            "label": self.label,
            "verdict": self.verdict,
            "code": self.code,
            "detail": self.detail,
        }


def read_sheet(content: bytes) -> list[SheetRow]:
    """The rows of the workbook, without empty ones. Raises TableUnreadable."""
    if len(content) > MOST_BYTES:
        raise TableUnreadable("too_large")
    if not content.strip():
        raise TableUnreadable("empty")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise TableUnreadable("old_excel")
    if not content.startswith(b"PK"):
        raise TableUnreadable("not_table")
    keys: list[str | None] | None = None
    rows: list[SheetRow] = []
    for number, cells in enumerate(read_cells(content, NAME), start=1):
        if number > MOST_SEARCHED or len(rows) > MOST_ROWS:
            raise TableUnreadable("too_many_rows")
        if not any(cell.text for cell in cells):
            continue
        if keys is None:
            keys = _keys(cells)
            continue
        said = {key: cell.text for key, cell in zip(keys, cells, strict=False) if key is not None}
        rows.append(
            SheetRow(
                number,
                said.get("number", "")[:20],
                said.get("outcome", ""),
                said.get("justification", ""),
                said.get("token", ""),
            )
        )
    if keys is None or not rows:
        raise TableUnreadable("empty")
    return rows


def _keys(cells: Sequence[Cell]) -> list[str | None]:
    keys = [column_of(cell.text) if cell.text else None for cell in cells]
    for key in keys:
        if key is not None and keys.count(key) > 1:
            raise TableUnreadable("column_twice", str(COLUMNS[key]))
    missing = [str(COLUMNS[key]) for key in NEEDED if key not in keys]
    if missing:
        raise TableUnreadable("no_columns", ", ".join(missing))
    return keys


def judge(rows: Sequence[SheetRow], *, consultation: Consultation, by: Any) -> list[Judged]:
    """The verdict on every row, for that person. A few queries for ``AT_ONCE`` rows."""
    tokens = [Token.read(row.token) for row in rows]
    known = _Known(consultation, by, [token for token in tokens if token is not None])
    times = Counter(token.remark for token in tokens if token is not None)
    return [known.judge(row, token, times) for row, token in zip(rows, tokens, strict=True)]


class _Known:
    """What the rows are compared with: the remarks, their answers and who changed them last, as they are now."""

    def __init__(self, consultation: Consultation, by: Any, tokens: list[Token]) -> None:
        self.consultation = consultation
        self.own = own_departments(by)
        self.offered = outcomes_by_name([offer.outcome for offer in offered_outcomes(consultation)])
        self.all = outcomes_by_name(list(Remark.Outcome))
        self.remarks: dict[int, Remark] = {}
        self.answers: dict[int, Decision] = {}
        self.latest: dict[int, int] = {}
        self.changes: dict[int, HistoryEntry] = {}
        keys = sorted({token.remark for token in tokens})
        for start in range(0, len(keys), AT_ONCE):
            self._read(keys[start : start + AT_ONCE], tokens)

    def _read(self, keys: list[int], tokens: list[Token]) -> None:
        remarks = Remark.objects.select_related("consultation").in_bulk(keys)
        self.remarks |= remarks
        decisions = Decision.objects.current().filter(remark__in=keys).order_by("revision")
        self.answers |= {one.remark_id: one for one in decisions}
        self.latest |= latest_answers(keys)
        changed = [
            token.remark
            for token in tokens
            if token.remark in remarks and token != token_of(remarks[token.remark], self.latest.get(token.remark, 0))
        ]
        entries = HistoryEntry.objects.filter(remark__in=changed).select_related("by").order_by("at", "pk")
        self.changes |= {one.remark_id: one for one in entries if one.remark_id is not None}

    def judge(self, row: SheetRow, token: Token | None, times: Counter[int]) -> Judged:
        remark = None if token is None else self.remarks.get(token.remark)
        if token is None or remark is None:
            return self._refused(row, "forged")
        if remark.consultation_id != self.consultation.pk:
            return self._refused(row, "other_consultation")
        if times[remark.pk] > 1:
            return self._refused(row, "doubled")
        if not row.outcome and not row.justification:
            return Judged(row.number, remark.public_number, SAME, "empty")
        outcome = outcome_named(row.outcome, self.all)
        label = row._replace(label=remark.public_number)
        if not row.outcome:
            return self._refused(label, "outcome_missing")
        if outcome is None:
            return self._refused(label, "outcome_unknown", value=row.outcome[:80])
        if not row.justification:
            return self._refused(label, "justification_missing")
        answer = self.answers.get(remark.pk)
        if answer and (answer.outcome, normalise(answer.justification)) == (outcome, row.justification):
            return Judged(row.number, remark.public_number, SAME, "same")
        if outcome not in self.offered.values():
            return self._refused(label, "outcome_not_offered", value=row.outcome[:80])
        if len(row.justification) > JUSTIFICATION_LIMIT:
            return self._refused(label, "too_long", value=str(JUSTIFICATION_LIMIT))
        if FORBIDDEN.search(row.justification):
            return self._refused(label, "control_characters")
        if not works_for(self.own, remark.department_id):
            return self._refused(label, "not_your_department")
        if token != token_of(remark, self.latest.get(remark.pk, 0)):
            return self._refused(label, "conflict", **self._now(remark, answer))
        if remark.state != Remark.State.ASSIGNED:
            return self._refused(label, "not_assigned", state=remark.state)
        return Judged(
            row.number,
            remark.public_number,
            GOOD,
            "first" if token.answer == 0 else "again",
            {"outcome": outcome.value},
            Answer(remark, remark.department_id, outcome, row.justification, token.revision),
        )

    def _refused(self, row: SheetRow, code: str, **detail: Any) -> Judged:
        return Judged(row.number, row.label, REFUSED, code, detail)

    def _now(self, remark: Remark, answer: Decision | None) -> dict[str, Any]:
        """Who changed the remark last, when, and what it says now."""
        entry = self.changes.get(remark.pk)
        told: dict[str, Any] = {"state": remark.state}
        if entry is not None:
            told |= {
                "what": entry.verb,
                "who": str(entry.by) if entry.by is not None else "",
                "at": entry.at.isoformat(),
            }
        if answer is not None:
            told |= {"outcome": answer.outcome, "justification": answer.justification[:SHOWN]}
        return told


def verdicts(rows: Iterable[Judged]) -> dict[str, Any]:
    """The fields of a sheet that hold the verdicts, in the file's order."""
    listed = sorted(rows, key=lambda row: row.number)
    return {
        "rows": [row.as_json() for row in listed],
        "good_rows": sum(row.verdict in {GOOD, DRAFTED} for row in listed),
        "same_rows": sum(row.verdict == SAME for row in listed),
        "bad_rows": sum(row.verdict == REFUSED for row in listed),
    }
