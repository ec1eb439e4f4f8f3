"""Asks whether a picture is told as prompts that can be drawn, within the limits of whoever asks."""

import asyncio
from datetime import timedelta

import pytest

from bot.commands.describe import describe_commands
from bot.commands.dispatcher import Dispatcher
from bot.domain.allowances import Budget, DescriptionCost, Period, Spending
from bot.domain.chat import Post
from bot.domain.inputs import BroughtPicture
from bot.domain.money import FREE, Cost
from bot.domain.people import HOUSE, AccountId
from bot.domain.rules import Actor, Change, RuleKey, RuleKind
from bot.errors import StorageFailed
from bot.pipeline.describing import LIFETIME, Describing
from bot.ports.observer import CostIncurred
from bot.ports.prompts import GuardDecision, OnCost, Verdict
from bot.provider_errors import ProviderFailed, ProviderFault
from bot.services.admission import AdmissionLimits
from tests.fakes.accounts import MemoryLedger
from tests.fakes.bench import FAULT, Bench
from tests.fakes.codes import MemoryCodes
from tests.fakes.images import ScriptedProvider
from tests.fakes.owners import nobody
from tests.fakes.photos import photo
from tests.fakes.statistics import MemoryStatistics
from tests.fakes.waiting import until
from tests.unit.commands.hands import newest

PHOTO, OTHER_PHOTO = BroughtPicture(photo()), BroughtPicture(photo(size=(90, 120)))
COST, ESTIMATE = Cost(300), Cost(500, is_estimate=True)
PLENTY = AdmissionLimits(100, timedelta(minutes=1), 10)


class Onlooker:
    """Sees the same in every picture, until something is in its way."""

    def __init__(self) -> None:
        self.seen: list[tuple[bytes, str]] = []
        self.problem: Exception | None = None
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.costs: Cost | None = COST
        """What a call turns out to cost; None where nobody hears of that."""

        self.says = (" a fox ", "a fox\x00 in ink", "x" * 900)

    def estimate(self) -> Cost:
        """Guess."""
        return ESTIMATE

    async def describe(self, jpeg: bytes, author: str, on_cost: OnCost) -> tuple[str, ...]:
        """Say it."""
        self.seen.append((jpeg, author))
        await self.is_open.wait()
        if self.costs is not None:
            await on_cost(self.costs)
        if self.problem is not None:
            raise self.problem
        return self.says


class LostBooks(MemoryLedger):
    """Tells how things stand, and takes no more down than so many descriptions."""

    room = 0

    async def book_description(self, description: DescriptionCost) -> None:
        """Fail, once there is no room."""
        if not self.room:
            raise StorageFailed("sqlite", f"locked {description.id}")
        self.room -= 1
        await super().book_description(description)


class DescribingSetup:
    """A house in which pictures are described, and somebody who types and presses."""

    def __init__(self, *, has_model: bool = True, admission: AdmissionLimits = PLENTY, room: int | None = None) -> None:
        self.bench = Bench(painter=ScriptedProvider(edge=64), admission=admission)
        self.onlooker = Onlooker()
        bench = self.bench
        ledger = bench.ledger
        if room is not None:
            ledger = LostBooks(bench.jobs, bench.ids)
            ledger.room = room
        describing = Describing(
            describer=self.onlooker if has_model else None,
            inputs=bench.input_keeping,
            guard=bench.guard,
            quotas=bench.quotas,
            ledger=ledger,
            sanctions=bench.sanctions,
            admission=bench.admission,
            codes=MemoryCodes(bench.clock),
            observer=bench.observer,
            clock=bench.clock,
            ids=bench.ids,
        )
        self._dispatcher = Dispatcher(describe_commands(bench.studio, bench.bases, describing), lambda: FAULT, nobody)
        self._count = 0

    async def type(self, line: str = "/describe", *pictures: BroughtPicture) -> Post:
        """Type a line, and return what is whispered."""
        self._count += 1
        call = self.bench.call(f"typed-{self._count}")
        await self._dispatcher.dispatch_line(line, call, pictures)
        [answer] = call.whispers
        return answer

    async def press(self, action: str) -> list[Post]:
        """Press a button, and return what is whispered."""
        self._count += 1
        call = self.bench.call(f"pressed-{self._count}")
        await self._dispatcher.press(action, call)
        return call.whispers


@pytest.fixture
def stage() -> DescribingSetup:
    """Set it up."""
    return DescribingSetup()


