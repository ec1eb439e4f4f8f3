"""Can moderators do their work with what they press and type, and nobody else?"""

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from bot.domain.cases import UNDO_WINDOW, CaseDecision, CaseKind, CaseState
from bot.domain.chat import Form, Place
from bot.domain.jobs import JobId
from bot.domain.people import HOUSE, AccountId, CommunityId
from bot.domain.pictures import PictureId, PictureState
from bot.domain.removals import RemovalReason
from bot.domain.rules import RuleKind
from bot.domain.sanctions import SanctionKind
from bot.errors import ObjectMissing
from tests.fakes.bench import Bench
from tests.fakes.case_setup import OWNER, CaseSetup
from tests.fakes.surfaces import LOOM, SQUARE, person

VILLAGE = Place(LOOM, "village", "green")
MO = person("mo", is_moderator=True)


@pytest.fixture
async def setup(bench: Bench) -> CaseSetup:
    """Return a community that has a review channel."""
    setup = CaseSetup(bench)
    await setup.set_channel()
    return setup


class TestDeciding:
    """By a button, or by typing."""

    @pytest.mark.parametrize("button", ["remove", "warn", "mute", "ban"])
    async def test_what_is_decided_happens(self, bench: Bench, setup: CaseSetup, button: str) -> None:
        """The picture is out of sight at once, and its author sanctioned."""
        job = await bench.draw()
        case = await setup.report(job)
        [answer] = await setup.press(button, case)
        assert "That can be undone for ten minutes." in answer.text
        assert setup.labels(answer) == ["Undo"]
        [picture] = await bench.pictures.of_job(job.id)
        assert picture.state is not PictureState.VISIBLE
        imposed = {"warn": [SanctionKind.WARNING], "mute": [SanctionKind.MUTE], "ban": [SanctionKind.BAN]}.get(button, [])
        assert [one.kind for one in await bench.sanction_book.of(case.account)] == imposed

    async def test_what_is_kept_stays(self, bench: Bench, setup: CaseSetup) -> None:
        """Nothing else happens."""
        job = await bench.draw()
        await setup.press("keep", await setup.report(job))
        assert len(await bench.gallery.visible(job.id)) == 1

    async def test_who_presses_late_is_told_who_decided(self, bench: Bench, setup: CaseSetup) -> None:
        """And what: their own press changes nothing."""
        case = await setup.report(await bench.draw())
        await setup.press("keep", case, "mo")
        [answer] = await setup.press("ban", case, "zoe")
        assert answer.text == "Mo decided this case already: the picture stays. Nothing was changed."
        assert await bench.sanction_book.of(case.account) == ()

    async def test_a_moderator_does_not_judge_themselves(self, bench: Bench, setup: CaseSetup) -> None:
        """Another one has to."""
        case = await setup.report(await bench.draw(user="mo"))
        [answer] = await setup.press("keep", case, "mo")
        assert "another moderator" in answer.text

    async def test_nobody_undoes_what_was_decided_about_them(self, bench: Bench, setup: CaseSetup) -> None:
        """A moderator who was banned does not lift that by the Undo button of the case."""
        job = await bench.draw(user="mo")
        case = await setup.report(job)
        await setup.press("ban", case, "zoe")
        [answer] = await setup.press("undo", case, "mo")
        assert "another moderator" in answer.text
        assert await bench.gallery.visible(job.id) == ()
        assert (await bench.sanctions.read_record(case.account, HOUSE)).barring is not None

    async def test_an_undone_decision_is_taken_back(self, bench: Bench, setup: CaseSetup) -> None:
        """The picture is seen again, and the ban lifted; once."""
        job = await bench.draw()
        case = await setup.report(job)
        await setup.press("ban", case)
        [answer] = await setup.press("undo", case, "zoe")
        assert "open again" in answer.text
        assert len(await bench.gallery.visible(job.id)) == 1
        assert (await bench.sanctions.read_record(case.account, HOUSE)).barring is None
        [late] = await setup.press("undo", case)
        assert "ten minutes" in late.text

    async def test_a_decision_after_an_undo_is_a_new_one(self, bench: Bench, setup: CaseSetup) -> None:
        """The same sanction once more is not taken for the lifted one."""
        case = await setup.report(await bench.draw())
        for button in ("ban", "undo", "ban"):
            await setup.press(button, case)
        assert (await bench.sanctions.read_record(case.account, HOUSE)).barring is not None

    async def test_another_decision_lifts_what_the_first_imposed(self, bench: Bench, setup: CaseSetup) -> None:
        """Also where a crash came between."""
        case = await setup.report(await bench.draw())
        await setup.press("ban", case)
        await setup.cases.undo(case.id, await setup.account("mo"))
        await setup.press("keep", case)
        assert (await bench.sanctions.read_record(case.account, HOUSE)).barring is None

    async def test_a_mute_that_comes_too_late_is_none(self, bench: Bench, setup: CaseSetup) -> None:
        """The day began with the decision."""
        case = await setup.report(await bench.draw())
        bench.sanction_book.failures.fail_next("impose", ObjectMissing("database", "away"))
        await setup.press("mute", case)
        bench.clock.move(200 * UNDO_WINDOW)
        await setup.review.carry_on()
        assert await bench.sanction_book.of(case.account) == ()
        assert await setup.cases.to_enforce(most=9) == ()

    async def test_a_removal_is_typed(self, bench: Bench, setup: CaseSetup) -> None:
        """Where buttons do not work."""
        case = await setup.report(await bench.draw())
        [answer] = await setup.type(f"/cases decide {case.id} --decision remove")
        assert answer.text.startswith("Decided: the picture is removed.")

    async def test_the_decision_of_an_appeal_brings_the_picture_back(self, bench: Bench, setup: CaseSetup) -> None:
        """What another case had removed."""
        job = await bench.draw()
        case = await setup.report(job)
        await setup.press("remove", case)
        appeal = await setup.report(job, kind=CaseKind.APPEAL, appeals=case.id)
        await setup.press("restore", appeal, "zoe")
        assert len(await bench.gallery.visible(job.id)) == 1

    async def test_an_appeal_that_is_granted_and_then_not_takes_the_picture_again(self, bench: Bench, setup: CaseSetup) -> None:
        """And once more the other way round; what has happened already does not happen twice."""
        job = await bench.draw()
        case = await setup.report(job)
        await setup.press("remove", case)
        appeal = await setup.report(job, kind=CaseKind.APPEAL, appeals=case.id)
        for button, visible in (("restore", 1), ("undo", 0), ("uphold", 0), ("undo", 0), ("restore", 1)):
            await setup.press(button, appeal, "zoe")
            await setup.review.carry_on()
            assert len(await bench.gallery.visible(job.id)) == visible

    async def test_an_owner_is_not_sanctioned(self, bench: Bench, setup: CaseSetup) -> None:
        """The moderator is told before anything happens, and can remove the picture alone."""
        job = await bench.draw()
        case = await setup.report(job)
        setup.owners.add(case.account)
        [answer] = await setup.press("ban", case)
        assert "an owner of this bot" in answer.text
        assert len(await bench.gallery.visible(job.id)) == 1
        [answer] = await setup.press("remove", case)
        assert answer.text.startswith("Decided")

    async def test_an_owner_whom_easel_found_too_late_is_left_alone(self, bench: Bench, setup: CaseSetup) -> None:
        """The picture is removed all the same."""
        job = await bench.draw()
        case = await setup.report(job)
        setup.owners.add(case.account)
        await setup.review.decide(case.id, CaseDecision.BAN, await setup.account("mo"), HOUSE)
        assert await bench.gallery.visible(job.id) == ()
        assert await setup.cases.to_enforce(most=9) == ()

    async def test_no_moderator_brings_back_what_the_law_took(self, bench: Bench, setup: CaseSetup) -> None:
        """Whatever a later case says."""
        job = await bench.draw()
        await setup.press("remove", await setup.report(job, kind=CaseKind.TAKEDOWN))
        await setup.press("keep", await setup.report(job))
        assert await bench.gallery.visible(job.id) == ()

    async def test_an_earlier_case_that_is_closed_shows_nothing_that_a_later_one_hides(
        self, bench: Bench, setup: CaseSetup
    ) -> None:
        """A picture was kept, and then a moderator reported it."""
        job = await bench.draw()
        await setup.press("keep", await setup.report(job))
        bench.clock.move(UNDO_WINDOW / 2)
        later = await setup.report(job)
        assert later.picture is not None
        await setup.removals.hide(later.picture, RemovalReason.REPORTS, "reports", later.id)
        bench.clock.move(UNDO_WINDOW / 2)
        await setup.review.carry_on()
        assert await bench.gallery.visible(job.id) == ()

    async def test_words_alone_have_no_picture_to_remove(self, bench: Bench, setup: CaseSetup) -> None:
        """The decision is noted."""
        job = await bench.draw()
        case = await setup.report(job, kind=CaseKind.MISTAKE, picture=None, words="shooting stars")
        [answer] = await setup.press("look", case)
        assert "gone" in answer.text
        await setup.press("allow", case)
        assert len(await bench.gallery.visible(job.id)) == 1


