"""What happened here and may matter above. Sent inside the transaction of the verb; receivers must not send mail."""

from django.dispatch import Signal

submission_received = Signal()  # submission
submission_verified = Signal()  # submission
confirmation_asked_again = Signal()  # submission, now
remark_corrected = Signal()  # remark
remarks_withdrawn = Signal()  # submission, remarks
sender_corrected = Signal()  # submission, old_email; sent only when the e-mail address has changed
batch_published = Signal()  # batch; when all of its answers are public
draft_version_published = Signal()  # version
basket_link_asked = Signal()  # basket, email, language, now; a receiver that refuses raises LinkAskedTooOften
note_written = Signal()  # note, mentioned: the colleagues who are mentioned in it
