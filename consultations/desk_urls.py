"""Addresses of the desk's queues, under ``/biurko/``."""

from __future__ import annotations

from django.urls import path

from consultations.views import desk, desk_drafts, matching, redaction

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
    path("projekty/", desk_drafts.drafts, name="drafts"),
    path("projekty/<int:pk>/import/", desk_drafts.bring_in, name="draft_import"),
    path("wersje/<int:pk>/publikacja/", desk_drafts.publish, name="publish_version"),
    path("importy/<int:pk>/", desk_drafts.one_import, name="import"),
    path("importy/<int:pk>/obrazy/<str:sha256>/", desk_drafts.picture, name="import_picture"),
]
