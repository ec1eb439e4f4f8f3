"""Asks whether a community's brand kit is set by its admins alone, and goes into the words of those who want it."""

import pytest

from bot.commands.brand import brand_logo, brand_set, brand_show
from bot.commands.dispatcher import Dispatcher
from bot.commands.imagine import imagine
from bot.commands.rule_changes import RuleChanges, audit, undo
from bot.commands.template_changes import template_save
from bot.commands.templates import template_use
from bot.domain.brand import LONGEST_ENTRY, BrandKit, BrandPart, parse_brand_part
from bot.domain.images import Abilities, Size
from bot.domain.inputs import BroughtPicture, InputRole
from bot.errors import BadInput, SurfaceFailed
from bot.pipeline.brands import Brands
from bot.pipeline.template_pictures import TemplatePictures
from bot.services.templates import TemplateShelf
from tests.fakes.bench import FAULT, Bench
from tests.fakes.ids import CountingIds
from tests.fakes.images import ScriptedProvider
from tests.fakes.photos import photo
from tests.fakes.surfaces import LOOM, SQUARE
from tests.fakes.templates import MemoryTemplates
from tests.unit.commands.admin_console import ANN, BOB, AdminConsole, PlacedCall
from tests.unit.commands.hands import newest


class BrandConsole(AdminConsole):
    """A console with the commands that know of a brand kit; Ann is an admin there, and Bob is not."""

    def open(self, *, premium: str = "", policy: str = "") -> Dispatcher:
        """Build the commands."""
        bench = self.bench
        rule_changes = RuleChanges(
            rulebook=bench.rulebook, quotas=self.quotas, people=self.people, deployment=self.house, clock=bench.clock
        )
        templates = MemoryTemplates()
        shelf = TemplateShelf(templates, self.quotas, bench.clock, CountingIds())
        pictures = TemplatePictures(bench.input_keeping, bench.objects)
        brands = Brands(templates=templates, pictures=pictures, quotas=bench.quotas, clock=bench.clock, ids=CountingIds())
        commands = (
            imagine(bench.studio, brands=brands),
            template_use(bench.studio, shelf, quotas=bench.quotas, pictures=pictures, brands=brands),
            template_save(shelf, self.owns, pictures),
            brand_show(brands),
            brand_set(rule_changes),
            brand_logo(brands),
            audit(rule_changes),
            undo(rule_changes),
        )
        self._dispatcher = Dispatcher(commands, lambda: FAULT, self.owns)
        return self._dispatcher

    async def give(self, logo: tuple[BroughtPicture, ...], *, shows_forms: bool = False, **more: str) -> str:
        """Bring a logo, as an admin."""
        call = PlacedCall(self.bench, self._key(), ANN, SQUARE)
        if not shows_forms:
            call.failures.fail_next("ask", SurfaceFailed(LOOM, "no forms"))
        brought: dict[str, object] = {"picture": logo} if logo else {}
        await self._dispatcher.dispatch("brandkit logo", brought | more, call)
        return f"a form of {call.asked[0].command}" if call.asked else call.whispers[0].text

    @property
    def prompt(self) -> str:
        """The words that were accepted last."""
        return newest(self.bench).wish.prompt


@pytest.fixture
def console() -> BrandConsole:
    """Open it, with a painter that takes pictures."""
    console = BrandConsole()
    able = Abilities(sizes=(Size(1024, 1024),), most=4, most_inputs=2)
    console.bench = Bench(painter=ScriptedProvider(abilities=able))
    console.open()
    return console


async def test_admins_fill_the_kit_and_undo_it(console: BrandConsole) -> None:
    """Each change is on record, and everybody sees what holds."""
    [post] = await console.type("/brandkit set colours #e4002b, navy  blue,navy blue --why rebranding")
    assert post.text == "The setting “colours of the brand kit” is now #E4002B, navy blue; it was not set."
    await console.say("/brandkit set never stock photo; gradients")
    shown = await console.say("/brandkit show", BOB)
    assert shown.splitlines()[1:4] == ["colours: #E4002B, navy blue", "always: not set", "never: stock photo, gradients"]
    assert "rebranding" in await console.say("/audit")
    await console.press(post.buttons[0])
    assert await console.say("/brandkit set never clear") != ""
    assert "colours: not set" in await console.say("/brandkit show")
    assert "for admins only" in await console.say("/brandkit set never us", BOB)


