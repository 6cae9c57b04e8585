"""Django's record pages in the portal's dress, at ``/zaplecze/``. Work is done at the desk; records are kept here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _


class PortalAdminConfig(AdminConfig):
    default_site = "lublin2030.admin.PortalAdminSite"


class PortalAdminSite(admin.AdminSite):
    """Asks the portal's own sign-in, and opens for staff roles only."""

    site_header = _("Back office: records")
    site_title = _("Back office")
    index_title = _("Records")
    enable_nav_sidebar = False

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The portal's sign-in page; one who is signed in with the wrong role is refused instead of asked again."""
        # Imported here: this module is read before the models are.
        from django.contrib.auth.views import redirect_to_login

        index = reverse("admin:index", current_app=self.name)
        wanted = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
            wanted = index
        if not request.user.is_authenticated:
            return redirect_to_login(wanted)
        if not self.has_permission(request):
            raise PermissionDenied
        # Not redirect(): it takes a word without a slash for the name of a view, and fails where there is none.
        return HttpResponseRedirect(wanted)
