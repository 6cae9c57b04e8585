"""The domain's refusals and history in words: the one place where an error becomes a sentence and a status."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from accounts.roles import Role
from consultations import errors
from consultations.models import ChangeSource, Consultation, Department, HistoryEntry, Remark, Submission, Topic
from consultations.models.consultations import IdentityField
from consultations.services.confirmation import REASON as UNCONFIRMED
from lublin2030.lib.dates import WARSAW
from lublin2030.lib.files import Fault

_WORDS: dict[type[errors.ConsultationError], str | Promise] = {
    errors.ConsultationClosed: gettext_lazy("This consultation is not taking remarks now."),
    errors.NothingToSend: gettext_lazy("There is no remark to send yet. Add at least one."),
    errors.SenderIncomplete: gettext_lazy("Say first who sends the remarks."),
    errors.TooManyRemarks: gettext_lazy(
        "One submission can carry at most 200 remarks. Send the others in a second one."
    ),
    errors.TargetNotInDraft: gettext_lazy("This place is not in the draft of this consultation. Choose it again."),
    errors.RemarkGone: gettext_lazy(
        "This remark is no longer in your submission: it was sent or removed in another window."
    ),
    errors.BasketChanged: gettext_lazy("Your submission has changed since you opened this page. Check it once more."),
    errors.RemarkChanged: gettext_lazy(
        "You or somebody with your link changed this remark in another window. Nothing is lost: compare both below."
    ),
    errors.SenderChanged: gettext_lazy(
        "Your data were changed in another window. Compare below; what you save now replaces them."
    ),
    errors.PlaceInOrderGone: gettext_lazy(
        "The remarks changed in another window, so nothing was moved. This is their order now."
    ),
    errors.LinkNotFound: gettext_lazy("This link does not work any more. The remarks were sent, or it is too old."),
    errors.LinkAskedTooOften: gettext_lazy(
        "We have sent this link three times within an hour. Look into your mail, also among spam, or try again later."
    ),
    errors.AlreadyVerified: gettext_lazy("Somebody has verified this submission in the meantime."),
    errors.ReasonNotOfThisConsultation: gettext_lazy("This reason is not on the consultation's list. Choose another."),
    errors.VerificationInUse: gettext_lazy(
        "The verification cannot be reopened: it has been reopened already, or a remark of the submission is decided."
    ),
    errors.RemarkNotAssignable: gettext_lazy(
        "This remark cannot be assigned now: it is not verified, is improper, or has been decided in the meantime."
    ),
    errors.RemarkAlreadyDecided: gettext_lazy(
        "Somebody has decided this remark or given it to another department in the meantime."
    ),
    errors.JustificationMissing: gettext_lazy("Write the justification. Every decision needs one."),
    errors.OutcomeNotOffered: gettext_lazy("This consultation does not offer this outcome. Choose another."),
    errors.WhyMissing: gettext_lazy("Write the reason. Without it nothing can be sent back or corrected."),
    errors.NothingToReview: gettext_lazy(
        "No answer to this remark waits for review now: somebody has reviewed, returned or changed it in the meantime."
    ),
    errors.NothingToApprove: gettext_lazy(
        "No reviewed answer to this remark waits for approval now: somebody was faster, or it went back."
    ),
    errors.SamePerson: gettext_lazy(
        "This consultation asks for different people: whoever drafts an answer does not review or approve it."
    ),
    errors.TypedByAnother: gettext_lazy(
        "Somebody else has typed this answer. Where different people are asked for, that person hands it over."
    ),
    errors.CorrectionUnderWay: gettext_lazy(
        "The answer cannot be corrected now: a correction is under way already, or no answer is public yet."
    ),
    errors.RemarkNotDecided: gettext_lazy(
        "There is no such unpublished decision any more: it has been published or returned in the meantime."
    ),
    errors.AlreadyInBatch: gettext_lazy("The publication of this answer is confirmed already and under way."),
    errors.SelectionChanged: gettext_lazy(
        "The answers that wait for publication have changed since this preview. Look at them once more."
    ),
    errors.BatchNotUnderWay: gettext_lazy("This publication is finished, or the portal is still working on it."),
    errors.RemarkAnswered: gettext_lazy(
        "The department has finished its answer to this remark, so you cannot correct or withdraw it any more."
    ),
    errors.ImproperCannotChange: gettext_lazy(
        "This submission was found improper, so you cannot correct or withdraw it. Send a new one, or write to us."
    ),
    errors.RemarkWithdrawn: gettext_lazy(
        "This remark is withdrawn. That cannot be undone, but you can send a new one."
    ),
    errors.CorrectedMeanwhile: gettext_lazy(
        "The sender has corrected this remark since you opened the page. Read the new text first."
    ),
    errors.NothingCorrected: gettext_lazy("You changed nothing, so nothing was saved."),
    errors.SenderCorrectedMeanwhile: gettext_lazy(
        "These data were changed in another window. Check what you typed and save it once more."
    ),
    errors.SubmissionWithdrawn: gettext_lazy("The sender has withdrawn every remark, so there is nothing to verify."),
    errors.ConfirmationTooLate: gettext_lazy(
        "The time for confirming the e-mail address is over, so it was not confirmed. Write to us if you need help."
    ),
    errors.VersionInPreparation: gettext_lazy(
        "The next version of this draft is in preparation already. Publish it first."
    ),
    errors.AttachmentsNotTaken: gettext_lazy("This consultation takes no attachments. Write all of it in your remark."),
    errors.TooManyAttachments: gettext_lazy(
        "A submission can carry at most 5 files. Remove one, or join several into one PDF."
    ),
    errors.AttachmentNotPublishable: gettext_lazy(
        "This file cannot be made public or private now: it is a scan, or somebody has done it in the meantime."
    ),
    errors.TrapFilled: gettext_lazy(
        "A field that should stay empty was filled in, perhaps by your browser. It is empty again: press the button"
        " once more. Nothing is lost."
    ),
    errors.NotReceivedThen: gettext_lazy(
        "The letter cannot have come then: the day is in the future or before the consultation opened. Check the date."
    ),
    errors.LodgedAfterReceipt: gettext_lazy(
        "The letter cannot have been handed in or posted after we received it. Check both dates."
    ),
    errors.LetterChanged: gettext_lazy(
        "This letter was saved in another window meanwhile. Nothing was overwritten. Open it again to go on."
    ),
    errors.KindDoesNotFit: gettext_lazy(
        "This kind of remark needs a passage, and to change or add also the new wording. Choose another kind."
    ),
    errors.ImportNotReady: gettext_lazy(
        "This table cannot be entered now: it is not checked yet, or it has been entered or discarded already."
    ),
    errors.RowsRefused: gettext_lazy(
        "Some rows are refused, so not everything can be entered. Enter the accepted letters, or mend the table."
    ),
    errors.TableUnreadable: gettext_lazy("This file cannot be read as a table. Start from our template."),
    errors.TextChanged: gettext_lazy(
        "This text has changed since you opened it, or a colleague has decided on it. Read it once more."
    ),
    errors.GroundsMissing: gettext_lazy("Write the reason of the redaction. The public reads it."),
    errors.NotRedacted: gettext_lazy(
        "Nothing is taken out of the text. Check a place, write words to take out, or approve the text as written."
    ),
    errors.MatchesChanged: gettext_lazy(
        "Somebody has changed this import in the meantime, so nothing was saved. Look at it once more and choose again."
    ),
    errors.ChapterContinuedTwice: gettext_lazy(
        "Two chapters cannot continue the same one, so nothing was saved. Choose another for one of them."
    ),
    errors.PlaceNotInImport: gettext_lazy("The imported document has no such place any more. Choose it again."),
    errors.VersionsNotComparable: gettext_lazy(
        "These two versions cannot be compared. Choose two different published versions."
    ),
    errors.VersionAlreadyPublished: gettext_lazy(
        "This version is published already. Its texts do not change any more."
    ),
    errors.VersionEmpty: gettext_lazy("This version has no text yet. Add passages before you publish it."),
    errors.ImportChanged: gettext_lazy(
        "This import was changed, saved or discarded in another window. Look at it as it is now and try again."
    ),
    errors.ImportOutdated: gettext_lazy(
        "Another version of the draft was published in the meantime. Read the document again, then save it."
    ),
    errors.AltTextMissing: gettext_lazy(
        "A picture has no description yet. Say what it shows, or mark it as mere decoration."
    ),
    errors.ChapterTitleMissing: gettext_lazy("Write a title of the chapter, at most 300 characters long."),
    errors.PassageUnchanged: gettext_lazy(
        "This passage has not changed since the version before, so there is nothing to link. Check its number."
    ),
    errors.NotOfThisConsultation: gettext_lazy(
        "This belongs to another consultation. Choose one of this consultation."
    ),
    errors.OutcomeNotDecided: gettext_lazy("This remark is not decided yet. Link it once it has its answer."),
    errors.OutcomeChangesNothing: gettext_lazy(
        "The answer to this remark promises no change, so a change cannot come from it. Check the number."
    ),
    errors.OpinionNotReceived: gettext_lazy("This institution has given no opinion, so nothing can follow from it."),
    errors.VoiceNotOfThisProcess: gettext_lazy(
        "This voice belongs to another process than the document. Choose another voice or another document."
    ),
    errors.AlreadyLinked: gettext_lazy("This change points to that source already. Nothing was added."),
    errors.LinkGone: gettext_lazy("Somebody has removed this in the meantime. The page shows how things stand now."),
    errors.NoteMissing: gettext_lazy("Write what was done and why. The public reads it."),
    errors.ChangesNotReady: gettext_lazy(
        "The changes of this version cannot be linked yet: it is not public, is the first one, or is being compared."
    ),
    errors.NothingToExplain: gettext_lazy(
        "There is nothing to explain: the answer promises no change, or the remark is linked to changed words already."
    ),
    errors.GroupChanged: gettext_lazy(
        "This group has changed since you opened it, so nothing was saved. Look at it as it is now."
    ),
    errors.TooFewInGroup: gettext_lazy("A group needs at least two remarks. Check them, or dismiss the group."),
    errors.RemarkInAnotherGroup: gettext_lazy(
        "A remark is in another confirmed group. It has to leave that one before it can join this one."
    ),
    errors.NotOnOnePassage: gettext_lazy(
        "Only two different remarks on the same passage can contradict each other. Check the number."
    ),
    errors.ContradictionChanged: gettext_lazy(
        "Somebody has flagged or dismissed this contradiction in the meantime. Look at it as it is now."
    ),
    errors.TopicChanged: gettext_lazy(
        "The topic of this remark has changed in the meantime, or is not on the list any more. Choose again."
    ),
    errors.AnswerDraftChanged: gettext_lazy(
        "Somebody, or you in another window, has saved other words to this answer. Nothing is lost: compare both."
    ),
    errors.AnswerNotTyped: gettext_lazy(
        "This remark does not wait for your answer any more. What you typed stays in this browser."
    ),
    errors.AnswerDraftTooLong: gettext_lazy(
        "The text is too long to be kept by the portal. It stays in this browser: make it shorter."
    ),
    errors.NoteEmpty: gettext_lazy("Write something into the note."),
    errors.TemplateIncomplete: gettext_lazy("A template needs a title and the text of the justification."),
    errors.TopicNotOfThisConsultation: gettext_lazy("This topic belongs to another consultation."),
    errors.TopicSetAlready: gettext_lazy("The remark had this topic before. Nothing was changed."),
    errors.ChoiceGone: gettext_lazy("The department or topic that was chosen has been deleted. Choose another one."),
    errors.NotPermitted: gettext_lazy(
        "Your account may not do this. If you need it for your work, ask an administrator."
    ),
}


_FAULTS: dict[str, str | Promise] = {
    Fault.EMPTY: gettext_lazy("The file is empty. Choose it again."),
    Fault.TOO_LARGE: gettext_lazy("The file is larger than 10 MB. Make it smaller, or split it."),
    Fault.UNKNOWN: gettext_lazy("We do not take this format. Save the file as PDF, DOCX, ODT, XLSX, JPG or PNG."),
    Fault.DAMAGED: gettext_lazy("The file is damaged and cannot be opened. Save it once more and choose it again."),
    Fault.ENCRYPTED: gettext_lazy("The file is locked with a password. Save it without one and choose it again."),
    Fault.MACROS: gettext_lazy("The file contains macros (small programs). Save it without them, or as PDF."),
    Fault.ACTIVE: gettext_lazy("This PDF contains scripts or starts programs. Print it to a new PDF and choose that."),
    Fault.REMOTE: gettext_lazy("When opened, the file fetches something from another computer. Save it as PDF."),
    Fault.BOMB: gettext_lazy("The file unpacks to far more than its size. Save it as PDF and choose that."),
    Fault.PIXELS: gettext_lazy("The picture has more than 40 million pixels. Make it smaller."),
    errors.AttachmentRefused.HARMFUL: gettext_lazy(
        "Our scanner found a virus in this file. We did not keep it. Check your computer."
    ),
    errors.AttachmentRefused.UNCHECKED: gettext_lazy(
        "We cannot check files for viruses just now. Try again in a few minutes, or send without the file."
    ),
}
_FIELDS: dict[str, str | Promise] = {"sender_kind": gettext_lazy("sender"), **dict(IdentityField.choices)}


def words_for(error: errors.ConsultationError) -> str:
    """What a person reads when the domain refuses, in the reader's language. KeyError for an error without words."""
    match error:
        case errors.AttachmentRefused():
            return str(_FAULTS[error.fault])
        case errors.TooOften():
            return _(
                "Too much has come from your internet address lately. Please try again after %(time)s. What you"
                " wrote is kept. If you cannot wait, send it another way: the page of the consultation says how."
            ) % {"time": date_format(localtime(error.until, WARSAW), "H:i")}
        case errors.ListChanged():
            return ngettext(
                "The list has changed since you looked at it: now it holds %(n)d remark. Look at it and confirm anew.",
                "The list has changed since you looked at it: now it holds %(n)d remarks. Look at it and confirm anew.",
                error.number,
            ) % {"n": error.number}
        case errors.SentTooFast():
            return _("That was very fast. Read it through once more and press the button again in a moment.")
    return str(_WORDS[type(error)])


