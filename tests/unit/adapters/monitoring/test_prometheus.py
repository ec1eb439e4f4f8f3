"""Do the metrics count what happened, keep to Prometheus' conventions, and stay as short as they are?"""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from bot.adapters.monitoring.backlog_metrics import BacklogMetrics
from bot.adapters.monitoring.prometheus import PrometheusObserver, build_registry
from bot.domain.jobs import Ending, Job, JobState
from bot.domain.money import Cost
from bot.domain.people import REGISTERED, AccountId, Platform, Tier
from bot.errors import BadInput, PromptRefused, SurfaceFailed
from bot.ports.observer import (
    Chore,
    ChoreDone,
    CostIncurred,
    JobEnded,
    LeadershipChecked,
    ProviderRested,
    ProviderSlowed,
    Step,
    UpdateEnded,
    UpdateOutcome,
    WishAccepted,
    WishRefused,
)
from bot.provider_errors import GuardUnavailable, OutcomeUnknown, ProviderFailed, ProviderFault
from tests.contract.examples import a_job
from tests.fakes.backlog import MemoryBacklog
from tests.fakes.clock import NOON, StoppedClock
from tests.fakes.metrics import read_samples
from tests.fakes.surfaces import LOOM

LATER = NOON + timedelta(seconds=3)


def job_of(name: str = "job", platform: Platform = LOOM, **changes: Any) -> Job:
    """Return a job of a platform."""
    job = replace(a_job(name, AccountId("ann")), **changes)
    return replace(job, place=replace(job.place, platform=platform))


@pytest.fixture
def registry() -> CollectorRegistry:
    """Return one with everything that a leading process tells."""
    registry = build_registry("1.2.3", "worker")
    registry.register(BacklogMetrics(MemoryBacklog(), StoppedClock(), tiers=(REGISTERED,), leads=lambda: True))
    return registry


@pytest.fixture
def observer(registry: CollectorRegistry) -> PrometheusObserver:
    """Return what counts."""
    return PrometheusObserver(registry)


def read(registry: CollectorRegistry) -> dict[str, float]:
    """Scrape, and leave out what the process itself is like, and the shape of histograms."""
    samples = read_samples(generate_latest(registry).decode())
    return {key: value for key, value in samples.items() if not re.match(r"process_|easel_build|\w+_(bucket|sum)\b", key)}


def do_everything(observer: PrometheusObserver, job: Job, provider: str, rule: str) -> None:
    """Have everything happen once, to this job."""
    platform = job.place.platform
    observer.note(WishAccepted(job, NOON, LATER))
    observer.note(WishRefused(platform, PromptRefused(rule=rule, sentence="No.")))
    observer.note(JobEnded(job, Ending(JobState.FAILED, rule, "No.")))
    observer.note(CostIncurred(provider, Cost(1)))
    observer.note(UpdateEnded(platform, UpdateOutcome.SHOWN))
    observer.note(LeadershipChecked(leads=True))
    observer.note(ChoreDone(Chore.NOTIFY, NOON))
    for step in Step:
        with observer.watch(step, job, provider):
            pass
    for error in (
        ProviderFailed(provider, "down", fault=ProviderFault.OVERLOADED),
        GuardUnavailable(provider, "down"),
        SurfaceFailed(platform, "down"),
    ):
        with pytest.raises(type(error)), observer.watch(Step.DRAWING, job, provider):
            raise error


def test_every_event_is_counted_once(registry: CollectorRegistry, observer: PrometheusObserver) -> None:
    """Under the labels of where it happened."""
    do_everything(observer, job_of(attempt=1, started_at=LATER), "painter", "blocklist")
    assert read(registry) == {
        "easel_wishes_accepted_total{platform=loom}": 1,
        "easel_wishes_refused_total{kind=prompt_refused,platform=loom,rule=blocklist}": 1,
        "easel_jobs_ended_total{kind=blocklist,platform=loom,state=failed}": 1,
        "easel_cost_dollars_total{certainty=billed,provider=painter}": 0.000001,
        "easel_message_updates_total{outcome=shown,platform=loom}": 1,
        "easel_leader": 1,
        "easel_recovery_last_success_timestamp_seconds{chore=notify}": NOON.timestamp(),
        "easel_ai_faults_total{fault=overloaded,provider=painter}": 1,
        "easel_ai_faults_total{fault=unknown,provider=guard}": 1,
        "easel_delivery_failures_total{kind=surface_failed,platform=loom}": 1,
        "easel_job_duration_seconds_count{platform=loom,step=acknowledgement}": 1,
        "easel_job_duration_seconds_count{platform=loom,step=line}": 1,
    } | {
        f"easel_job_duration_seconds_count{{platform=loom,provider=painter,step={step}}}": 1
        for step in Step
        if step is not Step.ATTEMPT
    }


def test_waits_are_in_seconds_and_money_in_dollars(registry: CollectorRegistry, observer: PrometheusObserver) -> None:
    """Whatever we count in ourselves."""
    observer.note(WishAccepted(job_of(), NOON, LATER))
    observer.note(CostIncurred("painter", Cost(2_500_000)))
    observer.note(CostIncurred("painter", Cost(250_000, is_estimate=True)))
    samples = read_samples(generate_latest(registry).decode())
    assert samples["easel_job_duration_seconds_sum{platform=loom,step=acknowledgement}"] == 3
    assert samples["easel_cost_dollars_total{certainty=billed,provider=painter}"] == 2.5
    assert samples["easel_cost_dollars_total{certainty=estimated,provider=painter}"] == 0.25


