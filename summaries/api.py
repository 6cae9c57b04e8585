"""Open data under ``/api/v1/``: read-only, for everybody, never personal data.

A parameter that cannot be understood is refused with 400 and a sentence: a program that misspells a filter must not
take the whole for the part. Lists page by key: follow ``next`` until it is null.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, TypeVar

from django.db.models import Model, Prefetch, QuerySet
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from consultations.filters import RegisterFilter
from consultations.models import ChapterText, Consultation, DraftVersion, PassageText, Remark, Submission
from consultations.models.remarks import POSITION_STEP
from consultations.places import with_places
from lublin2030.lib.paging import page_by_key, read_key
from participation.models import District, Event, Figure, Theme, Voice
from stages.models import Milestone, Process, Result, Stage
from summaries.counts import summarise
from summaries.models import ConsultationReport
from summaries.serializers import (
    ConsultationSerializer,
    DraftSerializer,
    EventSerializer,
    FigureSerializer,
    ProcessSerializer,
    RemarkSerializer,
    ReportSerializer,
    StageSerializer,
    SummarySerializer,
    VoiceSerializer,
    WithheldReportSerializer,
)

Known = TypeVar("Known", bound=Model)
Records = TypeVar("Records", bound=QuerySet[Any])
PAGE = 50
LARGEST_PAGE = 200
# The API's names of the register's filters, and theirs in the addresses of the register.
REGISTER_PARAMETERS = {
    "chapter": "rozdzial",
    "passage": "fragment",
    "topic": "temat",
    "district": "dzielnica",
    "channel": "kanal",
    "standing": "stan",
    "search": "q",
}


def parameter(name: str, description: str, *, enum: Sequence[str] | None = None, type: Any = str) -> OpenApiParameter:
    """A parameter of an address, for the schema."""
    return OpenApiParameter(name, type, OpenApiParameter.QUERY, description=description, enum=enum)


class OpenData(APIView):
    """Answers that any page on the web may read; the moment of the answer is ``self.now``."""

    http_method_names = ["get", "head", "options"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.now: dt.datetime = timezone.now()

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    def choice(self, name: str, allowed: Sequence[str]) -> str:
        """A parameter that must be one of the words, or empty where it is missing; else 400."""
        value = self.request.query_params.get(name, "")
        if value and value not in allowed:
            raise ValidationError({name: [f"Use one of: {', '.join(allowed)}."]})
        return value

    def whole_number(self, name: str, *, smallest: int, largest: int) -> int | None:
        """A parameter that must be a whole number within the bounds, or None where it is missing; else 400."""
        text = self.request.query_params.get(name)
        if text is None:
            return None
        number = read_key(text)
        if number is None or not smallest <= number <= largest:
            raise ValidationError({name: [f"Use a whole number from {smallest} to {largest}."]})
        return number

    def consultation(self, slug: str) -> Consultation:
        """A public consultation; 404 otherwise."""
        return get_object_or_404(Consultation.objects.for_reading(self.now), slug=slug)

    def showing_consultation(self, slug: str) -> Consultation:
        """A public consultation whose remarks are public; 403 with the date before that: an empty list would lie."""
        consultation = self.consultation(slug)
        if not consultation.shows_remarks(self.now):
            raise PermissionDenied(f"Remarks are public from {consultation.remarks_shown_from.isoformat()}.")
        return consultation


class KeyPagination(BasePagination):
    """Pages by key: ``next`` is the address of the page that follows, null on the last."""

    next_url: str | None = None

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        size = view.whole_number("per_page", smallest=PAGE, largest=LARGEST_PAGE) or PAGE
        after = view.whole_number("after", smallest=0, largest=10**18)
        page = page_by_key(queryset, key=view.page_key, size=size, after=after)
        if page.has_next:
            self.next_url = replace_query_param(request.build_absolute_uri(), "after", str(page.after))
        return list(page.rows)

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.next_url, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {"next": {"type": "string", "format": "uri", "nullable": True}, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": "after",
                "in": "query",
                "description": "The key after which the page begins; take it from next.",
                "schema": {"type": "integer", "minimum": 0},
            },
            {
                "name": "per_page",
                "in": "query",
                "description": "How many records a page has.",
                "schema": {"type": "integer", "minimum": PAGE, "maximum": LARGEST_PAGE, "default": PAGE},
            },
        ]


class OpenList(OpenData, generics.ListAPIView[Any]):
    """A list in pages, in the order of ``page_key``."""

    pagination_class = KeyPagination
    page_key = "id"

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "now": timezone.now()}


class Root(OpenData):
    """Where everything is."""

    @extend_schema(responses={200: {"type": "object", "additionalProperties": {"type": "string", "format": "uri"}}})
    def get(self, request: Request) -> Response:
        """The addresses of the lists, and of the schema."""
        names = {
            name: f"api-{name}"
            for name in ("processes", "stages", "events", "figures", "voices", "consultations", "schema")
        }
        return Response({name: request.build_absolute_uri(reverse(address)) for name, address in names.items()})


class Processes(OpenList):
    """Processes of writing a strategy."""

    serializer_class = ProcessSerializer
    queryset = Process.objects.select_related("parent")


@extend_schema(parameters=[parameter("process", "The process's slug.")])
class Stages(OpenList):
    """Stages with their results and milestones."""

    serializer_class = StageSerializer
    queryset = Stage.objects.select_related("process").prefetch_related(
        Prefetch("results", queryset=Result.objects.select_related("stage__process")),
        Prefetch("milestones", queryset=Milestone.objects.select_related("stage__process")),
    )

    def get_queryset(self) -> QuerySet[Stage]:
        return of_process(self, self.queryset)


@extend_schema(
    parameters=[
        parameter("process", "The process's slug."),
        parameter("stage", "The stage's number.", type=int),
        parameter("kind", "The kind of event.", enum=Event.Kind.values),
        parameter("district", "The district's slug."),
        parameter("when", "Coming or past events only.", enum=["coming", "past"]),
    ]
)
class Events(OpenList):
    """Public events."""

    serializer_class = EventSerializer
    queryset = Event.objects.public().select_related("process", "stage", "district")

    def get_queryset(self) -> QuerySet[Event]:
        events = of_process(self, self.queryset)
        stage = self.whole_number("stage", smallest=1, largest=39)
        kind = self.choice("kind", Event.Kind.values)
        when = self.choice("when", ["coming", "past"])
        district = self.request.query_params.get("district", "")
        if stage:
            events = events.filter(stage__number=stage)
        if kind:
            events = events.filter(kind=kind)
        if district:
            events = events.filter(district=known(District.objects.all(), "district", district))
        if when:
            events = events.coming(self.now) if when == "coming" else events.past(self.now)
        return events


@extend_schema(
    parameters=[
        parameter("process", "The process's slug."),
        parameter("stage", "The stage's number.", type=int),
        parameter("unit", "The unit of the value.", enum=Figure.Unit.values),
    ]
)
class Figures(OpenList):
    """The ledger: what each activity counted."""

    serializer_class = FigureSerializer
    queryset = Figure.objects.select_related("process", "stage", "event")

    def get_queryset(self) -> QuerySet[Figure]:
        figures = of_process(self, self.queryset)
        stage = self.whole_number("stage", smallest=1, largest=39)
        unit = self.choice("unit", Figure.Unit.values)
        if stage:
            figures = figures.filter(stage__number=stage)
        return figures.filter(unit=unit) if unit else figures


@extend_schema(
    parameters=[
        parameter("process", "The process's slug."),
        parameter("event", "The event's slug."),
        parameter("theme", "The theme's slug."),
        parameter("district", "The district's slug."),
        parameter("channel", "How it was heard.", enum=Voice.Channel.values),
    ]
)
class Voices(OpenList):
    """Public voices of residents. Nobody is named, and no age is told."""

    serializer_class = VoiceSerializer
    queryset = Voice.objects.public().for_list().prefetch_related("directions")

    def get_queryset(self) -> QuerySet[Voice]:
        voices = of_process(self, self.queryset)
        channel = self.choice("channel", Voice.Channel.values)
        if channel:
            voices = voices.filter(channel=channel)
        for name, records in (
            ("event", Event.objects.public()),
            ("theme", Theme.objects.all()),
            ("district", District.objects.all()),
        ):
            slug = self.request.query_params.get(name, "")
            if slug:
                voices = voices.filter(**{name: known(records, name, slug)})
        return voices


@extend_schema(parameters=[parameter("process", "The process's slug.")])
class Consultations(OpenList):
    """Public consultations."""

    serializer_class = ConsultationSerializer
    queryset = Consultation.objects.all()

    def get_queryset(self) -> QuerySet[Consultation]:
        return of_process(self, Consultation.objects.for_reading(timezone.now()))


class OneConsultation(OpenData):
    """A public consultation."""

    @extend_schema(responses=ConsultationSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """The consultation with its counters."""
        consultation = self.consultation(slug)
        return Response(ConsultationSerializer(consultation, context={"request": request, "now": self.now}).data)


class Draft(OpenData):
    """The text under consultation."""

    @extend_schema(responses=DraftSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """The latest published version of the draft, chapter by chapter; 404 where none is public."""
        consultation = self.consultation(slug)
        passages = Prefetch(
            "passages",
            queryset=PassageText.objects.select_related("passage", "chapter").order_by("position"),
            to_attr="read_passages",
        )
        chapters = ChapterText.objects.select_related("chapter").order_by("number").prefetch_related(passages)
        version = (
            DraftVersion.objects.published(self.now)
            .filter(draft__consultation=consultation)
            .select_related("draft__consultation")
            .prefetch_related(Prefetch("chapters", queryset=chapters, to_attr="read_chapters"))
            .first()
        )
        if version is None:
            raise Http404
        return Response(DraftSerializer(version, context={"request": request, "consultation": consultation}).data)


@extend_schema(
    parameters=[
        parameter("chapter", "The chapter's number in the latest version; 0: remarks on the whole document."),
        parameter("passage", "The passage's lasting code."),
        parameter("topic", "The topic's slug."),
        parameter("district", "The district's slug."),
        parameter("channel", "How it came.", enum=Submission.Channel.values),
        parameter("standing", "What became of it.", enum=Remark.Standing.values),
        parameter("search", "Words in any Polish form, with or without diacritics, or a remark's number."),
    ]
)
class Remarks(OpenList):
    """The public register of a consultation's remarks, by number."""

    serializer_class = RemarkSerializer
    queryset = Remark.objects.all()
    page_key = "position"

    def get_queryset(self) -> QuerySet[Remark]:
        consultation = self.showing_consultation(self.kwargs["slug"])
        remarks = Remark.objects.for_public_table(self.now).filter(consultation=consultation)
        return (
            read_filter(self, consultation)
            .found_in(remarks)
            .select_related("chapter", "passage")
            .with_changes(self.now)
        )

    def paginate_queryset(self, queryset: Any) -> Any:
        return with_places(super().paginate_queryset(queryset) or [])