def refusal_in_words(name: str) -> str:
    """The words of a refusal that was kept by the name of its error."""
    return words_for(getattr(errors, name)())


def status_for(error: errors.ConsultationError) -> int:
    """The HTTP status of a refusal: 403 when the person may not, 409 when the record's state does not allow it.

    429 when it is only too early, 422 when what was sent is at fault.
    """
    match error:
        case errors.NotPermitted():
            return 403
        case errors.TooOften() | errors.SentTooFast():
            return 429
        case errors.AttachmentRefused() | errors.TrapFilled():
            return 422
    return 409


def describe_history(entries: Iterable[HistoryEntry]) -> list[dict[str, Any]]:
    """Each entry with its verb, its change in words, who and when.

    One query each for the names of departments, topics and accounts that an entry speaks of; none where there are none.
    """
    rows = list(entries)
    parts = [part for row in rows for part in (row.before, row.after)]
    names = _Names(_named(Department, parts, "department"), _accounts(parts), _named(Topic, parts, "topic"))
    return [
        {
            "what": row.get_verb_display(),
            "at": row.at,
            "by": row.by,
            "is_automatic": _is_automatic(row),
            "who": _who(row),
            "before": _in_words(row.before, names),
            "after": _in_words(row.after, names),
        }
        for row in rows
    ]


