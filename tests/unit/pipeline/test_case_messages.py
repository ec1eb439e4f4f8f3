"""Do moderators see each case in their channel, as it stands, with what they need to decide it?"""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.cases import UNDO_WINDOW, CaseDecision, CaseKind
from bot.domain.chat import Place
from bot.domain.people import HOUSE, AccountId, Identity, Platform
from bot.domain.removals import RemovalReason
from bot.domain.reports import ReporterTrust
from bot.domain.wishes import Rewriting
from bot.errors import MessageGone, StorageFailed, SurfaceFailed
from tests.fakes.bench import Bench
from tests.fakes.case_setup import MODS, CaseSetup
from tests.fakes.leader_lock import ScriptedLeaderLock
from tests.fakes.surfaces import LOOM

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def setup(bench: Bench) -> CaseSetup:
    """Return a community that has a review channel."""
    setup = CaseSetup(bench)
    await setup.set_channel()
    return setup


async def test_a_case_shows_all_that_moderators_need(bench: Bench, setup: CaseSetup) -> None:
    """The picture behind a click, both prompts, scores, who reported it, the author's history, and the buttons."""
    earlier = await setup.report(await bench.draw("a wolf", key="one"))
    await setup.review.decide(earlier.id, CaseDecision.WARN, await setup.account("mo"), HOUSE)
    fox = await bench.draw("a fox", key="two", count=2)
    assert fox.prepared_prompt is not None
    drawn = fox.prepared_prompt.text
    case = await setup.report(fox, scores={"violence": 0.91, "hate": 0.02})
    await setup.review.add_note(case.id, "looks staged", await setup.account("zoe"), HOUSE)
    post = await setup.shown(case)
    assert post.is_sensitive
    assert [one.picture for one in post.pictures] == [case.picture]
    assert post.text.splitlines() == [
        "A picture by Ann was reported: violent.",
        "1 person reported it: Bob (violent, new here).",
        "The same request gave 1 more picture.",
        "Nobody looks after it yet.",
    ]
    assert {detail.title: detail.text for detail in post.details} == {
        "Asked for": "a fox",
        "What the model found": "violence 0.91 · hate 0.02",
        "Author": "Ann (loom:ann): 1 other case (1 removed); 1 warning.",
        "Notes": "Zoe: looks staged",
        "Drawn as": drawn,
    }
    assert setup.labels(post) == [
        *("Remove", "Keep", "Warn", "Mute 1 d", "Ban"),
        *("Show picture", "Similar pictures", "Block phrase…", "Note…", "I look after it"),
    ]


async def test_the_message_follows_the_case(bench: Bench, setup: CaseSetup) -> None:
    """There is one, which is changed; when nothing can be undone any more, that button goes."""
    case = await setup.report(await bench.draw())
    await setup.messages.show_due()
    await setup.press("take", case)
    assert "Mo looks after it." in (await setup.shown(case)).text
    bench.clock.move(12 * MINUTE)
    await setup.press("remove", case)
    decided = await setup.shown(case)
    assert "Mo decided after 12 minutes: the picture is removed." in decided.text
    assert (decided.pictures, setup.labels(decided)) == ((), ["Undo", "Note…"])
    bench.clock.move(UNDO_WINDOW)
    await setup.review.carry_on()
    assert setup.labels(await setup.shown(case)) == ["Note…"]
    assert len([place for place, _, _ in bench.surface.posted if place == MODS]) == 1


async def test_the_message_follows_what_belongs_to_the_case(bench: Bench, setup: CaseSetup) -> None:
    """Later reports, of which ten are named, and that the picture is hidden until somebody decides."""
    case = await setup.report(await bench.draw())
    assert "1 person reported it" in (await setup.shown(case)).text
    assert case.picture is not None
    for number in range(11):
        await setup.reports.add(case.picture, await setup.account(f"user {number}"), ReporterTrust.KNOWN)
    await setup.removals.hide(case.picture, RemovalReason.REPORTS, "reports", case.id)
    await setup.review.show_anew(case.id)
    assert setup.review.changed.is_set()
    shown = (await setup.shown(case)).text
    assert "12 people reported it: Bob" in shown
    assert "and 2 more." in shown
    assert "It is hidden from everybody until this is decided." in shown


async def test_what_did_not_change_is_not_shown_again(bench: Bench, setup: CaseSetup) -> None:
    """However often it is looked at."""
    await setup.report(await bench.draw())
    await setup.messages.show_due()
    said = len(bench.surface.posted), len(bench.surface.updated)
    await setup.messages.show_due()
    assert (len(bench.surface.posted), len(bench.surface.updated)) == said