class TestPage:
    """Working in a browser instead."""

    async def test_a_moderator_gets_a_link(self, setup: CaseSetup) -> None:
        """For themselves, at the place where they asked."""
        [answer] = await setup.type("/cases page", MO, at=VILLAGE)
        [link] = answer.links
        found = await setup.sessions.open("amber", link.address.partition("#")[2])
        assert found is not None
        assert (found.person.identity, found.place) == (MO.identity, VILLAGE)

    async def test_others_get_none(self, setup: CaseSetup) -> None:
        """They are told whom it is for."""
        [answer] = await setup.type("/cases page", person("ann"))
        assert (answer.links, "for moderators only" in answer.text) == ((), True)


class TestWorking:
    """Sharing cases out."""

    async def test_somebody_takes_a_case_and_gives_it_back(self, bench: Bench, setup: CaseSetup) -> None:
        """The others see who."""
        case = await setup.report(await bench.draw())
        await setup.press("take", case)
        assert "Mo looks after it." in (await setup.shown(case)).text
        await setup.press("drop", case, "zoe")
        assert "Nobody looks after it yet." in (await setup.shown(case)).text

    async def test_notes_and_phrases_are_asked_for_in_a_form(self, bench: Bench, setup: CaseSetup) -> None:
        """That knows which case it is about."""
        case = await setup.report(await bench.draw())
        await setup.press("note", case)
        await setup.press("block", case)
        assert setup.forms == [Form("cases note", {"case": case.id}), Form("cases block", {"case": case.id})]

    async def test_a_note_is_for_moderators(self, bench: Bench, setup: CaseSetup) -> None:
        """On the case."""
        case = await setup.report(await bench.draw())
        await setup.type(f"/cases note looks staged --case {case.id}")
        assert "Mo: looks staged" in (await setup.shown(case)).details[-1].text

    async def test_a_blocked_phrase_is_on_the_list(self, bench: Bench, setup: CaseSetup) -> None:
        """The case stays open, and the record has it."""
        case = await setup.report(await bench.draw())
        await setup.type(f"/cases block wicked fox --case {case.id}")
        [rule] = await bench.rulebook.filter_rules(HOUSE)
        assert (rule.key.kind, rule.key.subject) == (RuleKind.FILTER, "wicked fox")
        assert [line.action for line in setup.log.entries] == ["opened", "blocked"]
        assert (await setup.review.find(case.id, None)).state is CaseState.OPEN

    async def test_a_phrase_is_not_listed_for_another_community(self, bench: Bench, setup: CaseSetup) -> None:
        """Owners see all cases wherever they are, and `/filter add` lists words where they are."""
        case = await setup.report(await bench.draw(), community=CommunityId("elsewhere"))
        [answer] = await setup.type(f"/cases block wicked fox --case {case.id}", OWNER)
        assert "elsewhere" in answer.text
        assert await bench.rulebook.filter_rules(HOUSE) == ()
        assert [line.action for line in setup.log.entries] == ["opened"]

    async def test_the_picture_is_shown_to_whoever_asks(self, bench: Bench, setup: CaseSetup) -> None:
        """As a file that every platform shows."""
        case = await setup.report(await bench.draw())
        [answer] = await setup.press("look", case)
        [file] = answer.attachments
        assert Image.open(BytesIO(file.content)).format == "JPEG"
        assert not answer.is_sensitive

    async def test_a_picture_that_is_gone_is_not_shown(self, bench: Bench, setup: CaseSetup) -> None:
        """Nor one that the store does not give now."""
        case = await setup.report(await bench.draw())
        bench.objects.failures.fail_always("get", ObjectMissing("store", "away"))
        [answer] = await setup.press("look", case)
        assert "gone" in answer.text
        [shown] = await setup.type(f"/cases show {case.id}")
        assert (shown.pictures, shown.attachments) == ((), ())
        await setup.press("remove", case)
        [answer] = await setup.press("look", case)
        assert "gone" in answer.text


