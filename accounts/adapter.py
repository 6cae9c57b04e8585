"""What allauth may do here: sign staff in. Nobody can make an account for himself."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class StaffAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by administrators; residents need none."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
