"""Asks whether a service that does not work is noticed at the start and told to those who can mend it."""

from dataclasses import dataclass, field
from datetime import timedelta

from bot.app.ai_services import AiServices
from bot.app.service_monitor import ServiceMonitor
from bot.domain.content import Thresholds
from bot.domain.health import Finding, Health
from bot.domain.people import Identity
from bot.errors import SurfaceFailed
from bot.moderation.word_filter import Matcher
from bot.ports.prompts import ALLOWED, Verdict
from bot.services.budget_alerts import BudgetAlerts, DeploymentBudgets
from storage.limits.local import LocalLocks
from tests.fakes.bench import Bench
from tests.fakes.image_models import ONE_MODEL
from tests.fakes.surfaces import LOOM

WELL = Finding("moderation: model m", Health.OK, "It judges words.")
ILL = Finding("moderation: model m", Health.WRONG, "It does not judge words (bad key).", "Look at the key.")


@dataclass
class CheckedStage:
    """A judge of words that is as well as a test says."""

    name: str = "moderation"
    finds: list[Finding] = field(default_factory=lambda: [WELL])

    judges_pictures: bool = True

    async def judge(self, prompt: str, thresholds: Thresholds) -> Verdict:
        """Allow everything."""
        return ALLOWED

    async def judge_picture(self, content: bytes, media_type: str, thresholds: Thresholds) -> Verdict:
        """Allow everything."""
        return ALLOWED

    async def check(self) -> tuple[Finding, ...]:
        """Find what comes next; the last one stays."""
        return (self.finds.pop(0) if len(self.finds) > 1 else self.finds[0],)


def watch_of(bench: Bench, stage: CheckedStage, announced: list[str]) -> ServiceMonitor:
    """Watch over the stage, for an owner on the loom."""
    budget_alerts = BudgetAlerts(
        ledger=bench.ledger,
        seen_keys=bench.seen_keys,
        locks=LocalLocks(),
        rulebook=bench.rulebook,
        accounts=bench.accounts,
        surfaces={LOOM: bench.surface},
        deployment=DeploymentBudgets(owners=(Identity.parse("loom:olga"),)),
    )
    ai_services = AiServices(
        accounts={},
        order=(),
        rewriter=bench.rewriter,
        matcher=Matcher([]),
        model_stages=(stage,),
        notices=(),
        visitor_notices=(),
        models=ONE_MODEL,
    )
    return ServiceMonitor(ai_services, budget_alerts, bench.clock, announced.append)


async def test_nobody_is_bothered_where_all_is_well(bench: Bench) -> None:
    """Neither at the start nor later."""
    announced: list[str] = []
    watch = watch_of(bench, CheckedStage(), announced)
    await watch.check_all()
    assert (watch.findings, announced, bench.surface.posted) == ((), [], [])


async def test_a_wrong_key_is_told_to_whoever_started_it_and_once_a_day_to_the_owners(bench: Bench) -> None:
    """A process that starts over and over does not write to them each time."""
    announced: list[str] = []
    for _ in range(2):
        assert await watch_of(bench, CheckedStage(finds=[ILL]), announced).check_all() == (ILL,)
    sentence = "moderation: model m: It does not judge words (bad key). Look at the key."
    assert announced == [f"Careful: {sentence}"] * 2
    assert [(place.channel, post.text) for place, post, _ in bench.surface.posted] == [
        ("olga alone", f"A service does not work as it should: {sentence}")
    ]


async def test_what_is_mended_is_well_again(bench: Bench) -> None:
    """Nobody has to start anew."""
    announced: list[str] = []
    watch = watch_of(bench, CheckedStage(finds=[ILL, ILL, WELL]), announced)
    assert [await watch.check_all() for _ in range(3)] == [(ILL,), (ILL,), ()]
    assert watch.findings == ()
    assert announced[1:] == ["The services that easel works with accept it now."]


async def test_owners_hear_of_a_models_end_60_and_7_days_before(bench: Bench) -> None:
    """Once each, whatever is started how often; whoever starts easel reads it each time."""
    announced: list[str] = []
    due = bench.clock.now().date() + timedelta(days=61)
    ends = Finding("rewriter: shutdown of m", Health.NOTE, "It will be shut down.", "Change to n.", due=due)
    watch = watch_of(bench, CheckedStage(finds=[ends]), announced)
    counts = []
    for days in (0, 1, 30, 23, 1, 6):
        bench.clock.move(timedelta(days=days))
        await watch.check_all()
        await watch_of(bench, CheckedStage(finds=[ends]), []).check_all()
        counts.append(len(bench.surface.posted))
    assert counts == [0, 1, 1, 2, 2, 2]
    assert announced == ["Soon: rewriter: shutdown of m: It will be shut down. Change to n."] * 2
    assert bench.surface.posted[0][1].text == "rewriter: shutdown of m: It will be shut down. Change to n."


async def test_owners_who_could_not_be_told_are_told_at_the_next_look(bench: Bench) -> None:
    """Of what is wrong and of what will end; whoever started easel has read it once."""
    announced: list[str] = []
    ends = Finding("rewriter: shutdown of m", Health.NOTE, "It ends.", "", due=bench.clock.now().date())
    watch = watch_of(bench, CheckedStage(finds=[ILL, ILL, ends]), announced)
    for counts in (0, 1):
        bench.surface.failures.fail_next("direct", SurfaceFailed(LOOM, "500"))
        await watch.check_all()
        await watch.check_all()
        assert len(bench.surface.posted) == counts + 1
    assert len(announced) == 3