class TestSimilar:
    """Pictures like that of a case."""

    async def test_those_of_the_same_request_and_lookalikes_are_shown(self, bench: Bench, setup: CaseSetup) -> None:
        """Each as a file, with a button that reports it."""
        job = await bench.draw(count=2)
        later = await bench.draw(key="call-2")
        case = await setup.report(job)
        for kept in bench.jobs.kept.values():
            kept.picture = replace(kept.picture, file=replace(kept.picture.file, fingerprint="0f" * 32))
        [answer] = await setup.press("similar", case)
        [_, sibling], [other] = await bench.pictures.of_job(job.id), await bench.pictures.of_job(later.id)
        assert [button.action for button in answer.buttons] == [f"report:{sibling.id}", f"report:{other.id}"]
        assert answer.text.splitlines()[1:] == ["1. of the same request", "2. looks alike"]
        assert [Image.open(BytesIO(file.content)).format for file in answer.attachments] == ["JPEG", "JPEG"]

    async def test_elsewhere_only_those_of_the_own_place_are_shown(self, bench: Bench, setup: CaseSetup) -> None:
        """A community may have several servers that do not know each other."""
        case = await setup.report(await bench.draw())
        await bench.draw(key="call-2")
        for number, kept in enumerate(bench.jobs.kept.values()):
            kept.picture = replace(kept.picture, file=replace(kept.picture.file, fingerprint="0f" * 32))
            row = bench.jobs.rows[JobId(kept.picture.job)]
            row.job = replace(row.job, place=VILLAGE if number else row.job.place)
        [answer] = await setup.press("similar", case, at=SQUARE)
        assert "No other picture" in answer.text
        [answer] = await setup.press("similar", case)
        assert len(answer.attachments) == 1

    async def test_what_cannot_be_read_is_left_out(self, bench: Bench, setup: CaseSetup) -> None:
        """Nor is there anything like words, or a picture that nobody knows any more."""
        case = await setup.report(await bench.draw(count=2))
        words = await setup.report(await bench.draw(key="call-2"), kind=CaseKind.MISTAKE, picture=None, words="stars")
        bench.objects.failures.fail_always("get", ObjectMissing("store", "away"))
        [answer] = await setup.press("similar", case)
        assert "No other picture" in answer.text
        [answer] = await setup.press("similar", words)
        assert "No other picture" in answer.text


