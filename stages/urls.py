"""Addresses of the process, its stages, news and information pages."""

from __future__ import annotations

from django.urls import path

from stages import views

app_name = "stages"
urlpatterns = [
    path("etapy/", views.index, name="list"),
    path("etapy/<int:number>/", views.detail, name="detail"),
    path("procesy/<slug:slug>/", views.process, name="process"),
    path("procesy/<slug:slug>/etapy/<int:number>/", views.process_stage, name="process_stage"),
    path("aktualnosci/", views.news, name="news"),
    path("aktualnosci/<slug:slug>/", views.news_detail, name="news_detail"),
    path("informacje/<slug:slug>/", views.page, name="page"),
]
