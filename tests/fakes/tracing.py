"""Spans that a test reads, of as many processes as it likes."""

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import Sampler

from bot.adapters.monitoring.tracing import JobIdGenerator, TracingObserver


class SpanRecorder:
    """The spans that all its observers wrote, in the order of their ends."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()

    def observer(self, role: str = "run", sampler: Sampler | None = None) -> TracingObserver:
        """Return an observer as one process has it."""
        ids = JobIdGenerator()
        provider = TracerProvider(
            resource=Resource({"easel.role": role}), id_generator=ids, sampler=sampler, shutdown_on_exit=False
        )
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        return TracingObserver(provider, ids)

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        """What has ended."""
        return tuple(self._exporter.get_finished_spans())

    def tree(self) -> list[str]:
        """Return the names of the only trace's spans in the order of their beginnings, each behind those of its ancestors."""
        assert len({span.context.trace_id for span in self.spans}) == 1
        by_id = {span.context.span_id: span for span in self.spans}

        def path(span: ReadableSpan) -> str:
            if span.parent is None:
                return str(span.name)
            assert span.parent.span_id in by_id, f"{span.name} hangs below a span that nobody wrote"
            return f"{path(by_id[span.parent.span_id])} {span.name}"

        return [path(span) for span in sorted(self.spans, key=lambda span: (span.start_time or 0, -(span.end_time or 0)))]
