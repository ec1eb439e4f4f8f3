"""Metrics for Prometheus. Importing this takes a while, so it is imported only where metrics are wanted."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector, disable_created_metrics

from bot.adapters.monitoring.labels import BoundedLabel
from bot.domain.jobs import Job
from bot.domain.money import MILLION
from bot.domain.provider_accounts import provider_of
from bot.errors import PromptRefused, SurfaceFailed
from bot.ports.observer import (
    ChoreDone,
    CostIncurred,
    Event,
    JobEnded,
    LeadershipChecked,
    ProviderRested,
    ProviderSlowed,
    Step,
    UpdateEnded,
    WishAccepted,
    WishRefused,
)
from bot.provider_errors import GuardUnavailable, ProviderFailed

_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 60.0, 120.0, 300.0, 600.0)
"""From an acknowledgement to the longest time limit of a drawing."""

_ACKNOWLEDGEMENT, _LINE = "acknowledgement", "line"
"""Steps that are no work, and that no observer is there to watch: their ends are told."""

_GUARD = "guard"


class PrometheusObserver:
    """Counts what this process does. No label holds an id, a name, or anything that people or models say."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.leads = False
        """Whether this process does what is done for all."""

        self._platform, self._provider = BoundedLabel(10), BoundedLabel(10)
        self._kind, self._rule = BoundedLabel(40), BoundedLabel(40)
        counter, gauge = partial(Counter, registry=registry), partial(Gauge, registry=registry)
        self._accepted = counter("easel_wishes_accepted", "Wishes that became jobs.", ["platform"])
        self._refused = counter(
            "easel_wishes_refused",
            "Wishes that a rule would not have: kind says which rule, and rule whose judgement where it was about the words.",
            ["platform", "kind", "rule"],
        )
        self._steps = Histogram(
            "easel_job_duration_seconds",
            "How long the steps of a job took that came to their end: acknowledgement, line, words, drawing, keeping, delivery.",
            ["step", "platform", "provider"],
            buckets=_BUCKETS,
            registry=registry,
        )
        self._in_progress = gauge("easel_jobs_in_progress", "Jobs that this process works on.")
        self._ended = counter("easel_jobs_ended", "Jobs that are final, by how and why.", ["platform", "state", "kind"])
        self._cost = counter(
            "easel_cost_dollars",
            "What paid calls cost, as billed, or as estimated where nobody was told.",
            ["provider", "certainty"],
        )
        self._faults = counter("easel_ai_faults", "Calls to AI services that failed, by what was wrong.", ["provider", "fault"])
        self._rests = counter(
            "easel_provider_rests",
            "How often an image service was left alone for a while, by the last of the faults that led to it.",
            ["provider", "fault"],
        )
        self._slowed = counter(
            "easel_provider_rate_limited",
            "Calls of which an image service said that they were too many; their jobs wait, and it gets fewer.",
            ["provider"],
        )
        self._undelivered = counter("easel_delivery_failures", "Pictures that a platform did not take.", ["platform", "kind"])
        self._updates = counter(
            "easel_message_updates",
            "Progresses of messages: replaced ones had to wait for the platform's rate until a newer one came.",
            ["platform", "outcome"],
        )
        self._leader = gauge("easel_leader", "1 where this process does what is done for all, else 0.")
        self._chores = gauge(
            "easel_recovery_last_success_timestamp_seconds",
            "When this process last did to its end what the leader does for all.",
            ["chore"],
        )

    def note(self, event: Event) -> None:
        """Count the event."""
        match event:
            case WishAccepted(job, began_at, answered_at):
                self._accepted.labels(self._platform(job.place.platform)).inc()
                self._time(_ACKNOWLEDGEMENT, job, "", (answered_at - began_at).total_seconds())
            case WishRefused(platform, error):
                rule = self._rule(_judge_of(error)) if isinstance(error, PromptRefused) else ""
                self._refused.labels(self._platform(platform), self._kind(error.kind), rule).inc()
            case JobEnded(job, ending):
                kind = self._kind(ending.kind) if ending.kind else ""
                self._ended.labels(self._platform(job.place.platform), ending.state, kind).inc()
            case CostIncurred(provider, cost):
                certainty = "estimated" if cost.is_estimate else "billed"
                self._cost.labels(self._provider(provider_of(provider)), certainty).inc(cost.microusd / MILLION)
            case ProviderRested(provider, fault):
                self._rests.labels(self._provider(provider_of(provider)), fault).inc()
            case ProviderSlowed(provider):
                self._slowed.labels(self._provider(provider_of(provider))).inc()
            case UpdateEnded(platform, outcome):
                self._updates.labels(self._platform(platform), outcome).inc()
            case LeadershipChecked(leads):
                self.leads = leads
                self._leader.set(leads)
            case ChoreDone(chore, at):
                self._chores.labels(chore).set(at.timestamp())

    def watch(self, step: Step, job: Job, provider: str = "") -> AbstractContextManager[None]:
        """Time a step that succeeds, and count the errors of one that does not."""
        return self._watch_attempt(job) if step is Step.ATTEMPT else self._watch_step(step, job, provider)

    @contextmanager
    def _watch_attempt(self, job: Job) -> Iterator[None]:
        if job.attempt == 1 and job.started_at is not None:
            self._time(_LINE, job, "", (job.started_at - job.created_at).total_seconds())
        with self._in_progress.track_inprogress():
            yield

    @contextmanager
    def _watch_step(self, step: Step, job: Job, provider: str) -> Iterator[None]:
        began_at = time.perf_counter()
        try:
            yield
        except Exception as error:
            self._count_failure(job, error)
            raise
        self._time(step, job, provider, time.perf_counter() - began_at)

    def _count_failure(self, job: Job, error: Exception) -> None:
        match error:
            case ProviderFailed(provider=provider, fault=fault):
                self._faults.labels(self._provider(provider_of(provider)), fault).inc()
            case GuardUnavailable(fault=fault):
                self._faults.labels(_GUARD, fault or "unknown").inc()
            case SurfaceFailed(kind=kind):
                self._undelivered.labels(self._platform(job.place.platform), self._kind(kind)).inc()

    def _time(self, step: str, job: Job, provider: str, seconds: float) -> None:
        platform = self._platform(job.place.platform)
        self._steps.labels(step, platform, self._provider(provider_of(provider)) if provider else "").observe(max(0.0, seconds))


def _judge_of(error: PromptRefused) -> str:
    """Return the first word of a rule: the rest of it may name what a model saw in the words."""
    return error.rule.partition(":")[0]


def build_registry(version: str, role: str) -> CollectorRegistry:
    """Return a registry that names this program, and measures its memory, CPU and files."""
    disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each counter, which nobody asks for
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    Info("easel_build", "Which easel this is.", registry=registry).info({"version": version, "role": role})
    return registry
