"""Asks whether anybody can report a picture, say why, and take it back; and whether it counts for what it should."""

from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from bot.commands.dispatcher import Dispatcher
from bot.commands.message_actions import MessageActions, Reaction
from bot.commands.reports import flag, report, report_reason, unflag, unreport
from bot.domain.cases import CaseId
from bot.domain.chat import Place, Post
from bot.domain.jobs import Job
from bot.domain.people import Identity, Person
from bot.domain.pictures import PictureId
from bot.domain.reports import ReporterTrust, ReportOutcome, ReportReason
from bot.errors import StorageFailed
from bot.services.communities import Communities
from bot.services.picture_lookup import PictureLookup
from bot.services.reporting import Reporting
from storage.limits.local import LocalRateLimiter
from tests.fakes.bench import FAULT, Bench
from tests.fakes.owners import nobody
from tests.fakes.reports import MemoryReports
from tests.fakes.surfaces import LOOM, SQUARE, FakeCall, person

WEEK = timedelta(days=7)
ELSEWHERE = Place(LOOM, "village", "green")
ALONE = Place(LOOM, "", "bob alone")


class Reporters:
    """People who report what was drawn on the bench, with what followed from it."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.reports = MemoryReports(bench.clock)
        self.followed: list[PictureId] = []
        self.failure: StorageFailed | None = None
        self.platform_ages: dict[Identity, datetime] = {}
        limiter = LocalRateLimiter(bench.clock)
        lookup = PictureLookup(bench.jobs, bench.pictures, bench.sent_messages)
        self.reporting = reporting = Reporting(
            reports=self.reports,
            accounts=bench.accounts,
            quotas=bench.quotas,
            sanctions=bench.sanctions,
            follow_up=self._follow_up,
            rate_limiter=limiter,
            clock=bench.clock,
            is_owner=self._is_owner,
            platform_age=self.platform_ages.get,
        )
        commands = (
            report(reporting, lookup),
            flag(reporting, lookup, limiter),
            unflag(reporting, lookup, limiter),
            unreport(reporting, lookup),
            report_reason(reporting, lookup),
        )
        self._dispatcher = Dispatcher(commands, lambda: FAULT, nobody)
        self.message_actions = MessageActions(self._dispatcher, lookup)
        self._calls = 0

    async def type(self, line: str, user: str = "bob", *, at: Place = SQUARE) -> str:
        """Type a line, and give what is said to it."""
        call = self._call(person(user), at)
        await self._dispatcher.dispatch_line(line, call)
        return "\n".join(post.text for post in call.whispers)

    async def press(self, action: str, user: str = "bob", *, at: Place = SQUARE, is_moderator: bool = False) -> list[Post]:
        """Press a button, or what a menu or a reaction stands for."""
        call = self._call(person(user, is_moderator=is_moderator), at)
        await self._dispatcher.press(action, call)
        return call.whispers

    async def react(self, reaction: Reaction, job: Job, *, is_taken_back: bool = False) -> list[Post]:
        """React to the message of a job, or take that reaction away again."""
        assert job.message is not None
        call = self._call(person("bob"), SQUARE)
        point = self.message_actions.take_back if is_taken_back else self.message_actions.react
        await point(reaction, job.message.id, call)
        return call.whispers

    async def trust(self, picture: PictureId) -> list[ReporterTrust]:
        """Return what the reports of a picture count for."""
        return [report.trust for report in await self.reports.of(picture)]

    def _call(self, by: Person, at: Place) -> FakeCall:
        self._calls += 1
        return FakeCall(self.bench.surface, f"call {self._calls}", by=by, at=at)

    async def _follow_up(self, picture: PictureId) -> None:
        if self.failure is not None:
            raise self.failure
        self.followed.append(picture)

    async def _is_owner(self, person: Person) -> bool:
        return person.name == "Owner"


@pytest.fixture
def reporters(bench: Bench) -> Reporters:
    """Return people who can report."""
    return Reporters(bench)


@pytest.fixture
async def foxes(bench: Bench) -> Job:
    """Return a job of ann's with two pictures."""
    return await bench.draw(count=2, user="ann")


@pytest.fixture
async def fox(bench: Bench, foxes: Job) -> PictureId:
    """Return one of them."""
    return (await bench.pictures.of_job(foxes.id))[0].id


async def test_a_report_is_written_down_and_thanked_for_in_private(bench: Bench, reporters: Reporters, foxes: Job) -> None:
    """All pictures of the job, with who reported them and what follows; the channel sees nothing."""
    said = len(bench.surface.posted), len(bench.surface.updated)
    [thanks] = await reporters.press(f"report:{foxes.id}")
    assert thanks.text.startswith("Thank you: the moderators are told, and nobody in the channel sees it.")
    bob = (await bench.studio.account(person("bob"))).id
    pictures = [picture.id for picture in await bench.pictures.of_job(foxes.id)]
    for picture in pictures:
        assert [report.reporter for report in await reporters.reports.of(picture)] == [bob]
    assert reporters.followed == pictures
    assert (len(bench.surface.posted), len(bench.surface.updated)) == said