async def test_who_wants_it_has_it_in_their_words(console: BrandConsole) -> None:
    """Nobody gets it unasked; where there is none, that is said and nothing is drawn."""
    assert "nothing in the brand kit" in await console.say("/imagine a fox --brand on", BOB)
    assert console.bench.jobs.rows == {}
    await console.say("/brandkit set colours navy")
    await console.say("/brandkit set always hand-drawn")
    await console.type("/imagine a  fox --brand on", BOB)
    assert console.prompt == "a fox\nColours: navy\nAlways: hand-drawn"
    await console.type("/imagine a hare --brand off", BOB)
    assert console.prompt == "a hare"


async def test_templates_that_are_not_ones_own_have_it(console: BrandConsole) -> None:
    """Unless somebody says otherwise; one's own have it where that is said."""
    await console.type("/template use logo name=Acme")
    assert console.prompt.endswith("no shadows.")
    await console.say("/brandkit set colours navy")
    await console.type("/template save mine a {what:fox}")
    await console.type("/template save ours a {what:fox} --whose community")
    for line, prompt in (
        ("/template use mine =", "a fox"),
        ("/template use mine = --brand on", "a fox\nColours: navy"),
        ("/template use ours =", "a fox\nColours: navy"),
        ("/template use ours = --brand off", "a fox"),
    ):
        await console.type(line)
        assert console.prompt == prompt


async def test_the_logo_goes_along_as_a_picture(console: BrandConsole) -> None:
    """Where a model takes pictures; it is brought by admins, changed, and taken away, with its bytes."""
    logo = (BroughtPicture(photo()),)
    assert "bring one picture" in (await console.give(logo=()))
    assert await console.give(logo=(), shows_forms=True) == "a form of brandkit logo"
    assert "bring one picture" in (await console.give(logo, remove="on"))
    assert await console.give(logo=logo) == "That is the logo in the brand kit now."
    assert (await console.give(logo=logo)).endswith("instead of the last one.")
    [key] = console.bench.objects.objects
    assert "logo: a picture" in await console.say("/brandkit show", BOB)
    await console.type("/imagine a fox --brand on", BOB)
    assert console.prompt.startswith("a fox\nLogo: picture 1 shows our logo")
    assert [one.role for one in newest(console.bench).wish.inputs] == [InputRole.REFERENCE]
    assert await console.say("/brandkit logo --remove on") == "There is no logo in the brand kit any more."
    assert await console.say("/brandkit logo --remove on") == "There was no logo."
    assert key not in console.bench.objects.objects
    assert "for admins only" in await console.say("/brandkit logo --remove on", BOB)


async def test_a_logo_is_left_out_where_nothing_takes_pictures(console: BrandConsole) -> None:
    """The rest of the kit still goes into the words."""
    console.bench = Bench()
    console.open()
    await console.give(logo=(BroughtPicture(photo()),))
    await console.type("/imagine a fox --brand on", BOB)
    assert console.prompt == "a fox"


@pytest.mark.parametrize(
    ("part", "typed", "sentence"),
    [
        (BrandPart.COLOURS, "#12", "A colour is a name"),
        (BrandPart.COLOURS, "red; {x}", "A colour is a name"),
        (BrandPart.ALWAYS, " , ", "1 to 12 entries"),
        (BrandPart.ALWAYS, ",".join("abcdefghijklm"), "1 to 12 entries"),
        (BrandPart.NEVER, "x" * (LONGEST_ENTRY + 1), "longer than 60"),
    ],
)
def test_what_is_no_part_of_a_kit_is_said(part: BrandPart, typed: str, sentence: str) -> None:
    """In one sentence."""
    with pytest.raises(BadInput) as caught:
        parse_brand_part(part, typed)
    assert sentence in caught.value.user_text


def test_an_empty_kit_changes_nothing() -> None:
    """Not even by an empty line."""
    assert BrandKit().apply("a fox") == "a fox"
    assert BrandKit().is_empty