async def test_a_picture_becomes_three_prompts_each_of_which_is_drawn(stage: DescribingSetup) -> None:
    """It counts as nothing until one is; what it cost is noted, and nothing of the picture is kept."""
    answer = await stage.type("/describe", PHOTO)
    assert [detail.text for detail in answer.details] == ["a fox", "a fox in ink", "x" * 499 + "…"]
    assert [button.label for button in answer.buttons] == ["Draw 1", "Draw 2", "Draw 3"]
    assert CostIncurred("rewriter", COST) in stage.bench.observer.events
    assert (stage.bench.objects.objects, (await stage.bench.quota_status()).left) == ({}, 20)
    assert await stage.press(answer.buttons[1].action) == []
    assert newest(stage.bench).wish.prompt == "a fox in ink"


async def test_what_is_said_in_any_script_can_be_kept(stage: DescribingSetup) -> None:
    """No table takes more bytes of it, and each sign is whole."""
    stage.onlooker.says = ("狐" * 900, "🦊" * 900, "a fox")
    answer = await stage.type("/describe", PHOTO)
    texts = [detail.text for detail in answer.details]
    assert texts == ["狐" * 266, "🦊" * 200, "a fox"]
    assert await stage.press(answer.buttons[0].action) == []
    assert newest(stage.bench).wish.prompt == texts[0]


async def test_what_nobody_waits_for_any_longer_is_paid_for_once(stage: DescribingSetup) -> None:
    """The page gives up before the model does, and asks to be asked again: that reads what was said meanwhile."""
    stage.onlooker.is_open.clear()
    first = asyncio.create_task(stage.type("/describe", PHOTO))
    await until(lambda: len(stage.onlooker.seen) == 1)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    again = asyncio.create_task(stage.type("/describe", PHOTO))
    stage.onlooker.is_open.set()
    assert (await again).details[0].text == "a fox"
    assert len(stage.onlooker.seen) == 1
    assert [event for event in stage.bench.observer.events if isinstance(event, CostIncurred)] == [CostIncurred("rewriter", COST)]


async def test_ours_are_described_too(stage: DescribingSetup) -> None:
    """The newest here, or one that is named."""
    job = await stage.bench.draw(key="older")
    await stage.bench.draw()
    assert (await stage.type()).buttons
    assert (await stage.type(f"/describe {job.id}")).buttons
    assert len(stage.onlooker.seen) == 2
    assert stage.onlooker.seen[0][0].startswith(b"\xff\xd8")


@pytest.mark.parametrize("argument", ["lost1", "{id}9", "{id}x"])
async def test_a_button_of_what_is_not_kept_is_a_sentence(stage: DescribingSetup, argument: str) -> None:
    """Nothing is counted."""
    answer = await stage.type("/describe", PHOTO)
    id_ = answer.buttons[0].argument[:-1]
    [said] = await stage.press(f"draw-described:{argument.format(id=id_)}")
    assert said.text.startswith("That description is not kept any more")
    stage.bench.clock.move(LIFETIME)
    assert (await stage.press(answer.buttons[0].action))[0].text == said.text


async def test_where_no_model_looks_at_pictures_it_is_said() -> None:
    """In one sentence."""
    assert "no model here that looks at pictures" in (await DescribingSetup(has_model=False).type("/describe", PHOTO)).text


async def test_what_the_guard_will_not_have_is_not_described(stage: DescribingSetup) -> None:
    """The model does not see it."""
    stage.bench.picture_stage.will(Verdict(GuardDecision.REFUSE, rule="moderation:sexual", sentence="No.", category="sexual"))
    answer = await stage.type("/describe", PHOTO)
    assert answer.text.startswith("What that picture shows is not described here")
    assert stage.onlooker.seen == []


async def test_who_asks_too_often_waits() -> None:
    """As with pictures: it costs something each time."""
    stage = DescribingSetup(admission=AdmissionLimits(1, timedelta(minutes=1), 10))
    await stage.type("/describe", PHOTO)
    assert "ask again in" in (await stage.type("/describe", OTHER_PHOTO)).text
    assert len(stage.onlooker.seen) == 1


async def test_where_the_budget_is_used_up_nothing_is_asked(stage: DescribingSetup) -> None:
    """A drawn picture is what it was spent on."""
    key = RuleKey(RuleKind.BUDGET, "day")
    await stage.bench.draw()
    await stage.bench.rulebook.change(Change(community=HOUSE, key=key, value="1", by=Actor(AccountId("boss"), "Boss")))
    assert "budget" in (await stage.type("/describe", PHOTO)).text
    assert stage.onlooker.seen == []


