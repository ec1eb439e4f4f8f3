"""Asks whether somebody can mark a part of a picture that they see, and what comes of what they send."""

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.commands.part import MarkedPart, PartEditing, part
from bot.domain.chat import Place, Post
from bot.domain.images import Abilities, Quality, Size
from bot.domain.jobs import Job
from bot.domain.people import Identity, Platform
from bot.errors import BadInput, NotAllowed
from bot.services.part_links import PartLinks
from tests.fakes.bench import FAULT, Bench
from tests.fakes.codes import MemoryCodes
from tests.fakes.images import ScriptedProvider
from tests.fakes.owners import nobody
from tests.fakes.photos import mask_of
from tests.fakes.surfaces import LOOM, SQUARE, FakeCall, person
from tests.unit.commands.hands import Hands, newest

PAGE = Platform("page")
AMBER = Identity(PAGE, "", "amber")
ELSEWHERE = Place(LOOM, "town", "the mill")
LAMP = MarkedPart("a lamp", mask_of((64, 64), (8, 8, 32, 32)))


def a_bench(most_inputs: int = 2) -> Bench:
    """Return a house whose model takes pictures."""
    able = Abilities(sizes=(Size(1024, 1024),), most=4, most_inputs=most_inputs, takes_mask=True)
    return Bench(painter=ScriptedProvider(abilities=able, edge=64))


@pytest.fixture
def bench() -> Bench:
    """Set up a house whose model takes pictures."""
    return a_bench()


def editing_of(bench: Bench, page: Platform = PAGE) -> PartEditing:
    """Return what takes parts in."""
    links = PartLinks(MemoryCodes(bench.clock), bench.ids, bench.clock, page="https://easel.test")
    return PartEditing(bench.studio, bench.bases, links, bench.quotas, page=page)


async def press(bench: Bench, editing: PartEditing, job: Job, *, is_local: bool = False) -> Post:
    """Press the button, and return what is said in private."""
    hands = Hands(bench, Dispatcher((part(editing, is_local=is_local),), lambda: FAULT, nobody))
    [answer] = await hands.press("edit-part", job)
    return answer


async def opened(bench: Bench, editing: PartEditing, job: Job) -> str:
    """Open the link to a job's first picture, and return its secret."""
    link, *_ = (await press(bench, editing, job)).links
    secret = link.address.partition("#")[2]
    await editing.open(AMBER, secret)
    return secret


async def send(bench: Bench, editing: PartEditing, secret: str, marked: MarkedPart = LAMP) -> None:
    """Send what was marked."""
    edit = await editing.find(AMBER, secret)
    await editing.send(marked, edit, FakeCall(bench.surface, "part-1", by=edit.person, at=edit.place))


async def test_the_button_gives_a_link_for_each_picture(bench: Bench) -> None:
    """In private; who is on the page already gets a relative one."""
    job = await bench.draw(count=2)
    answer = await press(bench, editing_of(bench), job)
    assert [link.label for link in answer.links] == ["Mark the part", "Mark the part of picture 2"]
    assert all(link.address.startswith("https://easel.test/part#") for link in answer.links)
    assert "opens once within 10 minutes, and leaves you an hour" in answer.text
    assert "the machine that easel runs on" not in answer.text
    answer = await press(bench, editing_of(bench, page=LOOM), job, is_local=True)
    assert answer.links[0].address.startswith("part#")
    assert answer.text.endswith("The link opens on the machine that easel runs on only.")


async def test_what_is_marked_is_drawn_where_the_button_was_pressed(bench: Bench) -> None:
    """From our own picture, with the mask; it counts as theirs."""
    editing, job = editing_of(bench), await bench.draw(quality=Quality.LOW)
    await send(bench, editing, await opened(bench, editing, job))
    await bench.work()
    drawn = bench.job(newest(bench))
    assert drawn.wish.quality is Quality.LOW
    [picture] = await bench.pictures.of_job(job.id)
    assert [(one.role, one.parent) for one in drawn.wish.inputs] == [("base", picture.id), ("mask", None)]
    assert (drawn.place, drawn.author.name, bench.painter.requests[-1].prompt) == (SQUARE, "Ann", "a lamp")
    assert (await bench.quota_status()).left == 18


async def test_once_it_is_closed_nothing_more_is_sent(bench: Bench) -> None:
    """The page is used up."""
    editing, job = editing_of(bench), await bench.draw()
    secret = await opened(bench, editing, job)
    await editing.close(AMBER, secret)
    with pytest.raises(BadInput):
        await send(bench, editing, secret)


async def test_a_picture_that_was_deleted_meanwhile_is_not_changed(bench: Bench) -> None:
    """Neither opened nor sent, and nothing is counted."""
    editing, job = editing_of(bench), await bench.draw()
    secret = await opened(bench, editing, job)
    [link] = (await press(bench, editing, job)).links
    await bench.gallery.delete(job.id)
    with pytest.raises(BadInput) as refused:
        await editing.open(AMBER, link.address.partition("#")[2])
    assert refused.value.user_text.startswith("That picture was deleted or taken down")
    with pytest.raises(BadInput):
        await send(bench, editing, secret)
    assert (await bench.quota_status()).left == 19


async def test_pictures_of_others_from_elsewhere_are_not_offered(bench: Bench) -> None:
    """Nobody marks what they do not see."""
    job = await bench.draw(user="bob")
    with pytest.raises(NotAllowed):
        await editing_of(bench).offer(job.id, FakeCall(bench.surface, "press", by=person("ann"), at=ELSEWHERE))


async def test_where_nothing_changes_pictures_it_is_said_at_once() -> None:
    """Not after somebody has marked something."""
    bench = a_bench(most_inputs=0)
    answer = await press(bench, editing_of(bench), await bench.draw())
    assert answer.text == "No image model here changes pictures, so there is nothing to mark. Nothing was counted."
