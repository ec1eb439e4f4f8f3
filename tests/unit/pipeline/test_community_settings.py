"""Asks whether what admins have set for a place is what its wishes and pictures go by."""

import pytest

from bot.domain.allowances import Weights
from bot.domain.images import Quality, Shape, Size
from bot.domain.jobs import Job
from bot.domain.people import HOUSE
from bot.domain.rules import EVERYBODY, Actor, Change, RuleKey, RuleKind
from bot.domain.wishes import Draft, Rewriting, Wish
from bot.errors import BadInput, NotAllowed, StorageFailed
from tests.fakes.bench import Bench
from tests.fakes.surfaces import person

ADMIN = Actor(EVERYBODY, "Ada")


@pytest.fixture
def bench() -> Bench:
    """Set up a house where high quality counts double."""
    return Bench(weights=Weights({Quality.HIGH: 2}, large=3))


async def have(bench: Bench, **settings: str) -> None:
    """Have an admin set things."""
    for name, value in settings.items():
        await bench.rulebook.change(Change(community=HOUSE, key=RuleKey(RuleKind.SETTING, name), value=value, by=ADMIN))


async def wished(bench: Bench, draft: Draft) -> Job:
    """Have a draft accepted, and give the newest job."""
    await bench.studio.accept(draft, bench.call(f"call-{len(bench.jobs.rows)}"))
    return list(bench.jobs.rows.values())[-1].job


async def test_what_a_draft_leaves_open_is_as_usual_at_the_place(bench: Bench) -> None:
    """And what it says goes first."""
    assert (await wished(bench, Draft(prompt="a fox"))).wish == Wish(prompt="a fox")
    await have(bench, shape="tall", quality="high", rewriting="off", previews="off")
    filled = Wish(prompt="a fox", shape=Shape.TALL, quality=Quality.HIGH, rewriting=Rewriting.OFF, previews=False)
    assert (await wished(bench, Draft(prompt="a fox"))).wish == filled
    draft = Draft(prompt="a fox", shape=Shape.WIDE, quality=Quality.LOW, rewriting=Rewriting.ON)
    said = Wish(prompt="a fox", shape=Shape.WIDE, quality=Quality.LOW, rewriting=Rewriting.ON, previews=False)
    assert (await wished(bench, draft)).wish == said


async def test_the_usual_quality_counts_as_what_it_is(bench: Bench) -> None:
    """It is shown in the message, and it is what is set aside."""
    await have(bench, quality="high")
    job = await wished(bench, Draft(prompt="a fox", count=2))
    assert bench.message(job).text == "Drawing: a fox · counts as 4 pictures"
    assert (await bench.quota_status()).held == 4
    large = await wished(bench, Draft(prompt="an elk", size=Size(2048, 2048)))
    assert bench.message(large).text == "Drawing: an elk · counts as 6 pictures"


async def test_without_previews_none_are_asked_for(bench: Bench) -> None:
    """They would cost a little, and nobody would see them."""
    await have(bench, previews="off")
    await wished(bench, Draft(prompt="a fox"))
    await bench.work()
    assert [request.previews for request in bench.painter.requests] == [False]


async def test_words_are_left_alone_where_rewriting_is_off(bench: Bench) -> None:
    """The verdict stays."""
    await have(bench, rewriting="off")
    await wished(bench, Draft(prompt="a fox"))
    await bench.work()
    assert [request.prompt for request in bench.painter.requests] == ["a fox"]
    assert len(bench.rewriter.asks) == 1


async def test_in_other_channels_nothing_is_drawn(bench: Bench) -> None:
    """Nothing is counted, nor does it use up what one may ask for at once."""
    await have(bench, channels="loom:town:elsewhere")
    with pytest.raises(NotAllowed):
        await wished(bench, Draft(prompt="a fox"))
    assert bench.jobs.rows == {}
    await have(bench, channels="loom:village:elsewhere")
    assert (await wished(bench, Draft(prompt="a fox"))).wish.prompt == "a fox"


class TestWhatIsLeft:
    """The line below a finished picture."""

    async def test_it_is_there_when_little_is_left(self, bench: Bench) -> None:
        """And only then."""
        much = await bench.draw(key="call-1", count=4)
        for number in range(3):
            await bench.draw(key=f"more-{number}", count=4)
        little = await bench.draw(key="call-2")
        assert not any("left today" in line for line in bench.message(much).footer)
        assert bench.message(little).footer[-1] == "3 pictures left today"

    async def test_it_is_not_said_again_when_a_picture_is_shown_once_more(self, bench: Bench) -> None:
        """That may be another day."""
        for number in range(4):
            await bench.draw(key=f"more-{number}", count=4)
        job = await bench.draw(key="call-2")
        assert bench.message(job).footer[-1] == "3 pictures left today"
        await bench.delivery.show_pictures(job)
        assert not any("left today" in line for line in bench.message(job).footer)

    @pytest.mark.parametrize("error", [StorageFailed("sqlite", "locked")], ids=repr)
    async def test_a_picture_is_delivered_though_nobody_knows_what_is_left(self, bench: Bench, error: Exception) -> None:
        """Without the line."""
        for number in range(4):
            await bench.draw(key=f"more-{number}", count=4)
        job = await bench.imagine(key="call-2")
        bench.accounts.failures.fail_always("of", error)
        await bench.work()
        assert len(bench.message(job).pictures) == 1
        assert not any("left today" in line for line in bench.message(job).footer)

    async def test_it_is_the_authors_own(self, bench: Bench) -> None:
        """Not that of whoever drew much beside them."""
        for number in range(5):
            await bench.draw(key=f"more-{number}", count=4, user="bob")
        job = await bench.draw(key="call-2")
        assert job.author == person()
        assert not any("left today" in line for line in bench.message(job).footer)


async def test_a_shape_and_a_size_of_another_shape_are_refused_before_anything_is_counted(bench: Bench) -> None:
    """One sentence says what to do; where they agree, the size is drawn."""
    with pytest.raises(BadInput) as refused:
        await wished(bench, Draft(prompt="a fox", shape=Shape.WIDE, size=Size(1024, 1536)))
    assert refused.value.user_text == (
        "Shape wide and size 1024x1536 do not go together: 1024x1536 is tall. Please give one of the two. Nothing was counted."
    )
    assert bench.jobs.rows == {}
    assert (await wished(bench, Draft(prompt="a fox", shape=Shape.TALL, size=Size(800, 1200)))).wish.size == Size(800, 1200)
