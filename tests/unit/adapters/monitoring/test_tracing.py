"""Is each job one trace, whoever writes into it, with nothing in it that people typed?"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

pytest.importorskip("opentelemetry.sdk", reason="needs easel[otel]")

from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased, TraceIdRatioBased
from opentelemetry.trace import SpanKind, StatusCode

from bot.adapters.monitoring.tracing import JobIdGenerator, TracingObserver, build_tracer_provider, ids_of
from bot.domain.jobs import Ending, Job, JobId, JobState
from bot.domain.people import AccountId
from bot.errors import PromptRefused
from bot.ports.observer import JobEnded, Step, WishAccepted
from tests.contract.examples import a_job
from tests.fakes.clock import NOON
from tests.fakes.tracing import SpanRecorder

SECOND = timedelta(seconds=1)


def job_of(name: str = "job", attempt: int = 1) -> Job:
    """Return a job that waited for two seconds."""
    return replace(a_job(name, AccountId("ann")), created_at=NOON + SECOND, attempt=attempt, started_at=NOON + 3 * SECOND)


def accept(observer: TracingObserver, job: Job) -> None:
    """Tell of the wish."""
    observer.note(WishAccepted(job, NOON, NOON + 2 * SECOND))


def work(observer: TracingObserver, job: Job) -> None:
    """Go through an attempt at it."""
    with observer.watch(Step.ATTEMPT, job):
        with observer.watch(Step.WORDS, job):
            pass
        with observer.watch(Step.DRAWING, job, "painter"):
            pass
        observer.note(JobEnded(job, Ending(JobState.DONE)))


def test_two_processes_write_one_trace() -> None:
    """The one that took the wish in writes its root, though the other knows nothing of it but the job."""
    recorder = SpanRecorder()
    gateway, worker = recorder.observer("gateway"), recorder.observer("worker")
    accept(gateway, job_of())
    work(worker, job_of())
    assert recorder.tree() == ["wish", "wish line", "wish attempt", "wish attempt words", "wish attempt drawing"]
    roles = {span.name: span.resource.attributes["easel.role"] for span in recorder.spans}
    assert roles == {"wish": "gateway", "line": "worker", "attempt": "worker", "words": "worker", "drawing": "worker"}


def test_spans_say_what_they_are_of() -> None:
    """The same fields as the lines of the log, and the kinds that OpenTelemetry has for such things."""
    recorder = SpanRecorder()
    observer = recorder.observer()
    accept(observer, job_of())
    work(observer, job_of())
    spans = {span.name: span for span in recorder.spans}
    assert spans["wish"].attributes == {
        "easel.job": "job",
        "easel.platform": "web",
        "easel.tenant": "",
        "easel.tier": "registered",
    }
    assert (spans["attempt"].attributes or {}).items() >= {"easel.attempt": 1, "easel.state": "done"}.items()
    assert spans["drawing"].attributes == {"easel.provider": "painter"}
    assert [spans[name].kind for name in ("wish", "attempt", "drawing")] == [SpanKind.SERVER, SpanKind.CONSUMER, SpanKind.CLIENT]
    assert (spans["line"].end_time or 0) - (spans["line"].start_time or 0) == 2_000_000_000
    assert spans["wish"].start_time == int(NOON.timestamp()) * 1_000_000_000


def test_each_attempt_is_a_span_and_the_line_is_one() -> None:
    """A job that is taken up again by another process stays in its trace."""
    recorder = SpanRecorder()
    accept(recorder.observer(), job_of())
    for attempt in (1, 2):
        work(recorder.observer(), job_of(attempt=attempt))
    assert [path for path in recorder.tree() if path.count(" ") == 1] == ["wish line", "wish attempt", "wish attempt"]


def test_what_is_raised_is_named_and_not_quoted() -> None:
    """The messages of others' exceptions may repeat what people typed."""
    recorder = SpanRecorder()
    observer = recorder.observer()
    for error in (ValueError("a secret fox"), PromptRefused(rule="filter", sentence="No.")):
        with pytest.raises(type(error)), observer.watch(Step.ATTEMPT, job_of(attempt=2)), observer.watch(Step.WORDS, job_of()):
            raise error
    failed = [(span.status.status_code, span.status.description) for span in recorder.spans]
    assert failed == [(StatusCode.ERROR, kind) for kind in ("ValueError", "ValueError", "prompt_refused", "prompt_refused")]
    assert "fox" not in "".join(span.to_json() for span in recorder.spans)


@pytest.mark.parametrize("sampler", [ALWAYS_OFF, ParentBased(TraceIdRatioBased(0.5))], ids=["off", "half"])
def test_a_trace_is_sampled_whole_or_not_at_all(sampler: Any) -> None:
    """Each process decides for itself, and all the same: by the job."""
    for number in range(50):
        recorder = SpanRecorder()
        job = job_of(f"job-{number}")
        accept(recorder.observer("gateway", sampler), job)
        work(recorder.observer("worker", sampler), job)
        assert len(recorder.spans) in ({0} if sampler is ALWAYS_OFF else {0, 5})


def test_no_two_jobs_share_a_trace() -> None:
    """And every id is one that OpenTelemetry takes."""
    ids = [ids_of(JobId(f"job-{number}")) for number in range(1000)]
    assert len({trace for trace, _ in ids}) == len({span for _, span in ids}) == 1000
    assert all(0 < trace < 1 << 128 and 0 < span < 1 << 64 for trace, span in ids)


def test_the_standard_variables_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs a collector knows these; ours is only where to send to."""
    monkeypatch.setenv("OTEL_SERVICE_NAME", "studio")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=test")
    provider = build_tracer_provider("http://127.0.0.1:1", "1.2.3", "worker", JobIdGenerator())
    attributes = dict(provider.resource.attributes)
    provider.shutdown()
    assert (
        attributes.items()
        >= {
            "service.name": "studio",
            "deployment.environment": "test",
            "service.version": "1.2.3",
            "easel.role": "worker",
        }.items()
    )
    monkeypatch.delenv("OTEL_SERVICE_NAME")
    unnamed = build_tracer_provider("http://127.0.0.1:1", "1.2.3", "worker", JobIdGenerator())
    unnamed.shutdown()
    assert unnamed.resource.attributes["service.name"] == "easel"
