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


class Court:
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
def court() -> Court:
    """Set one up."""
    return Court()


async def test_one_press_says_so_and_one_press_teaches_the_list(court: Court) -> None:
    """The words around what was found are allowed, and the same wish is drawn."""
    thanks = await court.press(await court.refused())
    assert thanks.startswith("Thank you: the moderators here look at these words")
    [case] = court.cases
    assert (case.kind, case.words, case.reason) == (CaseKind.MISTAKE, REFUSED_WORDS, "gore")
    await court.review.decide(case.id, CaseDecision.ALLOW, MOD, HOUSE)
    assert await court.listed() == {"a severed head of": f"allow case-{case.id}"}
    job = await court.imagine(REFUSED_WORDS)
    assert isinstance(job, Job)
    assert job.state is JobState.DONE
    assert isinstance(await court.imagine("a severed head"), Post)


async def test_undoing_it_forgets_the_words_again(court: Court) -> None:
    """And nothing else of the list; deciding once more teaches them once more."""
    await court.press(await court.refused())
    [case] = court.cases
    for _ in range(2):
        await court.review.decide(case.id, CaseDecision.ALLOW, MOD, HOUSE)
        assert len(await court.listed()) == 1
        await court.review.undo(case.id, MOD, HOUSE)
        assert await court.listed() == {}
    assert isinstance(await court.imagine(REFUSED_WORDS), Post)


async def test_what_a_model_refused_is_allowed_to_the_letter(court: Court) -> None:
    """A phrase of it would let through what nobody has looked at."""
    no = Verdict(GuardDecision.REFUSE, "moderation:violence", "No.", "violence")
    court.moderation.will(no)
    job = await court.imagine("kill the lights")
    assert isinstance(job, Job)
    button = next(button for button in court.bench.message(job).buttons if button.command == "mistake")
    await court.press(button)
    [case] = court.cases
    await court.review.decide(case.id, CaseDecision.ALLOW, MOD, HOUSE)
    court.moderation.will(no, no)
    again, longer = await court.imagine("Kill the lights!"), await court.imagine("kill the lights and the man")
    assert isinstance(again, Job)
    assert isinstance(longer, Job)
    assert (again.state, longer.state) == (JobState.DONE, JobState.REFUSED)


async def test_pressing_twice_is_one_case(court: Court) -> None:
    """And so it says."""
    button = await court.refused()
    await court.press(button)
    assert "have been told already" in await court.press(button)
    assert len(court.cases) == 1


async def test_what_moderators_have_left_so_is_not_asked_again(court: Court) -> None:
    """Neither by the same button nor by that of another try."""
    button = await court.refused()
    await court.press(button)
    await court.review.decide(court.cases[0].id, CaseDecision.UPHOLD, MOD, HOUSE)
    assert await court.listed() == {}
    assert "left it at that" in await court.press(button)
    assert "left it at that" in await court.press(await court.refused())
    assert len(court.cases) == 1


async def test_only_whoever_asked_can_say_so(court: Court) -> None:
    """The message of a job stands in the channel."""
    assert "Only whoever asked" in await court.press(await court.refused(), user="bob")
    assert court.cases == []


async def test_it_can_be_said_for_thirty_days(court: Court) -> None:
    """Then the words are forgotten."""
    button = await court.refused()
    court.bench.clock.move(KEPT_FOR + timedelta(seconds=1))
    await court.refused()
    assert "too long ago" in await court.press(button)


async def test_what_is_never_drawn_no_moderator_allows(court: Court) -> None:
    """The person is told whom to ask instead."""
    assert "whoever runs this bot" in await court.press(await court.refused("a naked child"))
    assert court.cases == []


@pytest.mark.parametrize(
    ("by", "words", "told"),
    [
        (RefusedBy.PROVIDER, "a shooting star", "the image service"),
        (RefusedBy.PICTURE_CHECK, "a shooting star", "Your words were fine"),
        (RefusedBy.REWRITER, "a very long shooting star " * 9, "at most 200 characters"),
    ],
)
async def test_where_no_moderator_can_help_the_person_is_told_what_can(
    court: Court, by: RefusedBy, words: str, told: str
) -> None:
    """No case is opened that nobody could decide."""
    court.bench.painter.will(PromptRefused(rule="r", sentence="No.", by=by))
    job = await court.imagine(words)
    assert isinstance(job, Job)
    button = next(button for button in court.bench.message(job).buttons if button.command == "mistake")
    assert told in await court.press(button)
    assert court.cases == []


async def test_enforcing_a_case_again_changes_nothing(court: Court) -> None:
    """As after a crash; nor does a case about anything else."""
    await court.press(await court.refused())
    case = await court.review.decide(court.cases[0].id, CaseDecision.ALLOW, MOD, HOUSE)
    before = await court.listed()
    for one in (case, replace(case, kind=CaseKind.REPORT, decision=None)):
        await court.effect.enforce(one)
    assert await court.listed() == before
    assert len(await court.bench.rulebook.entries(HOUSE, 10)) == 1


@pytest.mark.parametrize("words", ["kill the lights " * 20, "//"])
async def test_what_cannot_be_listed_is_not(court: Court, words: str) -> None:
    """The case is decided all the same."""
    await court.press(await court.refused())
    case = await court.review.decide(court.cases[0].id, CaseDecision.UPHOLD, MOD, HOUSE)
    await court.effect.enforce(replace(case, decision=CaseDecision.ALLOW, words=words))
    assert await court.listed() == {}


async def test_nobody_fills_the_queue_of_the_moderators(court: Court) -> None:
    """Ten a day; what they look at already can be said again, and the next day there is room."""
    button = await court.refused()
    account = (await court.bench.studio.account(person())).id
    new = NewCase(kind=CaseKind.MISTAKE, community=HOUSE, platform=LOOM, tenant="town", account=account)
    for number in range(MOST_A_DAY):
        assert (await court.review.open(replace(new, words=f"fox {number}"))).is_new
    assert "which is as many as they can" in await court.press(button)
    assert len(court.cases) == MOST_A_DAY
    court.bench.clock.move(timedelta(days=1))
    assert "Thank you" in await court.press(button)
    for number in range(MOST_A_DAY):
        await court.review.open(replace(new, words=f"owl {number}"))
    assert "have been told already" in await court.press(button)
