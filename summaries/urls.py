"""Addresses of the front page, the councillors' summary and the reports."""

from __future__ import annotations

from django.urls import path, re_path

from summaries import report_views, views

FILE = r"(?P<name>sprawozdanie(?:-tom-[0-9]{1,4})?\.(?:pdf|docx|xlsx|csv|json))"

urlpatterns = [
    path("", views.home, name="home"),
    path("podsumowanie/<slug:slug>/", views.summary, name="summary"),
    path("konsultacje/<slug:slug>/sprawozdanie/", report_views.report, name="latest_report"),
    re_path(rf"^konsultacje/(?P<slug>[-\w]+)/{FILE}$", report_views.file, name="latest_report_file"),
    path("konsultacje/<slug:slug>/sprawozdanie/<slug:number>/", report_views.report, name="report"),
    path("konsultacje/<slug:slug>/sprawozdanie/<slug:number>/uwagi/<int:part>/", report_views.rows, name="report_rows"),
    re_path(
        rf"^konsultacje/(?P<slug>[-\w]+)/sprawozdanie/(?P<number>[-\w]+)/{FILE}$",
        report_views.file,
        name="report_file",
    ),
]