class OneRemark(OpenData):
    """A remark of the public register."""

    @extend_schema(
        parameters=[OpenApiParameter("number", OpenApiTypes.STR, OpenApiParameter.PATH, description="12.3")],
        responses=RemarkSerializer,
    )
    def get(self, request: Request, slug: str, number: str) -> Response:
        """The remark with the city's published answers."""
        submission, ordinal = (read_key(part) for part in number.partition(".")[::2])
        if not submission or not ordinal or ordinal >= POSITION_STEP or submission >= 10**9:
            raise Http404
        consultation = self.showing_consultation(slug)
        remarks = Remark.objects.for_public_table(self.now).select_related("chapter", "passage").with_changes(self.now)
        remark = get_object_or_404(remarks, consultation=consultation, position=submission * POSITION_STEP + ordinal)
        [placed] = with_places([remark])
        return Response(RemarkSerializer(placed, context={"request": request}).data)


class OneSummary(OpenData):
    """A consultation in numbers."""

    @extend_schema(responses=SummarySerializer)
    def get(self, request: Request, slug: str) -> Response:
        """The same numbers as on the summary's page; 404 until the city publishes it."""
        consultation = self.consultation(slug)
        if not consultation.summary_is_public(self.now):
            raise Http404
        return Response(SummarySerializer(summarise(consultation, self.now), context={"request": request}).data)


