"""What the domain refuses. These errors know nothing of HTTP; each surface turns them into words and a status."""

from __future__ import annotations

from lublin2030.lib.limits import WaitUntil


class ConsultationError(Exception):
    """Any refusal of this app."""


class ConsultationClosed(ConsultationError):
    """Remarks are not taken now: the consultation is not open yet, or is closed."""


class NothingToSend(ConsultationError):
    """A submission without a remark."""


class TooManyRemarks(ConsultationError):
    """A submission with more remarks than one submission may carry."""


class TargetNotInDraft(ConsultationError):
    """The passage or chapter does not belong to this consultation's draft."""


class SenderIncomplete(ConsultationError):
    """A field of the sender that the consultation requires is empty."""


class RemarkGone(ConsultationError):
    """The remark is no longer in the basket: it was sent or taken out in another window."""


class BasketChanged(ConsultationError):
    """The basket is not what its sender has just read: it was changed in another window."""


class RemarkChanged(ConsultationError):
    """The remark in the basket is not what its form was opened with: it was changed in another window."""


class SenderChanged(ConsultationError):
    """Who sends the basket is not what the form was opened with: it was changed in another window."""


class PlaceInOrderGone(ConsultationError):
    """The remark beside which another should be put is no longer in the basket."""


class LinkNotFound(ConsultationError):
    """No basket has this link: it was sent, is too old, or never was."""


class LinkAskedTooOften(ConsultationError):
    """So many mails with the basket's link were asked for that no more is sent for a while."""


class AlreadyVerified(ConsultationError):
    """Somebody has verified the submission in the meantime."""


class ReasonNotOfThisConsultation(ConsultationError):
    """The reason is not on the consultation's list."""


class VerificationInUse(ConsultationError):
    """Verification cannot be reopened: a remark of the submission has been decided."""


class RemarkNotAssignable(ConsultationError):
    """The remark is not verified, is improper, or is decided already."""


class RemarkAlreadyDecided(ConsultationError):
    """Somebody has decided the remark in the meantime, or it is not assigned."""


class JustificationMissing(ConsultationError):
    """A decision without a justification."""


class OutcomeNotOffered(ConsultationError):
    """The consultation does not offer this outcome."""


class WhyMissing(ConsultationError):
    """A step back or a correction without its reason."""


class NothingToReview(ConsultationError):
    """No answer to the remark waits for review: it was reviewed, returned or corrected in the meantime."""


class NothingToApprove(ConsultationError):
    """No reviewed answer to the remark waits for approval."""


class SamePerson(ConsultationError):
    """The consultation asks for different people, and this one had the answer in hand already."""


class TypedByAnother(ConsultationError):
    """The consultation asks for different people, and somebody else has typed the words that would be handed over."""


class CorrectionUnderWay(ConsultationError):
    """A correction of the answer is under way already, or there is no published answer to correct."""


class RemarkNotDecided(ConsultationError):
    """There is no unpublished decision to publish or to return."""


class AlreadyInBatch(ConsultationError):
    """The answer's publication is confirmed already and under way."""


class SelectionChanged(ConsultationError):
    """The answers that wait for publication are not those that were previewed."""


class BatchNotUnderWay(ConsultationError):
    """The publication is finished, or a worker is busy with it."""


class RemarkAnswered(ConsultationError):
    """The sender cannot correct or withdraw the remark any more: the city has decided on it."""


class ImproperCannotChange(ConsultationError):
    """The sender cannot correct or withdraw what was found improper."""


class RemarkWithdrawn(ConsultationError):
    """The sender has withdrawn the remark; that cannot be undone."""


class CorrectedMeanwhile(ConsultationError):
    """The remark is not the revision that was read: its sender has corrected it since."""


class NothingCorrected(ConsultationError):
    """A correction that changes nothing."""


class SenderCorrectedMeanwhile(ConsultationError):
    """The sender's data are not those that were read: they were corrected in another window."""


class SubmissionWithdrawn(ConsultationError):
    """Every remark of the submission is withdrawn: there is nothing left to verify."""


class ConfirmationTooLate(ConsultationError):
    """The e-mail address was not confirmed in time."""


class VersionInPreparation(ConsultationError):
    """The draft has an unpublished version already."""


class AttachmentsNotTaken(ConsultationError):
    """This consultation takes remarks without attachments."""


class TooManyAttachments(ConsultationError):
    """More files than one submission may carry."""


class AttachmentRefused(ConsultationError):
    """The file itself is not accepted; ``fault`` says why (``lublin2030.lib.files.Fault``, or one of the scanner's)."""

    HARMFUL = "harmful"
    UNCHECKED = "unchecked"

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = str(fault)


class AttachmentNotPublishable(ConsultationError):
    """Scans are never public; or somebody has made the attachment public or private in the meantime."""


class TooOften(ConsultationError, WaitUntil):
    """From one internet address something was done more often than is allowed; ``until`` says when it works again."""


