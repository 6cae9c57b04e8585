"""Addresses of the desk's queues, under ``/biurko/``."""

from __future__ import annotations

from django.urls import path

from consultations.views import (
    attachments,
    bulk,
    desk,
    desk_drafts,
    history,
    intake,
    matching,
    redaction,
    sheets,
    tables,
)

urlpatterns = [
    path("weryfikacja/", desk.verification, name="verification"),
    path("zgloszenia/<int:pk>/", desk.submission, name="submission"),
    path("przydzial/", desk.assignment, name="assignment"),
    path("odpowiedzi/", desk.answers, name="answers"),
    path("sprawdzanie/", desk.review, name="review"),
    path("zatwierdzanie/", desk.approval, name="approval"),
    path("publikacja/", desk.publication, name="publication"),
    path("podsumowania/", desk.summaries, name="summaries"),
    path("importy/<int:pk>/dopasowanie/", matching.import_matches, name="import_matches"),
    path("uwagi/<int:pk>/", desk.remark, name="remark"),
    path("zalaczniki/<int:pk>/", attachments.of_the_desk, name="attachment"),
    path("wpisz/", intake.intake, name="intake"),
    path("wpisz/<slug:slug>/", intake.letter, name="letter"),
    path("wpisz/<slug:slug>/szkic/", intake.letter_draft, name="letter_draft"),
    path("wpisz/<slug:slug>/porzuc/", intake.discard_letter, name="discard_letter"),
    path("wpisz/<slug:slug>/fragment/", intake.letter_place, name="letter_place"),
    path("wpisz/<slug:slug>/tabela/", tables.table_imports, name="table_imports"),
    path("wpisz/<slug:slug>/tabela/wzor.xlsx", tables.table_template, {"form": "xlsx"}, name="table_template"),
    path("wpisz/<slug:slug>/tabela/wzor.csv", tables.table_template, {"form": "csv"}, name="table_template"),
    path("wpisz/<slug:slug>/tabela/<int:pk>/", tables.table_import, name="table_import"),
    path("zbiorczo/", bulk.bulk, name="bulk"),
    path("zbiorczo/arkusz.xlsx", sheets.export, name="sheet_export"),
    path("zbiorczo/arkusze/<slug:slug>/", sheets.answer_sheets, name="sheets"),
    path("zbiorczo/arkusze/<slug:slug>/<int:pk>/", sheets.answer_sheet, name="sheet"),
    path("zbiorczo/czynnosci/", bulk.actions, name="bulk_actions"),
    path("zbiorczo/<int:pk>/", bulk.action, name="bulk_action"),
    path("zbiorczo/<int:pk>/wynik.csv", bulk.result, name="bulk_result"),
    path("historia/", history.history, name="history"),
    path("historia/eksport/", history.export, name="history_export"),
    path("teksty/", redaction.texts, name="texts"),
    path("uwagi/<int:pk>/tekst/", redaction.text, name="text"),
    path("projekty/", desk_drafts.drafts, name="drafts"),
    path("projekty/<int:pk>/import/", desk_drafts.bring_in, name="draft_import"),
    path("wersje/<int:pk>/publikacja/", desk_drafts.publish, name="publish_version"),
    path("importy/<int:pk>/", desk_drafts.one_import, name="import"),
    path("importy/<int:pk>/obrazy/<str:sha256>/", desk_drafts.picture, name="import_picture"),
]
