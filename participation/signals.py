"""What happened here and may matter above. Sent inside the transaction of the verb; receivers must not send mail."""

from django.dispatch import Signal

attendance_recorded = Signal()  # attendance