async def test_a_storm_of_reports_is_no_storm_of_messages(bench: Bench, setup: CaseSetup) -> None:
    """What happens while somebody looks is one change."""
    job = await bench.draw()
    showing = asyncio.create_task(setup.messages.run())
    for _ in range(500):
        await setup.report(job)
    await asyncio.sleep(60)
    showing.cancel()
    assert len([place for place, _, _ in bench.surface.posted if place == MODS]) == 1
    assert len([message for message, _ in bench.surface.updated if message.place == MODS]) <= 1


async def test_a_message_that_somebody_deleted_is_posted_again(bench: Bench, setup: CaseSetup) -> None:
    """The case must not get lost."""
    case = await setup.report(await bench.draw())
    await setup.messages.show_due()
    first = await setup.cases.message(case.id)
    await setup.press("take", case)
    bench.surface.failures.fail_next("update", MessageGone(LOOM, "deleted"))
    await setup.messages.show_due()
    second = await setup.cases.message(case.id)
    assert first is not None
    assert second is not None
    assert first.id != second.id


async def test_another_review_channel_gets_what_changes_from_then_on(bench: Bench, setup: CaseSetup) -> None:
    """The old message stays where it is."""
    case = await setup.report(await bench.draw())
    await setup.messages.show_due()
    await setup.set_channel(replace(MODS, channel="court"))
    await setup.press("take", case)
    await setup.messages.show_due()
    message = await setup.cases.message(case.id)
    assert message is not None
    assert message.place.channel == "court"


async def test_what_the_platform_does_not_take_now_is_shown_later(bench: Bench, setup: CaseSetup) -> None:
    """Nobody is told of that."""
    case = await setup.report(await bench.draw())
    bench.surface.failures.fail_next("post", SurfaceFailed(LOOM, "down"))
    await setup.messages.show_due()
    assert await setup.cases.message(case.id) is None
    assert "reported" in (await setup.shown(case)).text
    assert setup.notices == []


async def test_cases_that_cannot_be_shown_keep_no_others_waiting(bench: Bench, setup: CaseSetup) -> None:
    """However many they are, and whatever breaks."""
    for number in range(21):
        await setup.report(await bench.draw(user=f"user-{number}", key=f"key-{number}"))
    last = await setup.report(await bench.draw(key="last"))
    bench.surface.failures.fail_next("post", SurfaceFailed(LOOM, "it says no"), times=20)
    bench.surface.failures.fail_next("post", ValueError("a bug"))
    await setup.messages.show_due()
    assert await setup.cases.message(last.id) is not None


async def test_where_the_record_is_away_showing_ends_and_begins_again(bench: Bench, setup: CaseSetup) -> None:
    """Each of a page of cases would be asked for in vain."""
    first = await setup.report(await bench.draw(key="first"))
    setup.cases.failures.fail_next("get", StorageFailed("database", "away"))
    with pytest.raises(StorageFailed):
        await setup.messages.show_due()
    await setup.messages.show_due()
    assert await setup.cases.message(first.id) is not None


@pytest.mark.parametrize("channel", [MODS, Place(Platform("nowhere"), "town", "mods")])
async def test_owners_are_told_when_the_channel_is_gone(bench: Bench, setup: CaseSetup, channel: Place) -> None:
    """Once, and the case waits without a message."""
    await setup.set_channel(channel)
    for key in ("one", "two"):
        await setup.report(await bench.draw(key=key))
        bench.surface.failures.fail_next("post", MessageGone(LOOM, "no such channel"))
        await setup.messages.show_due()
    [(_, post)] = setup.notices
    assert "/settings set here --name review_channel" in post.text
    assert await setup.cases.to_show(most=9) == ()


async def test_the_message_says_that_the_author_deleted_the_picture(bench: Bench, setup: CaseSetup) -> None:
    """Not that it waits for moderators; and then that it is gone."""
    job = await bench.draw()
    case = await setup.report(job)
    await bench.gallery.delete(job.id)
    await setup.review.show_anew(case.id)
    deleted = (await setup.shown(case)).text
    assert "Its author has deleted it" in deleted
    assert "It is hidden from everybody" not in deleted
    await bench.gallery.remove_now(job.id)
    await setup.review.show_anew(case.id)
    gone = await setup.shown(case)
    assert "The picture is gone." in gone.text
    assert gone.pictures == ()


