"""Django's record pages in the portal's dress, at ``/zaplecze/``. Work is done at the desk; records are kept here."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class PortalAdminConfig(AdminConfig):
    default_site = "lublin2030.admin.PortalAdminSite"


class PortalAdminSite(admin.AdminSite):
    """Asks the portal's own sign-in, and opens for staff roles only."""

    site_header = _("Back office: records")
    site_title = _("Back office")
    index_title = _("Records")
    enable_nav_sidebar = False
    login_template = "admin/login.html"
