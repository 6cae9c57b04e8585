"""The form to print, of one consultation."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from consultations.blank_forms import blank_form_docx, blank_form_pdf
from consultations.views.shared import public_consultation

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_safe
def blank_form_as_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The blank form as tagged PDF, in the language of the address."""
    consultation = public_consultation(slug, timezone.now())
    return _file(blank_form_pdf(consultation), "application/pdf", f"formularz-{slug}.pdf")


@require_safe
def blank_form_as_docx(request: HttpRequest, slug: str) -> HttpResponse:
    """The blank form as DOCX, in the language of the address."""
    consultation = public_consultation(slug, timezone.now())
    return _file(blank_form_docx(consultation), DOCX, f"formularz-{slug}.docx")


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