async def test_a_budget_with_room_lets_it_pass(stage: DescribingSetup) -> None:
    """It is looked at, and no more."""
    key = RuleKey(RuleKind.BUDGET, "day")
    change = Change(community=HOUSE, key=key, value="50000000", by=Actor(AccountId("boss"), "Boss"))
    await stage.bench.rulebook.change(change)
    assert (await stage.type("/describe", PHOTO)).buttons


async def test_a_model_that_fails_is_a_sentence(stage: DescribingSetup) -> None:
    """Whose fault it is not."""
    stage.onlooker.problem = ProviderFailed("rewriter", "down", fault=ProviderFault.UNREACHABLE)
    assert (await stage.type("/describe", PHOTO)).text


async def usage(stage: DescribingSetup) -> list[tuple[str, int, int]]:
    """Return what is told of today: model, pictures, and micro-dollars."""
    today = stage.bench.clock.now().date()
    lines = await MemoryStatistics(stage.bench.jobs).usage(HOUSE, today, today)
    return [(line.model, line.pictures, line.microusd) for line in lines]


async def test_what_it_cost_is_booked_and_told_by_usage(stage: DescribingSetup) -> None:
    """Each picture once, against the budgets too."""
    for picture in (PHOTO, OTHER_PHOTO):
        await stage.type("/describe", picture)
    assert await usage(stage) == [("", 0, 2 * COST.microusd)]
    budget = Budget(HOUSE, Period.DAY, 1_000_000)
    assert await stage.bench.ledger.spending(budget, stage.bench.clock.now().date()) == Spending(0, 2 * COST.microusd)


async def test_who_asks_again_reads_the_same_and_pays_nothing(stage: DescribingSetup) -> None:
    """For a day, at once too, and also where there is no money left; somebody else's question is another one."""
    first = await stage.type("/describe", PHOTO)
    assert (await stage.type("/describe", PHOTO)) == first
    twice = await asyncio.gather(*(stage.type("/describe", OTHER_PHOTO) for _ in range(2)))
    assert twice[0] == twice[1]
    assert (len(stage.onlooker.seen), await usage(stage)) == (2, [("", 0, 2 * COST.microusd)])
    assert await stage.press(first.buttons[0].action) == []
    stage.bench.clock.move(LIFETIME)
    await stage.type("/describe", PHOTO)
    assert len(stage.onlooker.seen) == 3


async def test_what_cannot_be_written_down_before_is_not_asked() -> None:
    """Else a crash would leave a call that is paid for, and that no budget knows of."""
    stage = DescribingSetup(room=0)
    assert not (await stage.type("/describe", PHOTO)).buttons
    assert (stage.onlooker.seen, await usage(stage)) == ([], [])


async def test_what_cannot_be_corrected_now_is_said_all_the_same() -> None:
    """It was paid for; what it probably cost stays booked."""
    stage = DescribingSetup(room=1)
    assert (await stage.type("/describe", PHOTO)).buttons
    assert await usage(stage) == [("", 0, ESTIMATE.microusd)]


async def test_a_call_is_booked_before_it_goes_out(stage: DescribingSetup) -> None:
    """Whoever is killed while it is out leaves what it probably costs in the books."""
    stage.onlooker.is_open.clear()
    asking = asyncio.create_task(stage.type("/describe", PHOTO))
    await until(lambda: len(stage.onlooker.seen) == 1)
    assert await usage(stage) == [("", 0, ESTIMATE.microusd)]
    stage.onlooker.is_open.set()
    await asking
    assert await usage(stage) == [("", 0, COST.microusd)]


@pytest.mark.parametrize(("costs", "booked"), [(COST, COST), (FREE, FREE), (None, ESTIMATE)])
async def test_an_answer_that_cannot_be_used_costs_what_it_did(stage: DescribingSetup, costs: Cost | None, booked: Cost) -> None:
    """Nothing where the service surely charged nothing, and what is likely where nobody knows."""
    stage.onlooker.costs = costs
    stage.onlooker.problem = ProviderFailed("rewriter", "nonsense", fault=ProviderFault.BAD_ANSWER)
    assert not (await stage.type("/describe", PHOTO)).buttons
    assert sum(microusd for _, _, microusd in await usage(stage)) == booked.microusd
    assert stage.bench.observer.events[-1] == CostIncurred("rewriter", booked)