class SentTooFast(ConsultationError):
    """Sent sooner after the first remark than a person can read. The same again after ``seconds`` works."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


class TrapFilled(ConsultationError):
    """A field that people do not see was filled in: by a robot, or by a browser that fills in by itself."""


class TextChanged(ConsultationError):
    """The text is not what was read: its sender corrected or withdrew it, or a colleague has decided on it."""


class GroundsMissing(ConsultationError):
    """A redaction without a reason."""


class NotRedacted(ConsultationError):
    """Nothing is taken out, or the text says what its sender did not write."""


class MatchesChanged(ConsultationError):
    """The matches of an imported document are not those that were looked at, or it is not open for them any more."""


class ChapterContinuedTwice(ConsultationError):
    """Two chapters of an imported document would continue the same chapter."""


class PlaceNotInImport(ConsultationError):
    """The imported document has no such place."""


class VersionsNotComparable(ConsultationError):
    """Two versions that are not both published, or not of one draft, or one and the same."""


class VersionAlreadyPublished(ConsultationError):
    """Readers have seen the version already, or somebody has just published it."""


class VersionEmpty(ConsultationError):
    """A version without a passage cannot be published."""


class ImportChanged(ConsultationError):
    """The import is not as the person saw it: it was changed, saved or discarded in another window."""


class ImportOutdated(ConsultationError):
    """Another version was published since the import was matched with the passages."""


class AltTextMissing(ConsultationError):
    """A picture has no alternative text and is not marked as decorative."""


class ChapterTitleMissing(ConsultationError):
    """A chapter needs a title that is not longer than its column."""


class NotPermitted(ConsultationError):
    """The person may not do this."""


class NotReceivedThen(ConsultationError):
    """A letter cannot have been received at that time: it lies in the future or before the opening."""


class LodgedAfterReceipt(ConsultationError):
    """A letter cannot have been handed in or posted after the office received it."""


class LetterChanged(ConsultationError):
    """The letter being typed in was saved meanwhile by another window."""


class KindDoesNotFit(ConsultationError):
    """This kind of remark needs a passage, or a proposed wording, that the remark does not have."""


class ImportNotReady(ConsultationError):
    """The table is not read yet, or is entered or discarded already."""


class RowsRefused(ConsultationError):
    """Everything was to be entered, but the table has refused rows."""


class TableUnreadable(ConsultationError):
    """The file is no table that can be read. ``code`` says why, ``detail`` names what of it (no person's data)."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


class PassageUnchanged(ConsultationError):
    """The passage reads the same, at the same place, in the version published before."""


class NotOfThisConsultation(ConsultationError):
    """The remark, opinion or passage belongs to another consultation."""


class OutcomeNotDecided(ConsultationError):
    """The remark has no answer yet, so nothing can follow from it."""


class OutcomeChangesNothing(ConsultationError):
    """The remark's outcome promises no other words, so no change can come from it."""


class OpinionNotReceived(ConsultationError):
    """The institution has said nothing that could have changed the text."""


class AlreadyLinked(ConsultationError):
    """This passage points to this source already; a passage has one editorial note."""


class LinkGone(ConsultationError):
    """Somebody has removed the link, or withdrawn the explanation, in the meantime."""


class NoteMissing(ConsultationError):
    """An editorial change, or an explanation, without a word on it."""


class ChangesNotReady(ConsultationError):
    """The version is not public, is the first one, or has not been compared with the one before it yet."""


class NothingToExplain(ConsultationError):
    """The remark's outcome promises no change, or changed words carry it already."""


class GroupChanged(ConsultationError):
    """The group is not as the person saw it: it was decided, or a remark left, was withdrawn or taken in meanwhile."""


class TooFewInGroup(ConsultationError):
    """A group needs at least two remarks."""


class RemarkInAnotherGroup(ConsultationError):
    """The remark is in another confirmed group."""


class NotOnOnePassage(ConsultationError):
    """Only two different remarks on one passage of one consultation can contradict each other."""


class ContradictionChanged(ConsultationError):
    """The contradiction is flagged already, or was dismissed meanwhile."""


class TopicChanged(ConsultationError):
    """The remark has another topic than the person saw, or the topic is of another consultation."""


class AnswerDraftChanged(ConsultationError):
    """The answer being typed is not what this window has read: somebody, or another window, saved it meanwhile."""


class AnswerNotTyped(ConsultationError):
    """There is no answer to type now: the remark is not this department's, or is answered already."""


class AnswerDraftTooLong(ConsultationError):
    """More is typed than is kept of an answer that is not handed over."""


class NoteEmpty(ConsultationError):
    """A private note without a word."""


class TemplateIncomplete(ConsultationError):
    """A template of justifications without a title or a text."""


class TopicNotOfThisConsultation(ConsultationError):
    """The topic belongs to another consultation."""


class TopicSetAlready(ConsultationError):
    """The remark has this topic already."""


class ChoiceGone(ConsultationError):
    """The department or topic that was chosen for many remarks is deleted."""


class ListChanged(ConsultationError):
    """The remarks of a filter are not those that were counted and shown; ``number`` says how many there are now."""

    def __init__(self, number: int = 0) -> None:
        super().__init__()
        self.number = number
