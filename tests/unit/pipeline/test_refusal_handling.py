"""Asks what becomes of refused words: a safer wording, tries that are counted, and pictures that moderators look at."""

from datetime import timedelta

import pytest

from bot.domain.cases import CaseDecision, CaseKind
from bot.domain.jobs import JobState, PreparedPrompt
from bot.domain.money import FREE, Cost
from bot.domain.people import HOUSE, AccountId
from bot.domain.rules import Actor
from bot.domain.wishes import Wish
from bot.errors import PromptRefused, RefusedBy, StorageFailed
from bot.pipeline.doubts import DoubtReview
from bot.ports.prompts import ALLOWED, GuardDecision, Verdict
from bot.provider_errors import ProviderFailed, ProviderFault
from tests.fakes.bench import Bench
from tests.fakes.prompts import REWRITING_COSTS

GORE = Verdict(GuardDecision.REFUSE, "filter:gore", "Pictures of torture are not drawn here.", "gore", "severed head")
REVIEW = Verdict(GuardDecision.UNSURE, "filter:brands", category="brands", entry="our mascot")
WARN = Verdict(GuardDecision.WARN, "filter:brands", category="brands", entry="our mascot")
BLOCKED = PromptRefused(rule="moderation_blocked", sentence="The image service will not draw that.")
SOFTER = PreparedPrompt("a meteor", Cost(30))


async def refuse(bench: Bench, number: int, words: str = "a severed head", user: str = "ann") -> PromptRefused:
    """Have words refused by the word filter."""
    bench.blocklist.will(GORE)
    with pytest.raises(PromptRefused) as refused:
        await bench.imagine(words, key=f"call-{number}", user=user)
    return refused.value


class TestASaferWording:
    """Offered where the words look harmless."""

    async def test_one_is_offered_for_what_an_image_service_will_not_draw(self, bench: Bench) -> None:
        """Our own judges found nothing in the words; the new ones are judged like anybody's, and paid for."""
        bench.painter.will(BLOCKED)
        bench.rewriter.softer = SOFTER
        job = await bench.draw("a shooting star")
        assert job.ending is not None
        assert job.ending.safer == "a meteor"
        assert [ask.prompt for ask in bench.rewriter.softened if ask.was_refused] == ["a shooting star"]
        assert bench.moderation.judged[-1] == bench.blocklist.judged[-1] == "a meteor"
        assert (await bench.jobs.cost(job.id)).microusd == 2 * REWRITING_COSTS.microusd
        assert (await bench.quota_status()).left == 20

    @pytest.mark.parametrize("stage", ["blocklist", "moderation"])
    async def test_none_is_offered_that_would_be_refused_too(self, bench: Bench, stage: str) -> None:
        """It is judged before anybody reads it."""
        bench.painter.will(BLOCKED)
        bench.rewriter.softer = SOFTER
        judge = bench.blocklist if stage == "blocklist" else bench.moderation
        judge.will(*[ALLOWED] * 2, GORE)
        job = await bench.draw("a shooting star")
        assert job.state is JobState.REFUSED
        assert job.ending is not None
        assert job.ending.safer is None

    async def test_none_is_asked_for_where_the_rewriter_has_refused(self, bench: Bench) -> None:
        """It would have said one."""
        bench.rewriter.will(PromptRefused(rule="rewriter:gore", sentence="No.", by=RefusedBy.REWRITER, category="gore"))
        await bench.draw()
        assert bench.rewriter.softened == []

    async def test_none_is_offered_of_what_is_never_drawn(self, bench: Bench) -> None:
        """Whatever anybody suggests."""
        bench.rewriter.will(PromptRefused(rule="r", sentence="No.", by=RefusedBy.REWRITER, category="minors", safer="a fox"))
        job = await bench.draw()
        assert job.ending is not None
        assert job.ending.safer is None

    async def test_what_costs_nothing_is_not_written_down(self, bench: Bench) -> None:
        """Where no chat model is set there are no other words either."""
        bench.painter.will(BLOCKED)
        bench.rewriter.costs = FREE
        job = await bench.draw()
        assert job.ending is not None
        assert job.ending.safer is None

    async def test_a_refusal_does_not_wait_for_whoever_does_not_answer(self, bench: Bench) -> None:
        """The job ends, refunded, without a wording."""
        bench.painter.will(BLOCKED)
        bench.rewriter.softer = ProviderFailed("rewriter", "late", fault=ProviderFault.TIMED_OUT)
        job = await bench.draw()
        assert job.state is JobState.REFUSED
        assert (await bench.quota_status()).left == 20


