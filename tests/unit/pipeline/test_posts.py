"""Asks what a job's one message says, at each step of its way."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.allowances import QuotaStatus
from bot.domain.call_limits import CallLimits
from bot.domain.chat import Button, Details, Link, Post, Tone
from bot.domain.images import Progress, Size
from bot.domain.jobs import Ending, Job, JobId, JobState, PreparedPrompt, QueuePosition
from bot.domain.money import FREE, Cost
from bot.domain.people import HOUSE, REGISTERED, AccountId
from bot.domain.pictures import ImageFile, Picture, PictureId, PictureState
from bot.domain.wishes import Wish
from bot.pipeline import posts, waiting_posts
from bot.services.picture_links import PictureLinks
from tests.fakes.clock import NOON
from tests.fakes.surfaces import SQUARE, person

JOB = Job(
    id=JobId("job-1"),
    key="call-1",
    community=HOUSE,
    account=AccountId("ann"),
    tier=REGISTERED,
    author=person(),
    place=SQUARE,
    wish=Wish(prompt="a fox"),
    created_at=NOON,
)
LONG = replace(JOB, wish=Wish(prompt="fox " * 100))
REWRITTEN = replace(JOB, prepared_prompt=PreparedPrompt("a red fox at dawn"))
CANCEL = Button("Cancel", "cancel", "job-1", is_dangerous=True)
ASKED = Details("You asked for", "a fox")
SHAPE = Size(1024, 1024)
LINKS = PictureLinks("http://easel.test")
FILE = ImageFile(key="pictures/abc.png", sha256="abc", media_type="image/png", width=8, height=9, size_bytes=70)
PICTURE = Picture(id=PictureId("p1"), job="job-1", position=0, file=FILE, state=PictureState.VISIBLE)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (QueuePosition(0, None), "Drawing: a fox"),
        (QueuePosition(1, None), "Drawing: a fox"),
        (QueuePosition(2, None), "Drawing: a fox · 1st in line"),
        (QueuePosition(4, None), "Drawing: a fox · 3rd in line"),
        (QueuePosition(0, 38.0), "Drawing: a fox · about 40 s"),
        (QueuePosition(1, 1.0), "Drawing: a fox · about 5 s"),
        (QueuePosition(3, 38.0), "Drawing: a fox · 2nd in line · about 75 s"),
        (QueuePosition(9, 38.0), "Drawing: a fox · 8th in line · about 3 min"),
        (QueuePosition(0, 120.0), "Drawing: a fox · about 2 min"),
        (QueuePosition(999, 6.0), "Drawing: a fox · 998th in line · about 50 min"),
        (QueuePosition(1000, None), "Drawing: a fox · more than 1,000 are before it"),
        (QueuePosition(1000, 6.0), "Drawing: a fox · more than 1,000 are before it · at least 50 min"),
    ],
)
def test_a_wish_that_waits_says_its_place_and_its_time(line: QueuePosition, says: str) -> None:
    """Two are drawn at once here; what nobody knows is not said."""
    post = waiting_posts.build_waiting_post(JOB, line, 2, 1)
    assert post == Post(says, Tone.WAITING, size=SHAPE, buttons=(CANCEL,))


@pytest.mark.parametrize(
    ("limits", "line", "says"),
    [
        (CallLimits(at_once=2), QueuePosition(1, None), ""),
        (CallLimits(at_once=2), QueuePosition(3, 38.0), " · 2nd in line · about 75 s"),
        (CallLimits(per_minute=2), QueuePosition(1, 38.0), " · about 60 s"),
        (CallLimits(per_minute=2), QueuePosition(5, None), " · 4th in line · about 3 min"),
        (CallLimits(at_once=1, per_minute=60), QueuePosition(5, 38.0), " · 5th in line · about 4 min"),
        (CallLimits(at_once=9, per_minute=1), QueuePosition(5, 38.0), " · 5th in line · about 6 min"),
    ],
)
def test_a_job_that_waits_for_the_image_service_says_so(limits: CallLimits, line: QueuePosition, says: str) -> None:
    """With its place and its time by whichever bound keeps it waiting longer."""
    post = waiting_posts.waiting_for_provider(JOB, line, limits)
    assert post == Post(f"Waiting for the image service: a fox{says}", Tone.WAITING, size=SHAPE, buttons=(CANCEL,))


@pytest.mark.parametrize(
    ("number", "word"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th"), (22, "22nd"), (111, "111th")],
)
def test_places_are_counted_as_in_english(number: int, word: str) -> None:
    """Teens and all."""
    assert waiting_posts.ordinal(number) == word


def test_a_job_that_is_worked_on_says_what_is_done() -> None:
    """With progress and preview where there are any."""
    assert waiting_posts.finding_words(JOB) == Post(
        "Drawing: a fox · finding the words", Tone.WORKING, size=SHAPE, buttons=(CANCEL,)
    )
    shown = waiting_posts.build_working_post(JOB, "Drawing", Progress(0.5, b"dim"))
    assert shown == Post("Drawing: a fox", Tone.WORKING, preview=b"dim", progress=0.5, size=SHAPE, buttons=(CANCEL,))


def test_a_headline_is_cut_and_the_whole_prompt_folded_away() -> None:
    """At 120 characters, with an ellipsis."""
    post = posts.build_done_post(LONG, pictures=(), notes=(), cost=FREE, links=LINKS)
    assert len(post.text) == 120
    assert post.text.endswith("fox…")
    assert post.details == (Details("You asked for", "fox " * 100),)


def test_a_headline_is_one_line() -> None:
    """What a brand kit, a style or a form adds stands below the first one, and with it in the fold."""
    job = replace(JOB, wish=replace(JOB.wish, prompt="a van\nColours: red"))
    post = posts.build_done_post(job, pictures=(), notes=(), cost=FREE, links=LINKS)
    assert (post.text, post.details[0].text) == ("a van", "a van\nColours: red")


def test_a_finished_job_shows_its_pictures_and_what_can_be_done_next() -> None:
    """Both wordings, who drew, how long it took, and what it cost."""
    job = replace(REWRITTEN, started_at=NOON, kept_at=NOON + timedelta(seconds=41.4))
    notes = ("drawn by painter", "8x9, low quality")
    post = posts.build_done_post(job, pictures=(PICTURE,), notes=notes, cost=Cost(53_100), links=LINKS)
    assert (post.text, post.tone) == ("a fox", Tone.DONE)
    assert post.details == (ASKED, Details("Drawn as", "a red fox at dawn"))
    assert (post.footer, post.cost) == (("drawn by painter", "8x9, low quality", "41 s"), "$0.0531")
    assert [(button.label, button.action, button.is_dangerous) for button in post.buttons] == [
        ("Edit", "ask_edit:job-1", False),
        ("Edit a part", "edit-part:job-1", False),
        ("Again", "again:job-1", False),
        ("Vary", "vary:job-1", False),
        ("☆", "star:job-1", False),
        ("Delete", "delete:job-1", True),
    ]
    assert [button.action for button in post.more] == [
        "vary-subtle:job-1",
        "remix:job-1",
        "reword:job-1",
        "share:job-1",
        "ask_collect:job-1",
        "reframe:job-1",
    ]
    [post_picture] = post.pictures
    assert (post_picture.alt, post_picture.link) == ("a red fox at dawn", "http://easel.test/p/p1.png")


def test_what_it_cost_is_for_everybody_only_where_that_is_set() -> None:
    """Else it stands apart, and surfaces that cannot tell people apart leave it out."""
    post = posts.build_done_post(JOB, pictures=(), notes=(), cost=Cost(53_100), links=LINKS, shows_cost=True)
    assert (post.footer, post.cost) == (("$0.0531",), "")


def test_what_is_not_known_is_not_in_the_footer() -> None:
    """A free drawing has no price, and one whose pictures are not kept no length."""
    assert posts.build_done_post(JOB, pictures=(), notes=(), cost=FREE, links=LINKS).footer == ()
    started = replace(JOB, started_at=NOON)
    assert posts.build_done_post(started, pictures=(), notes=(), cost=FREE, links=LINKS).footer == ()


def test_words_that_were_kept_are_shown_once() -> None:
    """Nothing was made of them."""
    kept = replace(JOB, prepared_prompt=PreparedPrompt("a fox"))
    assert posts.build_done_post(kept, pictures=(), notes=(), cost=FREE, links=LINKS).details == (ASKED,)


def test_a_picture_is_described_by_what_was_drawn() -> None:
    """Or by what was typed, while nothing else is settled; never at great length."""
    assert posts.post_picture(JOB, PICTURE, LINKS).alt == "a fox"
    assert len(posts.post_picture(LONG, PICTURE, LINKS).alt) == 300


@pytest.mark.parametrize(
    ("state", "tone", "labels"),
    [
        (JobState.FAILED, Tone.FAILED, ["Draw again", "Change words"]),
        (JobState.CANCELLED, Tone.REFUSED, ["Draw again", "Change words"]),
        (JobState.REFUSED, Tone.REFUSED, ["Change words", "This was a mistake"]),
    ],
)
def test_an_end_without_pictures_says_why(state: JobState, tone: Tone, labels: list[str]) -> None:
    """What failed can be drawn again as it is; what was refused cannot, but with other words."""
    post = posts.build_ended_post(JOB, Ending(state, "why", "It broke. Nothing was counted."))
    assert (post.text, post.tone, post.kind) == ("a fox – It broke. Nothing was counted.", tone, "why")
    assert [button.label for button in post.buttons] == labels
    assert post.details == (ASKED,)
    assert post.pictures == ()


def test_a_safer_wording_is_shown_and_offered() -> None:
    """Nobody has to guess what would pass."""
    post = posts.build_ended_post(REWRITTEN, Ending(JobState.REFUSED, "prompt_refused", "No.", safer="a kind fox"))
    assert [button.action for button in post.buttons] == ["safer:job-1", "reword:job-1", "mistake:job-1"]
    assert post.details[-1] == Details("A wording that would pass", "a kind fox")


def test_a_deletion_says_for_how_long_it_can_be_undone() -> None:
    """And offers to."""
    post = posts.build_deleted_post(JOB, 10)
    assert post.text == "a fox – deleted. It can be brought back for 10 minutes."
    assert [button.action for button in post.buttons] == ["undelete:job-1"]
    assert post.pictures == ()


@pytest.mark.parametrize(
    ("count", "counted", "says"),
    [
        (1, 1, "Drawing: a fox"),
        (2, 2, "Drawing: a fox"),
        (2, 4, "Drawing: a fox · counts as 4 pictures"),
        (1, 2, "Drawing: a fox · counts as 2 pictures"),
    ],
)
def test_a_wish_that_counts_for_more_than_its_pictures_says_so(count: int, counted: int, says: str) -> None:
    """Before it is drawn."""
    job = replace(JOB, wish=Wish(prompt="a fox", count=count))
    assert waiting_posts.build_waiting_post(job, QueuePosition(0, None), 2, counted).text == says
    assert waiting_posts.build_waiting_post(job, QueuePosition(2, None), 2, counted).text == f"{says} · 1st in line"


@pytest.mark.parametrize(("counted", "weight"), [(1, ""), (2, "counts as 2 pictures · ")])
def test_a_wish_that_nobody_can_draw_yet_says_so(counted: int, weight: str) -> None:
    """And promises no time."""
    says = f"Waiting: a fox · {weight}no worker is running right now; it is kept, and drawn as soon as one is"
    assert waiting_posts.waiting_for_worker(JOB, counted) == Post(says, Tone.WAITING, size=SHAPE, buttons=(CANCEL,))


@pytest.mark.parametrize(
    ("left", "says"),
    [
        (None, ()),
        (QuotaStatus(20, held=0, spent=15), ()),
        (QuotaStatus(20, held=1, spent=15), ("4 pictures left today",)),
        (QuotaStatus(200, held=0, spent=160), ("40 pictures left today",)),
        (QuotaStatus(200, held=0, spent=159), ()),
        (QuotaStatus(3, held=0, spent=0), ("3 pictures left today",)),
        (QuotaStatus(10, held=0, spent=7), ("3 pictures left today",)),
        (QuotaStatus(10, held=0, spent=9), ("1 picture left today",)),
        (QuotaStatus(3, held=1, spent=2), ("no pictures left today",)),
        (QuotaStatus(3, held=1, spent=5, credits=7), ("no pictures left today and 7 credits",)),
        (QuotaStatus(0, held=0, spent=0, credits=1), ("no pictures left today and 1 credit",)),
    ],
)
def test_what_is_left_is_said_when_it_is_little(left: QuotaStatus | None, says: tuple[str, ...]) -> None:
    """Three pictures, or the last fifth of the day."""
    post = posts.build_done_post(JOB, pictures=(PICTURE,), notes=(), cost=FREE, links=LINKS, left=left)
    assert post.footer == says


def test_every_picture_leads_to_its_original_where_people_can_reach_it() -> None:
    """Several are numbered as they are shown."""
    links = PictureLinks("http://127.0.0.1:8420", public_url="https://easel.test")
    one = posts.build_done_post(JOB, pictures=(PICTURE,), notes=(), cost=FREE, links=links)
    assert one.links == (Link("Original", "https://easel.test/p/p1.png"),)
    pictures = (PICTURE, replace(PICTURE, id=PictureId("p2")))
    two = posts.build_done_post(JOB, pictures=pictures, notes=(), cost=FREE, links=links)
    assert two.links == (
        Link("Original 1", "https://easel.test/p/p1.png"),
        Link("Original 2", "https://easel.test/p/p2.png"),
    )
    assert posts.build_done_post(JOB, pictures=pictures, notes=(), cost=FREE, links=LINKS).links == ()


def test_a_picture_whose_words_were_erased_is_shown_without_them() -> None:
    """Nothing is offered that needs them, and people who cannot see it are told as much."""
    erased = replace(JOB, wish=Wish(prompt=""), erased_at=NOON)
    post = posts.build_done_post(erased, pictures=(PICTURE,), notes=(), cost=FREE, links=LINKS)
    assert (post.text, post.details) == ("A picture whose words are not kept any more", ())
    assert [button.command for button in post.buttons] == ["ask_edit", "edit-part", "star", "delete"]
    assert [button.command for button in post.more] == ["vary-subtle", "remix", "share", "ask_collect", "reframe"]
    assert post.pictures[0].alt == post.text