async def test_the_same_report_twice_is_thanked_for_and_written_down_once(reporters: Reporters, foxes: Job) -> None:
    """In the book and in the log."""
    with capture_logs() as logs:
        for user in ("bob", "bob", "cat"):
            assert len(await reporters.press(f"report:{foxes.id}", user)) == 1
    assert [entry["event"] for entry in logs if "report" in entry["event"]] == ["picture.reported"] * 4


@pytest.mark.parametrize(
    "link",
    [
        "https://easel.example/p/{picture}.png",
        "<https://easel.example/p/{picture}.jpg?download|the picture>",
        "https://cdn.example/attachments/1/2/SPOILER_easel-ai-{picture}.png?ex=1",
        "{picture}",
    ],
)
async def test_a_link_of_a_picture_reports_that_one_alone(bench: Bench, reporters: Reporters, foxes: Job, link: str) -> None:
    """Of ours, or of the file that a platform shows."""
    first, second = await bench.pictures.of_job(foxes.id)
    assert "Thank you" in await reporters.type(f'/report "{link.format(picture=second.id)}" --reason minor')
    assert await reporters.reports.of(first.id) == ()
    assert [report.reason for report in await reporters.reports.of(second.id)] == [ReportReason.MINOR]


@pytest.mark.parametrize("link", ["https://example.com", "a fox", "/p/", "https://discord.com/channels/1/2/3", "x" * 900])
async def test_a_link_to_nothing_is_refused_in_one_sentence(reporters: Reporters, foxes: Job, link: str) -> None:
    """And says what a link would be."""
    assert foxes.message is not None
    assert (await reporters.type(f'/report "{link}"')).startswith("I know of no picture there, so nothing was done.")


async def test_why_can_be_said_afterwards(reporters: Reporters, foxes: Job, fox: PictureId) -> None:
    """By a button under the thanks, which only works for who has reported it."""
    [thanks] = await reporters.press(f"report:{foxes.id}")
    [sexual, *_] = thanks.buttons
    [noted] = await reporters.press(sexual.action)
    assert noted.text == "Thank you, that helps: it stands beside your report now."
    assert [report.reason for report in await reporters.reports.of(fox)] == [ReportReason.SEXUAL]
    [refused] = await reporters.press(sexual.action, "cat")
    assert "You have not reported that picture" in refused.text
    [refused] = await reporters.press(f"report_reason:{foxes.id}:ugly")
    assert "can be sexual" in refused.text


async def test_a_report_can_be_taken_back_for_ten_minutes(bench: Bench, reporters: Reporters, foxes: Job, fox: PictureId) -> None:
    """By the button under the thanks, or by taking the reaction away; then it stays."""
    [thanks] = await reporters.press(f"flag:{foxes.id}")
    [taken_back] = await reporters.press(f"unflag:{foxes.id}")
    assert taken_back.text == "Your report is taken back, and counts for nothing."
    assert await reporters.reports.of(fox) == ()
    assert reporters.followed.count(fox) == 2
    await reporters.press(f"flag:{foxes.id}")
    bench.clock.move(timedelta(minutes=11))
    for button in (thanks.buttons[-1].action, f"unflag:{foxes.id}"):
        [too_late] = await reporters.press(button)
        assert too_late.text.startswith("Your report stays: it could be taken back for 10 minutes")
    assert len(await reporters.reports.of(fox)) == 1


async def test_a_reaction_that_is_taken_away_takes_the_report_back(reporters: Reporters, foxes: Job, fox: PictureId) -> None:
    """Another reaction that is taken away changes nothing."""
    await reporters.react(Reaction.REPORT, foxes)
    assert await reporters.react(Reaction.CROSS, foxes, is_taken_back=True) == []
    assert len(await reporters.reports.of(fox)) == 1
    [taken_back] = await reporters.react(Reaction.REPORT, foxes, is_taken_back=True)
    assert taken_back.text == "Your report is taken back, and counts for nothing."
    assert await reporters.reports.of(fox) == ()


async def test_who_never_reported_is_told_nothing_by_a_reaction(reporters: Reporters, foxes: Job) -> None:
    """A button says so."""
    assert await reporters.press(f"unflag:{foxes.id}", "cat") == []
    [refused] = await reporters.press(f"unreport:{foxes.id}", "cat")
    assert "You have no report of that picture" in refused.text


async def test_pictures_of_elsewhere_are_reported_there(reporters: Reporters, foxes: Job, fox: PictureId) -> None:
    """From another server it is refused in one sentence; where somebody is alone, nobody knows where they are from."""
    refused = await reporters.type(f"/report {fox}", at=ELSEWHERE)
    assert refused == (
        "That picture was posted in another server or workspace, so it can only be reported there; nothing was reported."
    )
    assert await reporters.reports.of(fox) == ()
    assert "Thank you" in await reporters.type(f"/report {foxes.id}", at=ALONE)