# What senders do themselves. Whatever else stands without a person was done by an account that is gone.
_OF_SENDERS = frozenset(
    {
        HistoryEntry.Verb.RECEIVE,
        HistoryEntry.Verb.CONFIRM_EMAIL,
        HistoryEntry.Verb.CORRECT,
        HistoryEntry.Verb.WITHDRAW,
        HistoryEntry.Verb.RENEW_LINK,
    }
)


def _is_automatic(row: HistoryEntry) -> bool:
    return row.by_id is None and row.after.get("reason") == UNCONFIRMED


def _who(row: HistoryEntry) -> str:
    if row.by is not None:
        return str(row.by)
    if _is_automatic(row):
        return _("by itself, when the term had passed")
    return _("by the sender") if row.verb in _OF_SENDERS else _("an account that is gone")


@dataclass(frozen=True)
class _Names:
    """What the numbers in a history's facts are called."""

    departments: dict[int, str]
    accounts: dict[int, str]
    topics: dict[int, str]


def _named(model: type[Department] | type[Topic], parts: list[dict[str, Any]], fact: str) -> dict[int, str]:
    """The names of the records of the kind that the facts speak of, by their keys; no query where there are none."""
    ids = {part[fact] for part in parts if part.get(fact)}
    return {one.pk: one.text("name").value for one in model._default_manager.filter(pk__in=ids)} if ids else {}


