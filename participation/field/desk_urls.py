"""Addresses of the desk's pages of the field, under ``/biurko/teren/``."""

from __future__ import annotations

from django.urls import path

from participation.field import desk

urlpatterns = [
    path("", desk.cards, name="field"),
    path("karty/<int:pk>/", desk.card, name="field_card"),
    path("liczenie/", desk.counts, name="field_counts"),
    path("zdjecia/", desk.photos, name="field_photos"),
    path("zdjecia/<int:pk>/plik/", desk.photo_image, name="field_photo_image"),
    path("urzadzenia/", desk.devices, name="field_devices"),
]