class TestFinding:
    """Cases are seen where they belong."""

    async def test_open_cases_are_listed(self, bench: Bench, setup: CaseSetup) -> None:
        """The longest waiting first, each with a button that shows it."""
        first = await setup.report(await bench.draw(key="one"))
        await setup.report(await bench.draw(key="two"))
        await setup.press("take", first)
        [page] = await setup.type("/cases list")
        assert page.text.splitlines() == [
            "2 cases open; the first 2:",
            "1. report, violent, opened 14 March 2026, 12:00 UTC, Mo looks after it",
            "2. report, violent, opened 14 March 2026, 12:00 UTC",
        ]
        [shown] = await setup.press("show", first)
        assert shown.text.startswith("A picture by Ann was reported")
        assert shown.is_sensitive
        assert len(shown.attachments) == 1

    async def test_decided_cases_are_listed(self, bench: Bench, setup: CaseSetup) -> None:
        """With what was decided."""
        assert "Nothing yet." in (await setup.type("/cases list --state decided"))[0].text
        assert "no case here that is open" in (await setup.type("/cases list"))[0].text
        case = await setup.report(await bench.draw())
        await setup.press("keep", case)
        [page] = await setup.type("/cases list --state decided")
        assert page.text.endswith(": the picture stays")
        [shown] = await setup.press("show", case)
        assert shown.attachments == ()

    async def test_only_moderators_see_them(self, bench: Bench, setup: CaseSetup) -> None:
        """Nobody else, not by a button either."""
        case = await setup.report(await bench.draw())
        for line in ("/cases list", f"/cases show {case.id}", f"/cases decide {case.id} --decision keep"):
            [answer] = await setup.type(line, person("bob"))
            assert "for moderators only" in answer.text
        assert (await setup.review.find(case.id, None)).state is CaseState.OPEN

    async def test_another_servers_moderators_see_their_own(self, bench: Bench, setup: CaseSetup) -> None:
        """Where one community has several servers, which know nothing of each other; page by page."""
        job = await bench.draw()
        case = await setup.report(job)
        for number in range(60):
            await setup.report(job, picture=PictureId(f"owl.{number}"))
        other = await setup.report(await bench.draw(key="other"), tenant="village")
        for line in (f"/cases show {case.id}", f"/cases decide {case.id} --decision ban"):
            [answer] = await setup.type(line, MO, at=VILLAGE)
            assert "no such case" in answer.text
        [page] = await setup.type("/cases list", MO, at=VILLAGE)
        assert [button.argument for button in page.buttons] == [other.id]
        assert page.text.startswith("1 case open; the first 1:")
        [page] = await setup.type("/cases list --count 3", MO, at=SQUARE)
        assert len(page.buttons) == 3

    async def test_owners_see_all_and_decide_what_is_about_them(self, bench: Bench, setup: CaseSetup) -> None:
        """From wherever they are: there may be nobody else."""
        case = await setup.report(await bench.draw(), community="elsewhere", tenant="village", account=AccountId("olga"))
        [page] = await setup.type("/cases list", OWNER, at=SQUARE)
        assert [button.argument for button in page.buttons] == [case.id]
        [answer] = await setup.type(f"/cases decide {case.id} --decision keep", OWNER, at=SQUARE)
        assert answer.text.startswith("Decided")

    async def test_what_is_no_id_is_refused(self, setup: CaseSetup) -> None:
        """With a hint."""
        [answer] = await setup.type("/cases show ../etc")
        assert "/cases list" in answer.text

    async def test_a_form_of_another_place_is_refused(self, bench: Bench, setup: CaseSetup) -> None:
        """As the button would be."""
        case = await setup.report(await bench.draw())
        [answer] = await setup.type(f"/cases note hm --case {case.id}", MO, at=VILLAGE)
        assert "no such case" in answer.text