def _accounts(parts: list[dict[str, Any]]) -> dict[int, str]:
    ids = {part["account"] for part in parts if part.get("account")}
    ids |= {who for part in parts if isinstance(who := part.get("filter", {}).get("who"), int)}
    return {one.pk: str(one) for one in User.objects.filter(pk__in=ids)} if ids else {}


def _in_words(part: dict[str, Any], names: _Names) -> list[str]:
    """The facts of one side of a change, one short phrase each."""
    said: list[str] = []
    if part.get("account"):
        said.append(names.accounts.get(part["account"]) or _("account %(number)s") % {"number": part["account"]})
    if "roles" in part:
        roles = ", ".join(str(Role(role).label) for role in part["roles"]) or _("none")
        said.append(_("roles: %(roles)s") % {"roles": roles})
    if "is_active" in part:
        said.append(_("may sign in") if part["is_active"] else _("account closed"))
    if part.get("password"):
        said.append(_("new password"))
    if part.get("channel"):
        said.append(str(Submission.Channel(part["channel"]).label))
    if part.get("signed") is False:
        said.append(_("not signed"))
    if part.get("state"):
        said.append(str(Remark.State(part["state"]).label))
    if part.get("text"):
        said.append(str(Remark.TextState(part["text"]).label))
    if part.get("verification"):
        said.append(str(Submission.Verification(part["verification"]).label))
    if part.get("department"):
        said.append(names.departments.get(part["department"], ""))
    if part.get("due_on"):
        said.append(_("by %(day)s") % {"day": date_format(dt.date.fromisoformat(part["due_on"]), "DATE_FORMAT")})
    if part.get("outcome"):
        said.append(str(Remark.Outcome(part["outcome"]).label))
    if part.get("revision", 1) > 1:
        said.append(_("revision %(number)s") % {"number": part["revision"]})
    if part.get("group"):
        said.append(_("group %(number)s") % {"number": part["group"]})
    if part.get("other"):
        said.append(_("remark %(number)s") % {"number": part["other"]})
    if "topic" in part:
        said.append(names.topics.get(part["topic"], "") or _("no topic"))
    if part.get("attachment"):
        said.append(_("attachment %(number)s") % {"number": part["attachment"]})
    if part.get("scan"):
        said.append(_("scan %(number)s") % {"number": part["scan"]})
    if part.get("version"):
        said.append(_("version %(number)s") % {"number": part["version"]})
    if part.get("published_at"):
        said.append(_("public from %(moment)s") % {"moment": _moment(part["published_at"])})
    if part.get("table"):
        said.append(_("table %(number)s") % {"number": part["table"]})
    if part.get("sheet"):
        said.append(_("sheet %(number)s") % {"number": part["sheet"]})
    if "everything" in part:
        said.append(_("all rows") if part["everything"] else _("only what is accepted"))
    said += [_rule_in_words(name, value) for name, value in part.get("rules", {}).items()]
    said += [_column(name) for name in part.get("texts", [])]
    if part.get("format"):
        said.append(part["format"].upper())
    said += [_filter_in_words(name, value, names) for name, value in part.get("filter", {}).items()]
    if part.get("report"):
        said.append(_("Report no. %(number)s") % {"number": part["report"]})
    if part.get("sha256"):
        said.append(f"SHA-256 {part['sha256'][:12]}…")
    if part.get("kind"):
        said.append(str(ChangeSource.Kind(part["kind"]).label))
    if part.get("from"):
        said.append(part["from"])
    if part.get("passage"):
        said.append(_("passage %(code)s") % {"code": part["passage"]})
    if part.get("voice"):
        said.append(_("voice no. %(number)s") % {"number": part["voice"]})
    if part.get("remarks"):
        said.append(_("remarks: %(number)s") % {"number": part["remarks"]})
    if part.get("reason"):
        said.append(_("reason: %(reason)s") % {"reason": part["reason"]})
    if part.get("fields"):
        said.append(", ".join(str(_FIELDS[name]) for name in part["fields"]))
    said += [f"„{part[name]}”" for name in ("note", "why") if part.get(name)]
    return [phrase for phrase in said if phrase]