def test_the_wait_in_line_is_that_for_the_first_attempt(registry: CollectorRegistry, observer: PrometheusObserver) -> None:
    """A job that is taken up again has waited for something else."""
    for attempt in (1, 2, 3):
        with observer.watch(Step.ATTEMPT, job_of(attempt=attempt, started_at=LATER)):
            assert read(registry)["easel_jobs_in_progress"] == 1
    assert read(registry) == {"easel_job_duration_seconds_count{platform=loom,step=line}": 1}


def test_what_fails_is_no_duration(registry: CollectorRegistry, observer: PrometheusObserver) -> None:
    """A service that refuses at once would make all drawings look quick."""
    with pytest.raises(OutcomeUnknown), observer.watch(Step.DRAWING, job_of(), "painter"):
        raise OutcomeUnknown("painter", "silence", fault=ProviderFault.TIMED_OUT)
    assert read(registry) == {"easel_ai_faults_total{fault=timed_out,provider=painter}": 1}


def test_a_rule_that_is_not_about_words_is_named_by_its_kind(registry: CollectorRegistry, observer: PrometheusObserver) -> None:
    """And what a model saw in the words is not told."""
    observer.note(WishRefused(LOOM, BadInput("No.")))
    observer.note(WishRefused(LOOM, PromptRefused(rule="rewriter:minors", sentence="No.")))
    assert read(registry) == {
        "easel_wishes_refused_total{kind=bad_input,platform=loom}": 1,
        "easel_wishes_refused_total{kind=prompt_refused,platform=loom,rule=rewriter}": 1,
    }


def test_a_thousand_people_places_and_models_do_not_grow_the_metrics(
    registry: CollectorRegistry, observer: PrometheusObserver
) -> None:
    """Each series is kept for ever, in every process and by whoever scrapes it; and none says what was asked for."""

    def scrape() -> list[str]:
        return sorted(line.rpartition(" ")[0] for line in generate_latest(registry).decode().splitlines())

    def happen(start: int) -> None:
        for number in range(start, start + 1000):
            job = replace(
                job_of(f"job-{number}", Platform(f"platform-{number}"), account=AccountId(f"ann-{number}")),
                tier=Tier(f"tier-{number}"),
                attempt=1,
                started_at=LATER,
            )
            do_everything(observer, job, f"model-{number}", f"a secret fox {number}" if number % 2 else f"rule-{number}")

    happen(0)
    before = scrape()
    happen(1000)
    assert scrape() == before
    assert len(before) < 12_000
    assert not [line for line in before if re.search(r"job-|ann-|tier-|fox|lobby", line)]


_UNITS = {"seconds", "bytes", "dollars", "ratio"}
_ABBREVIATED = {"s", "ms", "us", "ns", "sec", "min", "h", "hr", "kb", "mb", "gb", "b", "usd", "pct", "percent"}
_SCALED = {"milliseconds", "minutes", "hours", "days", "microdollars", "cents", "kilobytes", "megabytes"}
_TYPES = {"counter", "gauge", "histogram", "summary", "untyped", "info"}


def test_names_are_as_prometheus_wants_them(registry: CollectorRegistry, observer: PrometheusObserver) -> None:
    """By the rules of `promtool check metrics`: client_golang's prometheus/testutil/promlint."""
    do_everything(observer, job_of(attempt=1, started_at=LATER), "painter", "blocklist")
    families = [
        one for one in text_string_to_metric_families(generate_latest(registry).decode()) if one.name.startswith("easel_")
    ]
    assert len(families) > 10
    problems = [f"{family.name}: {problem}" for family in families for problem in problems_of(family)]
    assert problems == []


def problems_of(family: Any) -> list[str]:
    """Return what promlint would say of a family; the parser has taken `_total` off the names of counters."""
    words, is_counter, is_histogram = set(family.name.split("_")), family.type == "counter", family.type == "histogram"
    labels = {name for sample in family.samples for name in sample.labels}
    rules = {
        "no help text": bool(family.documentation),
        "not snake case": bool(re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", family.name)),
        "its type is in its name": family.name == "easel_build_info" or not words & _TYPES,
        "a unit is abbreviated or no base unit": not words & (_ABBREVIATED | _SCALED),
        "the unit is not at its end": not words & _UNITS or family.name.rpartition("_")[2] in _UNITS,
        "a counter without _total": not is_counter or all(sample.name.endswith("_total") for sample in family.samples),
        "_total, and no counter": is_counter or not family.name.endswith("_total"),
        "a histogram's suffix": is_histogram or not re.search(r"_(bucket|count|sum)$", family.name),
        "a histogram's label": is_histogram or not labels & {"le", "quantile"},
        "a label in camel case": all(re.fullmatch(r"[a-z_]+", label) for label in labels),
        "a label that is in the name": not labels & words,
    }
    return [rule for rule, is_kept in rules.items() if not is_kept]


def test_a_service_that_rests_or_is_slowed_down_is_counted(observer: PrometheusObserver, registry: CollectorRegistry) -> None:
    """By its name, and by why."""
    observer.note(ProviderRested("painter", "bad_key"))
    observer.note(ProviderSlowed("painter"))
    assert read(registry) == {
        "easel_provider_rests_total{fault=bad_key,provider=painter}": 1,
        "easel_provider_rate_limited_total{provider=painter}": 1,
    }
