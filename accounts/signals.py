"""What happened to accounts, for the apps above."""

from __future__ import annotations

from django.dispatch import Signal

# user: whose account; by: the person who did it; before, after: what of it changed (``roles``, ``is_active``,
# ``password`` without its value). Sent inside the transaction.
account_changed = Signal()