_FILTERS: dict[str, str | Promise] = {
    "consultation": gettext_lazy("Consultation"),
    "verb": gettext_lazy("What"),
    "who": gettext_lazy("Who"),
    "from": gettext_lazy("From the day"),
    "to": gettext_lazy("To the day"),
    "number": gettext_lazy("Number"),
}


def _filter_in_words(name: str, value: Any, names: _Names) -> str:
    """What an export was narrowed to."""
    words = str(value)
    if name == "verb":
        words = str(HistoryEntry.Verb(value).label)
    elif name == "who":
        words = names.accounts.get(value, "") or _("the sender")
    return f"{_FILTERS[name]}: {words}"


def _column(name: str) -> str:
    """What a column of a consultation is called."""
    return str(Consultation._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _rule_in_words(name: str, value: Any) -> str:
    """One column of a consultation with its value."""
    field = Consultation._meta.get_field(name)
    if value is None or value == "" or value == []:
        words = _("none")
    elif isinstance(value, bool):
        words = _("yes") if value else _("no")
    elif isinstance(field, models.DateTimeField):
        words = _moment(value)
    elif isinstance(value, list):
        words = ", ".join(str(_FIELDS.get(one, one)) for one in value)
    else:
        words = str(dict(getattr(field, "flatchoices", ())).get(value, value))
    return f"{_column(name)}: {words}"


def _moment(text: str) -> str:
    return date_format(localtime(dt.datetime.fromisoformat(text), WARSAW), "DATETIME_FORMAT")
