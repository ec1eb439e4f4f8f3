"""Asks that somebody can say that a refusal was a mistake, and that one press of a moderator teaches the list."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.commands.imagine import imagine
from bot.commands.mistakes import MOST_A_DAY, mistake
from bot.domain.cases import Case, CaseDecision, CaseKind, NewCase
from bot.domain.chat import Button, Post
from bot.domain.jobs import Job, JobState
from bot.domain.people import HOUSE, AccountId
from bot.domain.refusals import KEPT_FOR
from bot.domain.rules import Actor, FilterVersion
from bot.errors import PromptRefused, RefusedBy
from bot.moderation.allow_list import AllowListEffect
from bot.moderation.guard import Guard
from bot.moderation.word_filter import CommunityWords, Matcher, WordFilter, choose_lists
from bot.ports.prompts import GuardDecision, Verdict
from bot.services.cases import CaseReview
from bot.services.person_lookup import PersonLookup
from tests.fakes.bench import Bench
from tests.fakes.owners import nobody
from tests.fakes.prompts import ScriptedStage
from tests.fakes.surfaces import LOOM, person

MOD = Actor(AccountId("mod"), "Mod")
MATCHER = Matcher(choose_lists(starter=True, phrases=(), own=()))
REFUSED_WORDS = "a still life, a severed head of lettuce on a plate"


class Filtering:
    """The word filter of a bench that is made later."""

    name = "filter"
    filter: WordFilter

    async def judge(self, prompt: str, listed: FilterVersion) -> Verdict:
        """Judge by the lists."""
        return await self.filter.judge(prompt, listed)

    async def allows_whole(self, prompt: str, listed: FilterVersion) -> bool:
        """Ask the community's list."""
        return await self.filter.allows_whole(prompt, listed)


class MistakeSetup:
    """A bench with the real word filter, whose moderators teach it."""

    def __init__(self) -> None:
        self.moderation, stage = ScriptedStage("moderation"), Filtering()
        self.bench = bench = Bench(guard=Guard((stage,), (self.moderation,)))
        stage.filter = WordFilter(MATCHER, CommunityWords(bench.rulebook))
        self.effect = AllowListEffect(bench.rulebook, stage.filter)
        self.review = CaseReview(bench.cases, bench.sanction_book, (self.effect,), bench.clock)
        people = PersonLookup(bench.accounts, bench.quotas)
        button = mistake(
            bench.studio,
            refusals=bench.refusals,
            cases=bench.cases,
            review=self.review,
            people=people,
            clock=bench.clock,
        )
        self.dispatcher = Dispatcher((imagine(bench.studio), button), lambda: "c0ffee", nobody)
        self._calls = 0

    async def imagine(self, words: str) -> Post | Job:
        """Ask for a picture: the job, drawn as far as it goes, or what was said instead."""
        self._calls += 1
        call = self.bench.call(f"call-{self._calls}")
        await self.dispatcher.dispatch("imagine", {"prompt": words}, call)
        if call.whispers:
            return call.whispers[-1]
        await self.bench.work()
        return next(row.job for row in self.bench.jobs.rows.values() if row.job.key == call.key)

    async def press(self, button: Button, user: str = "ann") -> str:
        """Press a button, and return what is said to that person alone."""
        self._calls += 1
        call = self.bench.call(f"call-{self._calls}", user)
        await self.dispatcher.press(button.action, call)
        return call.whispers[-1].text

    async def refused(self, words: str = REFUSED_WORDS) -> Button:
        """Have words refused by the filter, and return the button below that."""
        post = await self.imagine(words)
        assert isinstance(post, Post)
        [button] = post.buttons
        return button

    @property
    def cases(self) -> list[Case]:
        """The cases there are."""
        return [row.case for row in self.bench.cases.rows.values()]

    async def listed(self) -> dict[str, str]:
        """Return what the community has listed."""
        return {rule.key.subject: rule.value for rule in await self.bench.rulebook.filter_rules(HOUSE)}


@pytest.fixture
def setup() -> MistakeSetup:
    """Set one up."""
    return MistakeSetup()


async def test_one_press_says_so_and_one_press_teaches_the_list(setup: MistakeSetup) -> None:
    """The words around what was found are allowed, and the same wish is drawn."""
    thanks = await setup.press(await setup.refused())
    assert thanks.startswith("Thank you: the moderators here look at these words")
    [case] = setup.cases
    assert (case.kind, case.words, case.reason) == (CaseKind.MISTAKE, REFUSED_WORDS, "gore")
    await setup.review.decide(case.id, CaseDecision.ALLOW, MOD, HOUSE)
    assert await setup.listed() == {"a severed head of": f"allow case-{case.id}"}
    job = await setup.imagine(REFUSED_WORDS)
    assert isinstance(job, Job)
    assert job.state is JobState.DONE
    assert isinstance(await setup.imagine("a severed head"), Post)


async def test_undoing_it_forgets_the_words_again(setup: MistakeSetup) -> None:
    """And nothing else of the list; deciding once more teaches them once more."""
    await setup.press(await setup.refused())
    [case] = setup.cases
    for _ in range(2):
        await setup.review.decide(case.id, CaseDecision.ALLOW, MOD, HOUSE)
        assert len(await setup.listed()) == 1
        await setup.review.undo(case.id, MOD, HOUSE)
        assert await setup.listed() == {}
    assert isinstance(await setup.imagine(REFUSED_WORDS), Post)


