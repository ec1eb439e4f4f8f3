"""Asks `/imagine` for what goes into its words and pictures by other options: what to leave out, a place, a style."""

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.commands.imagine import imagine
from bot.domain.images import Abilities, Size
from bot.domain.inputs import BroughtPicture, InputRole
from bot.domain.templates import KeptTemplate, Template, TemplateId, TemplateOwner
from bot.pipeline.styles import Styles
from bot.pipeline.template_pictures import TemplatePictures
from bot.services.templates import TemplateShelf
from tests.fakes.bench import FAULT, Bench
from tests.fakes.clock import NOON
from tests.fakes.ids import CountingIds
from tests.fakes.images import ScriptedProvider
from tests.fakes.owners import nobody
from tests.fakes.photos import photo
from tests.fakes.surfaces import person
from tests.fakes.templates import MemoryTemplates
from tests.unit.commands.hands import Hands, newest


class Atelier:
    """A house whose painter takes pictures, and what Ann types there."""

    def __init__(self) -> None:
        able = Abilities(sizes=(Size(1024, 1024),), most=4, most_inputs=4)
        self.bench = bench = Bench(painter=ScriptedProvider(abilities=able, edge=64))
        self.templates, pictures = MemoryTemplates(), TemplatePictures(bench.input_keeping, bench.objects)
        self.pictures = pictures
        shelf = TemplateShelf(self.templates, bench.quotas, bench.clock, CountingIds())
        styles = Styles(shelf=shelf, pictures=pictures, bases=bench.bases, quotas=bench.quotas)
        self._hands = Hands(bench, Dispatcher((imagine(bench.studio, styles=styles),), lambda: FAULT, nobody))

    async def type(self, line: str, user: str = "ann") -> str:
        """Type a line, and return what was whispered."""
        return "".join([post.text for post in await self._hands.type(line, user)])

    async def keep(self, template: Template) -> None:
        """Keep a template of Ann's."""
        owner = TemplateOwner.of_account((await self.bench.quotas.account(person("ann"))).id)
        await self.templates.save(KeptTemplate(id=TemplateId("t"), owner=owner, template=template, changed_at=NOON), most=9)


@pytest.fixture
def atelier() -> Atelier:
    """Open it."""
    return Atelier()


async def test_what_must_not_be_seen_stands_below_the_words(atelier: Atelier) -> None:
    """Models take it as words, and so does the guard; words alone stay as they are."""
    await atelier.type('/imagine a  fox --negative "people,  text"')
    assert newest(atelier.bench).wish.prompt == "a fox\nLeave out: people, text"


async def test_a_place_says_the_size(atelier: Atelier) -> None:
    """Instead of a size; a shape may stand beside it, if it is that shape."""
    await atelier.type("/imagine a fox --for x-header")
    assert newest(atelier.bench).wish.size == Size(1536, 512)
    assert "one of size and for" in await atelier.type("/imagine a fox --for x-header --size 1024x1024")
    assert "do not go together" in await atelier.type("/imagine a fox --for x-header --shape tall")
    assert "for can be" in await atelier.type("/imagine a fox --for nowhere")


async def test_the_style_of_a_picture_is_taken_by_its_link(atelier: Atelier) -> None:
    """It goes along, to be drawn from; what it shows is left there."""
    hers = await atelier.bench.draw("a hare")
    await atelier.type(f"/imagine a fox --style {hers.id}")
    wish = newest(atelier.bench).wish
    assert wish.prompt == "a fox\nStyle: take colours, technique and mood from picture 1, and nothing of what is seen there"
    assert [one.role for one in wish.inputs] == [InputRole.REFERENCE]
    several = await atelier.bench.draw("hares", key="2", count=2)
    assert "There are 2 pictures there" in await atelier.type(f"/imagine a fox --style {several.id}")
    assert "I know of no picture there" in await atelier.type("/imagine a fox --style https://example.org/nothing")


async def test_a_saved_style_is_a_template_with_pictures(atelier: Atelier) -> None:
    """All of them are taken; one without is said."""
    kept = await atelier.pictures.keep([BroughtPicture(photo()), BroughtPicture(photo("PNG"))])
    await atelier.keep(Template("Ink", "ink", pictures=kept))
    await atelier.type("/imagine a fox --style iNK")
    assert "from pictures 1 to 2, and nothing" in newest(atelier.bench).wish.prompt
    assert len(newest(atelier.bench).wish.inputs) == 2
    assert "has no pictures to take a style from" in await atelier.type("/imagine a fox --style poster")
