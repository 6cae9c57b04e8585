"""Addresses of the desk's queues, under ``/biurko/``."""

from __future__ import annotations

from django.urls import path

from consultations.views import desk, matching, redaction

urlpatterns = [
    path("weryfikacja/", desk.verification, name="verification"),
    path("zgloszenia/<int:pk>/", desk.submission, name="submission"),
    path("przydzial/", desk.assignment, name="assignment"),
    path("odpowiedzi/", desk.answers, name="answers"),
    path("publikacja/", desk.publication, name="publication"),
    path("podsumowania/", desk.summaries, name="summaries"),
    path("importy/<int:pk>/dopasowanie/", matching.import_matches, name="import_matches"),
    path("uwagi/<int:pk>/", desk.remark, name="remark"),
    path("teksty/", redaction.texts, name="texts"),
    path("uwagi/<int:pk>/tekst/", redaction.text, name="text"),
]