async def test_an_appeal_says_what_it_is_against(bench: Bench, setup: CaseSetup) -> None:
    """Who decided what, when, and over what; where that was undone meanwhile, so it is said."""
    job = await bench.draw()
    case = await setup.report(job)
    await setup.press("remove", case)
    appeal = await setup.report(job, kind=CaseKind.APPEAL, appeals=case.id, reason="")
    shown = (await setup.shown(appeal)).text
    assert "Mo decided on 14 March 2026, 12:00 UTC: the picture is removed. Why it was looked at: violent." in shown
    assert "until this is decided" not in shown
    await setup.cases.decide(appeal.id, CaseDecision.UPHOLD, await setup.account("zoe"))
    await setup.review.undo(case.id, await setup.account("mo"), HOUSE)
    assert "That decision was undone meanwhile." in (await setup.shown(appeal)).text


@pytest.mark.parametrize(
    ("days", "reason", "said"),
    [
        (0, "", "Mo banned them on 14 March 2026, 12:00 UTC."),
        (1, "No floods.", "Mo banned them on 14 March 2026, 12:00 UTC until 15 March 2026, 12:00 UTC: No floods."),
    ],
)
async def test_an_appeal_against_a_sanction_says_which(bench: Bench, setup: CaseSetup, days: int, reason: str, said: str) -> None:
    """Until when and why, where that was said."""
    job = await bench.draw()
    until = bench.clock.now() + timedelta(days=days) if days else None
    ban = await setup.sanctions.ban(job.account, HOUSE, by=await setup.account("mo"), until=until, reason=reason)
    appeal = await setup.report(job, kind=CaseKind.APPEAL, appeals=ban.id, picture=None, job=None, reason="")
    assert said in (await setup.shown(appeal)).text.splitlines()


async def test_a_case_about_somebody_who_was_forgotten_names_and_quotes_nobody(bench: Bench, setup: CaseSetup) -> None:
    """What was decided stays to be read."""
    job = await bench.draw()
    case = await setup.report(job, account=AccountId("nobody has it"))
    row = bench.jobs.rows[job.id]
    nobody = replace(job.author, name="", identity=Identity(LOOM, "", ""))
    row.job = replace(row.job, author=nobody, wish=replace(job.wish, prompt=""), prepared_prompt=None)
    post = await setup.shown(case)
    assert post.text.startswith("A picture by somebody who is gone was reported")
    [author] = post.details
    assert author.text.startswith("somebody who is gone: no earlier case")


async def test_a_closed_case_is_changed_where_it_stands_and_never_posted_again(bench: Bench, setup: CaseSetup) -> None:
    """Such as when its words are forgotten: wherever cases are shown by now, and if somebody has deleted its message."""
    case = await setup.report(await bench.draw())
    await setup.messages.show_due()
    await setup.press("keep", case)
    bench.clock.move(UNDO_WINDOW)
    await setup.review.carry_on()
    await setup.messages.show_due()
    await setup.set_channel(replace(MODS, channel="court"))
    said = len(bench.surface.posted), len(bench.surface.updated)
    for _ in range(2):
        await setup.review.show_anew(case.id)
        await setup.messages.show_due()
        bench.surface.failures.fail_next("update", MessageGone(LOOM, "deleted"))
    assert (len(bench.surface.posted), len(bench.surface.updated)) == (said[0], said[1] + 1)
    assert await setup.cases.to_show(most=9) == ()


async def test_a_case_that_was_closed_unshown_stays_unshown(bench: Bench) -> None:
    """There was no channel then."""
    setup = CaseSetup(bench)
    case = await setup.report(await bench.draw())
    await setup.press("keep", case)
    bench.clock.move(UNDO_WINDOW)
    await setup.review.carry_on()
    await setup.set_channel()
    posted = len(bench.surface.posted)
    await setup.messages.show_due()
    assert len(bench.surface.posted) == posted
    assert await setup.cases.to_show(most=9) == ()


async def test_a_case_waits_until_owners_can_be_told_that_there_is_no_channel(bench: Bench) -> None:
    """Nobody would know of it otherwise; it keeps no other case waiting."""
    setup = CaseSetup(bench)
    job = await bench.draw()
    for number in range(30):
        await setup.report(job, kind=CaseKind.MISTAKE, picture=None, job=None, words=f"fox {number}")
    setup.owners_are_away = True
    await setup.messages.show_due()
    assert len(await setup.cases.to_show(most=100)) == 30
    setup.owners_are_away = False
    await setup.messages.show_due()
    assert len(setup.notices) == 1
    assert await setup.cases.to_show(most=100) == ()


async def test_owners_are_told_when_there_is_no_channel(bench: Bench) -> None:
    """Once, and how to name one."""
    setup = CaseSetup(bench)
    for key in ("one", "two"):
        await setup.report(await bench.draw(key=key))
        await setup.messages.show_due()
    [(_, post)] = setup.notices
    assert "nobody has said where" in post.text


