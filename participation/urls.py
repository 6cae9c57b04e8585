"""Addresses of events, the map, voices, the ledger, the working groups and surveys."""

from __future__ import annotations

from django.urls import path

from participation import map_views, registration_views, views, voice_views
from participation.feeds import EventFeed
from participation.survey_views import answering, reading

app_name = "participation"
urlpatterns = [
    path("wydarzenia/", views.events, name="events"),
    path("wydarzenia/mapa/", map_views.district_map, name="map"),
    path("dzielnice/<slug:slug>/", map_views.district, name="district"),
    path("wydarzenia/kalendarz.ics", views.events_ics, name="events_ics"),
    path("wydarzenia/atom.xml", EventFeed(), name="events_atom"),
    path("wydarzenia/seria/<slug:slug>/", views.series, name="series"),
    path("wydarzenia/<slug:slug>.ics", views.event_ics, name="event_ics"),
    path("wydarzenia/<slug:slug>/", views.event, name="event"),
    path("glosy/", voice_views.voices, name="voices"),
    path("glosy/<int:pk>/", voice_views.voice, name="voice"),
    path("kierunki/", voice_views.directions, name="directions"),
    path("kierunki/<slug:slug>/", voice_views.direction, name="direction"),
    path("wydarzenia/<slug:slug>/zapisy/", registration_views.registering, name="registering"),
    path("zapisy/<str:token>/", registration_views.registration, name="registration"),
    path("liczby/", views.ledger, name="ledger"),
    path("liczby/<slug:unit>/", views.ledger_unit, name="ledger_unit"),
    path("grupy-robocze/", views.groups, name="groups"),
    path("ankiety/", reading.surveys, name="surveys"),
    path("ankiety/odpowiedz/<str:token>/", answering.resume, name="survey_resume"),
    path("ankiety/<slug:slug>/", answering.survey, name="survey"),
    path("ankiety/<slug:slug>/strona/<int:number>/", answering.page, name="survey_page"),
    path("ankiety/<slug:slug>/zapisane/", answering.saved, name="survey_saved"),
    path("ankiety/<slug:slug>/dziekujemy/", answering.thanks, name="survey_thanks"),
    path("ankiety/<slug:slug>/kod/<str:code>/", answering.code_link, name="survey_code"),
    path("ankiety/<slug:slug>/kiosk/", answering.kiosk, name="survey_kiosk"),
    path("ankiety/<slug:slug>/kiosk/<str:token>/", answering.open_as_kiosk, name="survey_open_kiosk"),
    path("ankiety/<slug:slug>/wyniki/", reading.results, name="survey_results"),
    path("ankiety/<slug:slug>/wyniki.csv", reading.open_data, name="survey_open_data"),
]