async def test_what_a_model_refused_is_allowed_to_the_letter(setup: MistakeSetup) -> None:
    """A phrase of it would let through what nobody has looked at."""
    no = Verdict(GuardDecision.REFUSE, "moderation:violence", "No.", "violence")
    setup.moderation.will(no)
    job = await setup.imagine("kill the lights")
    assert isinstance(job, Job)
    button = next(button for button in setup.bench.message(job).buttons if button.command == "mistake")
    await setup.press(button)
    [case] = setup.cases
    await setup.review.decide(case.id, CaseDecision.ALLOW, MOD, HOUSE)
    setup.moderation.will(no, no)
    again, longer = await setup.imagine("Kill the lights!"), await setup.imagine("kill the lights and the man")
    assert isinstance(again, Job)
    assert isinstance(longer, Job)
    assert (again.state, longer.state) == (JobState.DONE, JobState.REFUSED)


async def test_pressing_twice_is_one_case(setup: MistakeSetup) -> None:
    """And so it says."""
    button = await setup.refused()
    await setup.press(button)
    assert "have been told already" in await setup.press(button)
    assert len(setup.cases) == 1


async def test_what_moderators_have_left_so_is_not_asked_again(setup: MistakeSetup) -> None:
    """Neither by the same button nor by that of another try."""
    button = await setup.refused()
    await setup.press(button)
    await setup.review.decide(setup.cases[0].id, CaseDecision.UPHOLD, MOD, HOUSE)
    assert await setup.listed() == {}
    assert "left it at that" in await setup.press(button)
    assert "left it at that" in await setup.press(await setup.refused())
    assert len(setup.cases) == 1


async def test_only_whoever_asked_can_say_so(setup: MistakeSetup) -> None:
    """The message of a job stands in the channel."""
    assert "Only whoever asked" in await setup.press(await setup.refused(), user="bob")
    assert setup.cases == []


async def test_it_can_be_said_for_thirty_days(setup: MistakeSetup) -> None:
    """Then the words are forgotten."""
    button = await setup.refused()
    setup.bench.clock.move(KEPT_FOR + timedelta(seconds=1))
    await setup.refused()
    assert "too long ago" in await setup.press(button)


async def test_what_is_never_drawn_no_moderator_allows(setup: MistakeSetup) -> None:
    """The person is told whom to ask instead."""
    assert "whoever runs this bot" in await setup.press(await setup.refused("a naked child"))
    assert setup.cases == []


@pytest.mark.parametrize(
    ("by", "words", "answer"),
    [
        (RefusedBy.PROVIDER, "a shooting star", "the image service"),
        (RefusedBy.PICTURE_CHECK, "a shooting star", "Your words were fine"),
        (RefusedBy.REWRITER, "a very long shooting star " * 9, "at most 200 characters"),
    ],
)
async def test_where_no_moderator_can_help_the_person_is_told_what_can(
    setup: MistakeSetup, by: RefusedBy, words: str, answer: str
) -> None:
    """No case is opened that nobody could decide."""
    setup.bench.painter.will(PromptRefused(rule="r", sentence="No.", by=by))
    job = await setup.imagine(words)
    assert isinstance(job, Job)
    button = next(button for button in setup.bench.message(job).buttons if button.command == "mistake")
    assert answer in await setup.press(button)
    assert setup.cases == []


async def test_enforcing_a_case_again_changes_nothing(setup: MistakeSetup) -> None:
    """As after a crash; nor does a case about anything else."""
    await setup.press(await setup.refused())
    case = await setup.review.decide(setup.cases[0].id, CaseDecision.ALLOW, MOD, HOUSE)
    before = await setup.listed()
    for one in (case, replace(case, kind=CaseKind.REPORT, decision=None)):
        await setup.effect.enforce(one)
    assert await setup.listed() == before
    assert len(await setup.bench.rulebook.entries(HOUSE, 10)) == 1


@pytest.mark.parametrize("words", ["kill the lights " * 20, "//"])
async def test_what_cannot_be_listed_is_not(setup: MistakeSetup, words: str) -> None:
    """The case is decided all the same."""
    await setup.press(await setup.refused())
    case = await setup.review.decide(setup.cases[0].id, CaseDecision.UPHOLD, MOD, HOUSE)
    await setup.effect.enforce(replace(case, decision=CaseDecision.ALLOW, words=words))
    assert await setup.listed() == {}


async def test_nobody_fills_the_queue_of_the_moderators(setup: MistakeSetup) -> None:
    """Ten a day; what they look at already can be said again, and the next day there is room."""
    button = await setup.refused()
    account = (await setup.bench.studio.account(person())).id
    new = NewCase(kind=CaseKind.MISTAKE, community=HOUSE, platform=LOOM, tenant="town", account=account)
    for number in range(MOST_A_DAY):
        assert (await setup.review.open(replace(new, words=f"fox {number}"))).is_new
    assert "which is as many as they can" in await setup.press(button)
    assert len(setup.cases) == MOST_A_DAY
    setup.bench.clock.move(timedelta(days=1))
    assert "Thank you" in await setup.press(button)
    for number in range(MOST_A_DAY):
        await setup.review.open(replace(new, words=f"owl {number}"))
    assert "have been told already" in await setup.press(button)
