"""The resident's way: write remarks, say who you are, check, send. No account, no JavaScript needed."""

from __future__ import annotations

from consultations.views.submitting.links import basket_link, open_link
from consultations.views.submitting.remarks import edit_remark, move_remark, new_remark, remove_remark
from consultations.views.submitting.sending import basket, review

__all__ = ["basket", "basket_link", "edit_remark", "move_remark", "new_remark", "open_link", "remove_remark", "review"]
