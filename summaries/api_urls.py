"""Addresses of the open data, under ``/api/v1/``."""

from __future__ import annotations

from django.urls import path

from summaries import api

urlpatterns = [
    path("", api.Root.as_view(), name="api-root"),
    path("processes/", api.Processes.as_view(), name="api-processes"),
    path("stages/", api.Stages.as_view(), name="api-stages"),
    path("events/", api.Events.as_view(), name="api-events"),
    path("figures/", api.Figures.as_view(), name="api-figures"),
    path("voices/", api.Voices.as_view(), name="api-voices"),
    path("consultations/", api.Consultations.as_view(), name="api-consultations"),
    path("consultations/<slug:slug>/", api.OneConsultation.as_view(), name="api-consultation"),
    path("consultations/<slug:slug>/draft/", api.Draft.as_view(), name="api-draft"),
    path("consultations/<slug:slug>/remarks/", api.Remarks.as_view(), name="api-remarks"),
    path("consultations/<slug:slug>/remarks/<str:number>/", api.OneRemark.as_view(), name="api-remark"),
    path("consultations/<slug:slug>/summary/", api.OneSummary.as_view(), name="api-summary"),
    path("consultations/<slug:slug>/report/", api.OneReport.as_view(), name="api-report"),
]
