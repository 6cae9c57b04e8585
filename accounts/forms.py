"""The form in which an administrator makes and changes an account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import User
from accounts.roles import Role

# The sign-in form's link comes from allauth, whose Polish words speak to a man only; our catalogue goes before its.
gettext_noop("Forgot your password?")


class AccountForm(forms.ModelForm[User]):
    """E-mail address, name, and the roles as boxes to check. The password is the person's own matter."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=Role.choices, widget=forms.CheckboxSelectMultiple, required=False
    )

    class Meta:
        model = User
        fields = ("email", "name", "is_active")
        help_texts = {
            "is_active": _(
                "Accounts are closed, never deleted: the history keeps who did what. To close one, take the mark away."
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            names = set(self.instance.groups.values_list("name", flat=True))
            self.initial["roles"] = [role.value for role in Role if role.value in names]

    def clean_email(self) -> str:
        """The address in small letters, as it is compared when signing in; refused when another account has it."""
        email = str(self.cleaned_data["email"]).strip().lower()
        if User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("An account with this e-mail address exists already."))
        return email
