"""What happened here and may matter above. Sent inside the transaction of the verb; receivers must not send mail."""

from django.dispatch import Signal

attendance_recorded = Signal()  # attendance
registration_made = Signal()  # registration, now; also when somebody who is registered asks for the link again
registration_confirmed = Signal()  # registration, now
registration_cancelled = Signal()  # registration, now
registrations_moved_up = Signal()  # registrations (a list, in the order of their numbers), now
event_rescheduled = Signal()  # change, now
event_cancelled = Signal()  # change, now
