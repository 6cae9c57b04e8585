"""Who may do what in consultations. Every surface asks here; tests hold the whole table (role × verb)."""

from __future__ import annotations

from typing import Any

from accounts.permissions import has_role
from accounts.roles import Role
from consultations.models import AnswerSheet, Attachment, Consultation, Note, Remark


def may_set_up_consultations(user: Any) -> bool:
    """Write a consultation's rules, terms and lists."""
    return has_role(user, Role.COORDINATOR, Role.ADMINISTRATOR)


def may_verify(user: Any) -> bool:
    """Find a submission proper or improper, and reopen that."""
    return has_role(user, Role.COORDINATOR)


def may_assign(user: Any) -> bool:
    """Give a remark to a department."""
    return has_role(user, Role.COORDINATOR)


def may_decide(user: Any, remark: Remark) -> bool:
    """Draft the answer to a remark, or its correction: a coordinator any, an expert those of the own departments."""
    return _works_for(user, remark)


def may_review(user: Any, remark: Remark) -> bool:
    """Review the answer to a remark. That it was drafted by somebody else is for the verb to see."""
    return _works_for(user, remark)


def may_approve(user: Any) -> bool:
    """Approve a reviewed answer."""
    return has_role(user, Role.COORDINATOR)


def own_departments(user: Any) -> set[int] | None:
    """The departments whose remarks this person answers; None for every one. One query, or none."""
    if has_role(user, Role.COORDINATOR):
        return None
    return set(user.departments.values_list("pk", flat=True)) if has_role(user, Role.EXPERT) else set()


def works_for(own: set[int] | None, department_id: int | None) -> bool:
    """Whether a person with these departments answers a remark of that one."""
    return own is None or department_id in own


def _works_for(user: Any, remark: Remark) -> bool:
    return works_for(own_departments(user), remark.department_id)


def may_answer(user: Any) -> bool:
    """Have a queue of remarks to decide at all."""
    return has_role(user, Role.COORDINATOR, Role.EXPERT)


def may_publish(user: Any) -> bool:
    """Publish decisions, or send them back, and publish the summary."""
    return has_role(user, Role.COORDINATOR)


def may_link_changes(user: Any) -> bool:
    """Open the desk's pages of changes and their sources."""
    return has_role(user, Role.COORDINATOR, Role.EXPERT)


def may_link_change(user: Any, remark: Remark | None = None) -> bool:
    """Link a remark to changed words, or explain why there are none: an expert those of the own departments.

    Without a remark the source is an opinion, a group or the editors: coordinators only.
    """
    return has_role(user, Role.COORDINATOR) if remark is None else _works_for(user, remark)


def may_publish_attachments(user: Any) -> bool:
    """Decide whether the public may open a sender's file."""
    return has_role(user, Role.COORDINATOR)


def may_read_attachment(user: Any, attachment: Attachment) -> bool:
    """Open a file that was sent: coordinators any, experts what came with their departments' remarks.

    A scan shows who sent the letter, so experts open none.
    """
    if attachment.submission_id is None:
        return False
    if may_read_contact(user):
        return True
    if attachment.kind != Attachment.Kind.SENDER or not has_role(user, Role.EXPERT):
        return False
    of_own_departments = Remark.objects.filter(
        submission=attachment.submission_id, department__in=user.departments.all()
    )
    return of_own_departments.exists()


def may_type_in(user: Any) -> bool:
    """Enter what came on paper, by e-mail, at the counter or at a meeting."""
    return has_role(user, Role.COORDINATOR)


def may_redact(user: Any) -> bool:
    """Decide what of a remark's text the public reads."""
    return has_role(user, Role.COORDINATOR)


def may_group(user: Any) -> bool:
    """Have similar remarks found, confirm or dismiss their groups, take a remark in or out."""
    return has_role(user, Role.COORDINATOR)


def may_set_topics(user: Any) -> bool:
    """Give a remark its topic."""
    return has_role(user, Role.COORDINATOR)


def may_enter_sheet(user: Any, sheet: AnswerSheet) -> bool:
    """Draft the answers of a sheet: only whoever brought it in, so that it is known who may not review them."""
    return may_answer(user) and sheet.by_id == user.pk


def may_discard_sheet(user: Any, sheet: AnswerSheet) -> bool:
    """Look at a sheet and throw it away: a coordinator any, an expert the own ones."""
    return may_answer(user) and (has_role(user, Role.COORDINATOR) or sheet.by_id == user.pk)


def may_flag_contradiction(user: Any, *remarks: Remark) -> bool:
    """Say that remarks contradict each other: a coordinator of any, an expert among those of the own departments."""
    return all(may_decide(user, remark) for remark in remarks)


def may_dismiss_contradictions(user: Any) -> bool:
    """Say that demands do not contradict each other after all."""
    return has_role(user, Role.COORDINATOR)


def may_read_contact(user: Any) -> bool:
    """See who sent a submission. Experts answer the text, not the person."""
    return has_role(user, Role.COORDINATOR)


def may_read_remarks(user: Any) -> bool:
    """See remarks in the back office."""
    return has_role(user, Role.COORDINATOR, Role.EXPERT)


def may_read_terms(user: Any) -> bool:
    """See what is due when and which departments are late."""
    return has_role(user, Role.COORDINATOR, Role.EXPERT, Role.ADMINISTRATOR)


def may_note(user: Any) -> bool:
    """Read and write the private notes on remarks: whoever reads remarks at the desk."""
    return may_read_remarks(user)


def may_open_note_files(user: Any, note: Note) -> bool:
    """Open the files of a private note: whoever may see who sent a letter, its author, and whom it calls by name.

    Not every reader of the note: a file can be the scan of a letter, which shows its sender.
    """
    if not may_note(user):
        return False
    # All of them, as a page of many notes has read them already.
    return may_read_contact(user) or note.by_id == user.pk or user in note.mentions.all()


def may_save_template(user: Any, remark: Remark) -> bool:
    """Save an answer's words as a template from the desk, for the remark's department."""
    return may_decide(user, remark)


def may_read_summary(user: Any, consultation: Consultation) -> bool:
    """The summary is everybody's once published, before that the councillors' and the staff's who work on it."""
    return consultation.summary_published_at is not None or may_read_summary_early(user)


def may_read_summary_early(user: Any) -> bool:
    """Read a summary that is not everybody's yet."""
    return has_role(user, Role.COORDINATOR, Role.EXPERT, Role.COUNCILLOR, Role.ADMINISTRATOR)


def may_read_history(user: Any) -> bool:
    """Read the history of everything and take it away as a file. No verb writes a sender's name or contact into it."""
    return has_role(user, Role.AUDITOR, Role.COORDINATOR, Role.ADMINISTRATOR)