async def test_ones_own_picture_is_not_reported(reporters: Reporters, foxes: Job, fox: PictureId) -> None:
    """It can be deleted. A reaction is told the same."""
    for command in ("report", "flag"):
        [refused] = await reporters.press(f"{command}:{foxes.id}", "ann")
        assert "is your own" in refused.text
    assert await reporters.reports.of(fox) == ()


async def test_pictures_that_are_deleted_cannot_be_reported(bench: Bench, reporters: Reporters, foxes: Job) -> None:
    """Unless they were reported before: then they may be hidden for that."""
    await bench.gallery.delete(foxes.id)
    [whisper] = await reporters.press(f"report:{foxes.id}")
    assert whisper.text == "There is no picture to report any more."
    await bench.gallery.restore(foxes.id)
    await reporters.press(f"report:{foxes.id}", "cat")
    await bench.gallery.delete(foxes.id)
    assert "Thank you" in (await reporters.press(f"report:{foxes.id}"))[0].text


async def test_what_reports_count_for(bench: Bench, reporters: Reporters, foxes: Job, fox: PictureId) -> None:
    """Moderators of the place, known people and newcomers, by us or by their platform; from elsewhere all are newcomers."""
    reporters.platform_ages[person("dan").identity] = bench.clock.now() - WEEK
    await bench.studio.account(person("cat"))
    bench.clock.move(WEEK)
    for user in ("bob", "cat", "dan"):
        await reporters.press(f"report:{foxes.id}", user)
    await reporters.press(f"report:{foxes.id}", "eve", is_moderator=True)
    await reporters.press(f"report:{foxes.id}", "fay", at=ALONE, is_moderator=True)
    await reporters.press(f"report:{foxes.id}", "owner", at=ALONE)
    new, known, moderator = ReporterTrust.NEW, ReporterTrust.KNOWN, ReporterTrust.MODERATOR
    assert await reporters.trust(fox) == [new, known, known, moderator, new, moderator]


async def test_whoever_reports_from_outside_the_community_is_a_newcomer_there() -> None:
    """However long they have been known elsewhere: a link can be passed on to a crowd."""
    bench = Bench(communities=Communities(parts_tenants=True, joined={}))
    reporters, job = Reporters(bench), await bench.draw(user="ann")
    for user in ("bob", "cat"):
        await bench.studio.account(person(user))
    bench.clock.move(WEEK)
    await reporters.press(f"report:{job.id}", "bob")
    await reporters.press(f"report:{job.id}", "cat", at=ALONE)
    [picture] = await bench.pictures.of_job(job.id)
    assert await reporters.trust(picture.id) == [ReporterTrust.KNOWN, ReporterTrust.NEW]


async def test_whoever_is_mostly_wrong_counts_for_nothing(bench: Bench, reporters: Reporters, foxes: Job, fox: PictureId) -> None:
    """After three reports that moderators rejected."""
    for number in range(3):
        other = await bench.draw(key=f"other {number}", user="ann")
        await reporters.press(f"report:{other.id}")
        [picture] = await bench.pictures.of_job(other.id)
        await reporters.reports.decide(picture.id, CaseId("case"), ReportOutcome.REJECTED, up_to=bench.clock.now())
    await reporters.press(f"report:{foxes.id}")
    assert await reporters.trust(fox) == [ReporterTrust.DISTRUSTED]


async def test_one_person_reports_twenty_times_an_hour(reporters: Reporters, foxes: Job) -> None:
    """Then it is said when to go on."""
    for _ in range(20):
        await reporters.press(f"report:{foxes.id}")
    [busy] = await reporters.press(f"report:{foxes.id}")
    assert busy.kind == "busy"
    assert busy.text == "These are many reports; report the next one in an hour. Nothing was reported."


async def test_a_crowd_of_reactions_is_not_answered_one_by_one(reporters: Reporters, foxes: Job, fox: PictureId) -> None:
    """Each counts all the same; what a crowd would be refused for is not said a hundred times either."""
    said = [await reporters.press(f"flag:{foxes.id}", f"user{number}") for number in range(100)]
    assert len([whispers for whispers in said if whispers]) == 30
    assert len(await reporters.reports.of(fox)) == 100
    assert [await reporters.press(f"flag:{foxes.id}", "ann") for _ in range(5)] == [[]] * 5


async def test_a_report_whose_consequences_fail_is_taken_all_the_same(reporters: Reporters, foxes: Job, fox: PictureId) -> None:
    """It is pending, so that they follow later."""
    reporters.failure = StorageFailed("database", "locked")
    [thanks] = await reporters.press(f"report:{foxes.id}")
    assert "Thank you" in thanks.text
    assert fox in await reporters.reports.pending(reporters.bench.clock.now() + WEEK, most=9)
