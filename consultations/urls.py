"""Addresses of the residents' pages."""

from __future__ import annotations

from django.urls import include, path

from consultations.views import (
    attachments,
    blank_forms,
    comparing,
    correcting,
    drafts,
    reading,
    submitting,
    tracking,
    voices,
)

app_name = "consultations"

one_consultation = [
    path("", reading.detail, name="detail"),
    path("formularz.pdf", blank_forms.blank_form_as_pdf, name="blank_form_pdf"),
    path("formularz.docx", blank_forms.blank_form_as_docx, name="blank_form_docx"),
    path("projekt/", drafts.draft, name="draft"),
    path("projekt/<int:number>/", drafts.chapter, name="chapter"),
    path("projekt/szukaj/", drafts.search, name="search_draft"),
    path("projekt/projekt.pdf", drafts.download, {"format": "pdf"}, name="draft_pdf"),
    path("projekt/projekt.docx", drafts.download, {"format": "docx"}, name="draft_docx"),
    path("projekt/obrazy/<str:sha256>/", drafts.image, name="draft_image"),
    path("projekt/porownaj/", comparing.compare, name="compare"),
    path("projekt/fragment/<slug:code>/", comparing.passage, name="passage"),
    path("projekt/fragment/<slug:code>/glosy/", voices.passage_voices, name="passage_voices"),
    path("uwagi/", reading.register, name="register"),
    path("uwagi/<str:number>/", reading.remark, name="remark"),
    path("zglos/", submitting.basket, name="basket"),
    path("zglos/uwaga/", submitting.new_remark, name="new_remark"),
    path("zglos/uwaga/<int:pk>/", submitting.edit_remark, name="edit_remark"),
    path("zglos/uwaga/<int:pk>/usun/", submitting.remove_remark, name="remove_remark"),
    path("zalaczniki/<str:token>/", attachments.of_the_public, name="attachment"),
    path("zglos/uwaga/<int:pk>/przesun/", submitting.move_remark, name="move_remark"),
    path("zglos/link/", submitting.basket_link, name="basket_link"),
    path("zglos/wroc/<str:token>/", submitting.open_link, name="open_link"),
    path("zglos/sprawdz/", submitting.review, name="review"),
]

urlpatterns = [
    path("konsultacje/", reading.index, name="list"),
    path("konsultacje/<slug:slug>/", include(one_consultation)),
    path("zgloszenie/potwierdz/<str:token>/", correcting.confirm, name="confirm"),
    path("zgloszenie/<str:token>/", tracking.case, name="tracking"),
    path("zgloszenie/<str:token>/potwierdzenie/", tracking.receipt, name="receipt"),
    path("zgloszenie/<str:token>/zalaczniki/<int:pk>/", attachments.of_the_sender, name="sent_attachment"),
    path("zgloszenie/<str:token>/potwierdzenie.pdf", tracking.receipt_pdf, name="receipt_pdf"),
    path("zgloszenie/<str:token>/link/", correcting.confirm_again, name="confirm_again"),
    path("zgloszenie/<str:token>/nadawca/", correcting.sender, name="correct_sender"),
    path("zgloszenie/<str:token>/wycofaj/", correcting.withdraw, name="withdraw_submission"),
    path("zgloszenie/<str:token>/uwaga/<int:ordinal>/popraw/", correcting.remark, name="correct_remark"),
    path("zgloszenie/<str:token>/uwaga/<int:ordinal>/wycofaj/", correcting.withdraw, name="withdraw_remark"),
]
