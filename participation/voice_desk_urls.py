"""Addresses of the desk that belong to voices, under ``/biurko/glosy/``."""

from __future__ import annotations

from django.urls import path

from participation import voice_desk, voice_entry, voice_tables

urlpatterns = [
    path("glosy/", voice_desk.voices, name="voices"),
    path("glosy/<int:pk>/", voice_desk.voice, name="voice"),
    path("glosy/nowy/", voice_entry.new_voice, name="new_voice"),
    path("glosy/siatka/", voice_entry.grid, name="voice_grid"),
    path("glosy/siatka/wiersz/", voice_entry.grid_row, name="voice_grid_row"),
    path("glosy/tabela/", voice_tables.voice_imports, name="voice_imports"),
    path("glosy/tabela/wzor.xlsx", voice_tables.voice_template, {"form": "xlsx"}, name="voice_template_xlsx"),
    path("glosy/tabela/wzor.csv", voice_tables.voice_template, {"form": "csv"}, name="voice_template_csv"),
    path("glosy/tabela/<int:pk>/", voice_tables.voice_import, name="voice_import"),
    path("glosy/tabela/<int:pk>/odrzucone.csv", voice_tables.refused, name="voice_import_refused"),
]