class TestTries:
    """At the same refused thing, within a day."""

    async def test_some_are_nobodys_business_and_then_moderators_are_shown_it(self, bench: Bench) -> None:
        """Told before, and then; it is one case, about what was tried first, however often it is tried on."""
        texts = [(await refuse(bench, number, f"a severed head, no. {number}")).user_text for number in range(6)]
        assert not any("moderators" in text for text in texts[:2])
        assert "from the next try at this today on, the moderators here are shown it" in texts[2]
        assert all("so the moderators here are shown it" in text for text in texts[3:])
        [row] = bench.cases.rows.values()
        assert (row.case.kind, row.case.words) == (CaseKind.DOUBT, "a severed head, no. 0")
        assert "gore" in row.case.reason

    async def test_other_things_are_other_tries(self, bench: Bench) -> None:
        """And so are other people's, and yesterday's."""
        for number in range(3):
            await refuse(bench, number)
            await refuse(bench, 10 + number, user="bob")
        bench.clock.move(timedelta(days=1, seconds=1))
        for number in range(3):
            await refuse(bench, 20 + number)
        bench.blocklist.will(Verdict(GuardDecision.REFUSE, "filter:hate", "No.", "hate", "x"))
        with pytest.raises(PromptRefused):
            await bench.imagine("something else", key="call-30")
        assert not bench.cases.rows

    async def test_the_same_call_twice_is_one_try(self, bench: Bench) -> None:
        """Platforms deliver twice."""
        for _ in range(6):
            await refuse(bench, 1)
        assert not bench.cases.rows

    async def test_an_image_services_alarms_are_never_held_against_anybody(self, bench: Bench) -> None:
        """They may be false; nor is what was drawn, nor what a model made of the words."""
        for number in range(6):
            bench.painter.will(BLOCKED)
            await bench.draw("a shooting star", key=f"call-{number}")
        assert not bench.cases.rows

    async def test_a_models_verdict_on_the_same_words_counts(self, bench: Bench) -> None:
        """Also where the words differ a little."""
        for number in range(4):
            bench.moderation.will(Verdict(GuardDecision.REFUSE, "moderation:gore", "No.", "gore"))
            await bench.draw(f"cut the poor man into pieces {number}", key=f"call-{number}")
        assert len(bench.cases.rows) == 1

    async def test_a_refusal_that_cannot_be_kept_is_one_all_the_same(self, bench: Bench) -> None:
        """Only nobody can say that it was a mistake."""
        bench.refusals.failures.fail_always("add", StorageFailed("memory", "away"))
        assert (await refuse(bench, 1)).refusal_id == ""


class TestListedWordsThatAreDrawn:
    """Lists of severity `review` and `warn`."""

    async def test_moderators_are_shown_what_a_list_wants_looked_at(self, bench: Bench) -> None:
        """A case for each picture, once, whoever takes the job up again."""
        bench.blocklist.will(REVIEW, ALLOWED, REVIEW)
        job = await bench.draw("our mascot", count=2)
        await bench.delivery.show_pictures(job)
        assert job.state is JobState.DONE
        found = [row.case for row in bench.cases.rows.values()]
        assert {case.picture for case in found} == {picture.id for picture in await bench.gallery.visible(job.id)}
        assert {(case.kind, case.reason, case.job) for case in found} == {(CaseKind.DOUBT, "brands", job.id)}
        assert not (await bench.refusals.of(job.account, HOUSE, since=bench.clock.now(), most=10))

    async def test_a_picture_that_had_a_case_gets_no_other_one(self, bench: Bench) -> None:
        """Whoever delivers it again after moderators have decided does not ask them once more."""
        bench.blocklist.will(REVIEW, ALLOWED, *[REVIEW] * 2)
        job = await bench.draw("our mascot")
        [row] = bench.cases.rows.values()
        await bench.review.decide(row.case.id, CaseDecision.KEEP, Actor(AccountId("mod"), "Mod"), HOUSE)
        await DoubtReview(
            guard=bench.guard, policies=bench.policies, gallery=bench.gallery, cases=bench.cases, review=bench.review
        ).open_cases(job)
        assert len(bench.cases.rows) == 1

    async def test_what_is_listed_as_refused_meanwhile_is_no_doubt(self, bench: Bench) -> None:
        """It was let through when it was asked for, and is drawn by now."""
        bench.blocklist.will(ALLOWED, ALLOWED, GORE)
        assert (await bench.draw("our mascot")).state is JobState.DONE
        assert not bench.cases.rows

    async def test_a_case_that_cannot_be_opened_is_opened_later(self, bench: Bench) -> None:
        """Before anybody sees the picture."""
        bench.blocklist.will(REVIEW, ALLOWED, REVIEW, REVIEW)
        bench.cases.failures.fail_next("open", StorageFailed("memory", "away"))
        job = await bench.draw("our mascot")
        assert not bench.cases.rows
        bench.clock.move(timedelta(minutes=1))
        await bench.work()
        assert bench.job(job).state is JobState.DONE
        assert len(bench.cases.rows) == 1

    async def test_whoever_typed_them_is_told_in_private(self, bench: Bench) -> None:
        """And it is drawn."""
        bench.blocklist.will(WARN)
        call = bench.call()
        await bench.studio.accept(Wish(prompt="our mascot"), call)
        await bench.work()
        [whisper] = call.whispers
        assert "close to what is not wanted here" in whisper.text
        assert not bench.cases.rows


class TestWhatACommunityAllows:
    """The very words, which moderators found harmless."""

    async def test_it_is_drawn_though_models_refuse_it(self, bench: Bench) -> None:
        """As it was typed, where the rewriter would not make anything of it."""
        bench.blocklist.allowed.add("kill the lights")
        bench.moderation.will(Verdict(GuardDecision.REFUSE, "moderation:violence", "No.", "violence"))
        bench.rewriter.will(PromptRefused(rule="rewriter:violence", sentence="No.", by=RefusedBy.REWRITER, category="violence"))
        job = await bench.draw("kill the lights")
        assert job.state is JobState.DONE
        assert [request.prompt for request in bench.painter.requests] == ["kill the lights"]

    async def test_what_is_never_drawn_nobody_allows(self, bench: Bench) -> None:
        """Not by any list."""
        bench.blocklist.allowed.add("kill the lights")
        bench.moderation.will(Verdict(GuardDecision.REFUSE, "moderation:minors", "No.", "minors"))
        assert (await bench.draw("kill the lights")).state is JobState.REFUSED