async def test_a_picture_that_is_gone_is_said_to_be(bench: Bench, setup: CaseSetup) -> None:
    """The case can still be decided: its author may have deleted it to get away."""
    job = await bench.draw()
    case = await setup.report(job)
    await bench.gallery.delete(job.id)
    bench.clock.move(bench.gallery.undo)
    await bench.gallery.sweep()
    post = await setup.shown(case)
    assert "The picture is gone." in post.text
    assert post.pictures == ()
    assert "Ban" in setup.labels(post)
    assert "Show picture" not in setup.labels(post)


async def test_a_hidden_picture_is_shown_to_moderators(bench: Bench, setup: CaseSetup) -> None:
    """They have to see what they decide about."""
    case = await setup.report(await bench.draw())
    assert case.picture is not None
    await setup.removals.hide(case.picture, RemovalReason.REPORTS, "reports", case.id)
    assert (await setup.shown(case)).pictures


async def test_a_case_without_a_picture_shows_the_words(bench: Bench, setup: CaseSetup) -> None:
    """Of somebody who was refused, and says that it was a mistake."""
    case = await setup.report(
        await bench.draw(), kind=CaseKind.MISTAKE, picture=None, job=None, words="shooting stars", reason=""
    )
    post = await setup.shown(case)
    assert post.text.startswith("loom:ann says that it was a mistake to refuse their words.")
    assert next((detail.title, detail.text) for detail in post.details) == ("Words", "shooting stars")
    assert setup.labels(post) == ["Allow these words", "Leave it so", "Note…", "I look after it"]


async def test_words_that_were_drawn_as_they_are_are_shown_once(bench: Bench, setup: CaseSetup) -> None:
    """There is no second prompt; and who reported before names were kept is called by their id."""
    job = await bench.draw("a fox", rewriting=Rewriting.OFF)
    case = await setup.report(job)
    setup.log.entries.clear()
    post = await setup.shown(case)
    assert [detail.title for detail in post.details] == ["Asked for", "Author"]
    assert "loom:bob (violent, new here)" in post.text


async def test_the_authors_standing_is_told(bench: Bench, setup: CaseSetup) -> None:
    """A mute with its end, and a ban for good."""
    first = await setup.report(await bench.draw(key="one"))
    second = await setup.report(await bench.draw(key="two"))
    third = await setup.report(await bench.draw(key="three"))
    await setup.press("mute", first)
    assert "muted until 15 March 2026, 12:00 UTC." in (await setup.shown(third)).details[-1].text
    await setup.press("ban", second)
    await setup.press("take", third)
    assert "banned for good." in (await setup.shown(third)).details[-1].text
    await setup.press("undo", second)
    bench.clock.move(timedelta(days=2))
    await setup.press("drop", third)
    assert "muted or banned 1 time before." in (await setup.shown(third)).details[-1].text


class TestSweeping:
    """Whoever leads carries on what others left."""

    async def test_what_a_crash_left_is_done_and_shown(self, bench: Bench, setup: CaseSetup) -> None:
        """Decided, and nothing else."""
        case = await setup.report(await bench.draw())
        await setup.cases.decide(case.id, CaseDecision.REMOVE, await setup.account("mo"))
        sweeping = asyncio.create_task(setup.messages.sweep(ScriptedLeaderLock(), every=MINUTE))
        await asyncio.sleep(1)
        sweeping.cancel()
        assert await setup.cases.to_enforce(most=9) == ()
        assert await setup.cases.to_show(most=9) == ()

    @pytest.mark.parametrize("failure", [StorageFailed("database", "away"), ValueError("a fault")])
    async def test_a_sweep_that_fails_is_followed_by_another(self, bench: Bench, setup: CaseSetup, failure: Exception) -> None:
        """So is one that breaks, in the sweep and when something changed."""
        await setup.report(await bench.draw())
        setup.cases.failures.fail_next("to_show", failure)
        setup.cases.failures.fail_next("to_show", failure)
        tasks = [
            asyncio.create_task(setup.messages.sweep(ScriptedLeaderLock(), every=MINUTE)),
            asyncio.create_task(setup.messages.run()),
        ]
        await asyncio.sleep(2 * MINUTE.total_seconds())
        for task in tasks:
            task.cancel()
        assert await setup.cases.to_show(most=9) == ()

    async def test_who_does_not_lead_leaves_it(self, bench: Bench, setup: CaseSetup) -> None:
        """Another process does it."""
        await setup.report(await bench.draw())
        leader = ScriptedLeaderLock()
        leader.leads = False
        sweeping = asyncio.create_task(setup.messages.sweep(leader, every=MINUTE))
        await asyncio.sleep(1)
        sweeping.cancel()
        assert len(await setup.cases.to_show(most=9)) == 1
