"""Addresses of surveys at the desk, under ``/biurko/``."""

from __future__ import annotations

from django.urls import path

from participation.survey_views import desk, desk_answers

urlpatterns = [
    path("ankiety/", desk.surveys, name="surveys"),
    path("ankiety/nowa/", desk.new, name="new_survey"),
    path("ankiety/papier/", desk_answers.papers, name="survey_papers"),
    path("ankiety/<slug:slug>/", desk.survey, name="survey"),
    path("ankiety/<slug:slug>/ustawienia/", desk.settings_of, name="survey_settings"),
    path("ankiety/<slug:slug>/pytania/nowe/", desk.question, name="survey_new_question"),
    path("ankiety/<slug:slug>/pytania/<slug:code>/", desk.question, name="survey_question"),
    path("ankiety/<slug:slug>/podglad/", desk.preview, name="survey_preview"),
    path("ankiety/<slug:slug>/publikacja/", desk.publish, name="survey_publish"),
    path("ankiety/<slug:slug>/zaproszenia/", desk_answers.invitations, name="survey_invitations"),
    path("ankiety/<slug:slug>/zaproszenia/<int:pk>/", desk_answers.batch, name="survey_batch"),
    path("ankiety/<slug:slug>/kioski/", desk_answers.kiosks, name="survey_kiosks"),
    path("ankiety/<slug:slug>/papier/", desk_answers.paper, name="survey_paper"),
    path("ankiety/<slug:slug>/slowa/", desk_answers.words, name="survey_words"),
    path("ankiety/<slug:slug>/eksport/<str:form>", desk_answers.take_away, name="survey_export"),
]
