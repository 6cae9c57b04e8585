"""Addresses of following."""

from __future__ import annotations

from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("konsultacje/<slug:slug>/obserwuj/", views.follow, name="follow"),
    path("obserwuj/<slug:word>/<str:key>/", views.follow_target, name="follow_target"),
    path("obserwowanie/<str:token>/", views.following_page, name="following"),
    path("obserwowanie/<str:token>/potwierdz/", views.confirm, name="confirm"),
    path("obserwowanie/<str:token>/wypisz/", views.unsubscribe, name="unsubscribe"),
    path("obserwowanie/<str:token>/wypisz/<slug:word>/", views.end_digests, name="end_digests"),
    path("obserwowanie/<str:token>/wyslij-link/", views.send_link, name="send_link"),
    path("obserwowanie/<str:token>/wszystko/", views.followings, name="followings"),
]
