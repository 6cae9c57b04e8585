"""Addresses of the desk's pages of reports, under ``/biurko/``."""

from __future__ import annotations

from django.urls import path, re_path

from summaries import desk_views
from summaries.urls import FILE

urlpatterns = [
    path("sprawozdania/", desk_views.reports, name="reports"),
    path("sprawozdania/<slug:slug>/", desk_views.report, name="report"),
    path("sprawozdania/<slug:slug>/zamroz/", desk_views.freeze, name="freeze_report"),
    path("sprawozdania/<slug:slug>/wycofaj/<slug:number>/", desk_views.withhold, name="withhold_report"),
    path("sprawozdania/<slug:slug>/wycofane/<slug:number>/", desk_views.withheld, name="report_withheld"),
    path(
        "sprawozdania/<slug:slug>/wycofane/<slug:number>/uwagi/<int:part>/",
        desk_views.withheld_rows,
        name="report_withheld_rows",
    ),
    re_path(
        rf"^sprawozdania/(?P<slug>[-\w]+)/wycofane/(?P<number>[-\w]+)/{FILE}$",
        desk_views.withheld_file,
        name="report_withheld_file",
    ),
    path("sprawozdania/<slug:slug>/projekt/", desk_views.draft, name="report_draft"),
    path("sprawozdania/<slug:slug>/projekt/uwagi/<int:part>/", desk_views.draft_rows, name="report_draft_rows"),
    re_path(rf"^sprawozdania/(?P<slug>[-\w]+)/projekt/{FILE}$", desk_views.draft_file, name="report_draft_file"),
]