class OneReport(OpenData):
    """The report on a consultation."""

    @extend_schema(responses={200: ReportSerializer, 410: WithheldReportSerializer})
    def get(self, request: Request, slug: str) -> Response:
        """The latest frozen report: number, date, digest, files, and the earlier ones; 404 until there is one.

        410 with the reason while it is withheld and no corrected one stands in its place.
        """
        consultation = self.consultation(slug)
        frozen = ConsultationReport.objects.frozen().filter(consultation=consultation).without_content()
        reports = list(frozen.select_related("supersedes").prefetch_related("files"))
        if not reports:
            raise Http404
        for one in reports:
            one.consultation = consultation
        latest, *earlier = reports
        if latest.is_withheld:
            return Response(WithheldReportSerializer(latest, context={"request": request}).data, status=410)
        return Response(ReportSerializer(latest, context={"request": request, "earlier": earlier}).data)


def of_process(view: OpenData, records: Records) -> Records:
    """Those of the process that the address names; 400 for one that does not exist."""
    slug = view.request.query_params.get("process", "")
    return records.filter(process=known(Process.objects.all(), "process", slug)) if slug else records.all()


def known(records: QuerySet[Known], name: str, slug: str) -> Known:
    """The record of the slug; 400 for one that does not exist."""
    found = None if "\x00" in slug else records.filter(slug=slug).first()
    if found is None:
        raise ValidationError({name: ["There is none of this slug."]})
    return found


def read_filter(view: OpenData, consultation: Consultation) -> RegisterFilter:
    """The register's filter in the API's words; 400 for a value that the register does not know."""
    asked = {name: view.request.query_params[name] for name in REGISTER_PARAMETERS if name in view.request.query_params}
    params = QueryDict(mutable=True)
    for name, value in asked.items():
        params[REGISTER_PARAMETERS[name]] = value
    found = RegisterFilter.read(consultation, params, view.now)
    understood = {
        "chapter": found.chapter or found.whole_document or found.passage,
        "passage": found.passage,
        "topic": found.topic,
        "district": found.district,
        "channel": found.channel,
        "standing": found.standing,
        "search": found.query_text,
    }
    wrong = {
        name: ["The register knows no such value."] for name, value in asked.items() if value and not understood[name]
    }
    if wrong:
        raise ValidationError(wrong)
    return found
