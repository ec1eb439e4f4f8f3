"""Traces by OpenTelemetry, one for each job, from every process that has to do with it. Importing this needs `easel[otel]`.

A trace and its first span are named after their job, so that each process
knows what to write into: nothing is carried from one to another.
"""

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    get_current_span,
    set_span_in_context,
)

from bot.domain.jobs import Job, JobId
from bot.errors import EaselError
from bot.ports.observer import Event, JobEnded, Step, WishAccepted

_WISH, _LINE = "wish", "line"
_KINDS = {Step.ATTEMPT: SpanKind.CONSUMER, Step.DRAWING: SpanKind.CLIENT}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class JobIdGenerator(RandomIdGenerator):
    """Generates random ids, but for the first span of a job's trace."""

    def __init__(self) -> None:
        self._next: tuple[int, int] | None = None

    @contextmanager
    def name_after(self, job: JobId) -> Iterator[None]:
        """Have the span that is started in the body be the first one of the job."""
        self._next = ids_of(job)
        try:
            yield
        finally:
            self._next = None

    def generate_trace_id(self) -> int:
        """Return the id of a trace."""
        return self._next[0] if self._next else int(super().generate_trace_id())

    def generate_span_id(self) -> int:
        """Return the id of a span."""
        return self._next[1] if self._next else int(super().generate_span_id())


class TracingObserver:
    """Writes spans: the wish, from the command to its answer; below it the line, and each attempt with its steps."""

    def __init__(self, provider: TracerProvider, ids: JobIdGenerator) -> None:
        self._sampler = provider.sampler
        self._tracer = provider.get_tracer("easel")
        self._ids = ids

    def note(self, event: Event) -> None:
        """Write the span of a wish that is a job, and how a job ended."""
        match event:
            case WishAccepted(job, began_at, answered_at):
                with self._ids.name_after(job.id):
                    span = self._tracer.start_span(
                        _WISH, Context(), SpanKind.SERVER, _attributes(job), start_time=_nanoseconds(began_at)
                    )
                span.end(_nanoseconds(answered_at))
            case JobEnded(_, ending):
                get_current_span().set_attributes({"easel.state": ending.state, "easel.kind": ending.kind})

    def watch(self, step: Step, job: Job, provider: str = "") -> AbstractContextManager[None]:
        """Write a span of the body: an attempt below the wish, and anything else below its attempt."""
        return self._watch_attempt(job) if step is Step.ATTEMPT else self._watch_step(step, provider)

    @contextmanager
    def _watch_attempt(self, job: Job) -> Iterator[None]:
        wish, attributes = self._context_of(job), _attributes(job) | {"easel.attempt": job.attempt}
        if job.attempt == 1 and job.started_at is not None:
            waited = self._tracer.start_span(_LINE, wish, attributes=_attributes(job), start_time=_nanoseconds(job.created_at))
            waited.end(_nanoseconds(job.started_at))
        with self._span(Step.ATTEMPT, wish, attributes):
            yield

    @contextmanager
    def _watch_step(self, step: Step, provider: str) -> Iterator[None]:
        with self._span(step, None, {"easel.provider": provider} if provider else {}):
            yield

    @contextmanager
    def _span(self, step: Step, context: Context | None, attributes: dict[str, str | int]) -> Iterator[None]:
        """Write a span without what was raised: the messages of others may repeat what people typed."""
        started = self._tracer.start_as_current_span(
            step,
            context,
            _KINDS.get(step, SpanKind.INTERNAL),
            attributes,
            record_exception=False,
            set_status_on_exception=False,
        )
        with started as span:
            try:
                yield
            except BaseException as error:
                _note_failure(span, error)
                raise

    def _context_of(self, job: Job) -> Context:
        """Return the context of a job's wish, wherever that was taken in. It is sampled here if it was there."""
        trace_id, span_id = ids_of(job.id)
        decision = self._sampler.should_sample(Context(), trace_id, _WISH, SpanKind.SERVER).decision
        flags = TraceFlags(TraceFlags.SAMPLED if decision is Decision.RECORD_AND_SAMPLE else TraceFlags.DEFAULT)
        return set_span_in_context(NonRecordingSpan(SpanContext(trace_id, span_id, is_remote=True, trace_flags=flags)), Context())


def ids_of(job: JobId) -> tuple[int, int]:
    """Return the ids of a job's trace and of its first span."""
    digest = hashlib.sha256(f"easel:{job}".encode()).digest()
    return int.from_bytes(digest[:16]), int.from_bytes(digest[16:24])


def _attributes(job: Job) -> dict[str, str | int]:
    return {"easel.job": job.id, "easel.platform": job.place.platform, "easel.tenant": job.place.tenant, "easel.tier": job.tier}


def _note_failure(span: Span, error: BaseException) -> None:
    kind = error.kind if isinstance(error, EaselError) else type(error).__name__
    span.set_attribute("error.type", kind)
    span.set_status(Status(StatusCode.ERROR, kind))


def _nanoseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND * 1000


def build_tracer_provider(otlp_url: str, version: str, role: str, ids: JobIdGenerator) -> TracerProvider:
    """Return what sends spans to a collector in the background. Everything else is as the variables OTEL_… say."""
    resource = Resource({SERVICE_NAME: "easel", "service.version": version, "easel.role": role}).merge(_environment())
    provider = TracerProvider(resource=resource, id_generator=ids, shutdown_on_exit=False)
    exporter = OTLPSpanExporter(f"{otlp_url.rstrip('/')}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


def _environment() -> Resource:
    """Return what OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say, without the name that the SDK makes up."""
    found = Resource.create()
    is_made_up = str(found.attributes.get(SERVICE_NAME, "")).startswith("unknown_service")
    kept = {key: value for key, value in found.attributes.items() if key != SERVICE_NAME or not is_made_up}
    return Resource(kept)
