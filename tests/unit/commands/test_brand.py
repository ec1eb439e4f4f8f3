"""Asks whether a community's brand kit is set by its admins alone, and goes into the words of those who want it."""

import pytest

from bot.commands.brand import brand_set, brand_show
from bot.commands.dispatcher import Dispatcher
from bot.commands.imagine import imagine
from bot.commands.rule_changes import RuleChanges, audit, undo
from bot.commands.template_changes import template_save
from bot.commands.templates import template_use
from bot.domain.brand import LONGEST_ENTRY, BrandKit, BrandPart, parse_brand_part
from bot.errors import BadInput
from bot.pipeline.template_pictures import TemplatePictures
from bot.services.templates import TemplateShelf
from tests.fakes.bench import FAULT
from tests.fakes.ids import CountingIds
from tests.fakes.templates import MemoryTemplates
from tests.unit.commands.hands import newest
from tests.unit.commands.office import BOB, Office


class Agency(Office):
    """The office with the commands that know of a brand kit; Ann is an admin there, and Bob is not."""

    def open(self, *, premium: str = "", policy: str = "") -> Dispatcher:
        """Build the commands."""
        bench = self.bench
        rule_changes = RuleChanges(
            rulebook=bench.rulebook, quotas=self.quotas, people=self.people, deployment=self.house, clock=bench.clock
        )
        shelf = TemplateShelf(MemoryTemplates(), self.quotas, bench.clock, CountingIds())
        pictures = TemplatePictures(bench.input_keeping, bench.objects)
        commands = (
            imagine(bench.studio, quotas=bench.quotas),
            template_use(bench.studio, shelf, bench.quotas, pictures),
            template_save(shelf, self.owns, pictures),
            brand_show(self.quotas),
            brand_set(rule_changes),
            audit(rule_changes),
            undo(rule_changes),
        )
        self._dispatcher = Dispatcher(commands, lambda: FAULT, self.owns)
        return self._dispatcher

    @property
    def prompt(self) -> str:
        """The words that were accepted last."""
        return newest(self.bench).wish.prompt


@pytest.fixture
def agency() -> Agency:
    """Open it."""
    return Agency()


async def test_admins_fill_the_kit_and_undo_it(agency: Agency) -> None:
    """Each change is on record, and everybody sees what holds."""
    [post] = await agency.type("/brandkit set colours #e4002b, navy  blue,navy blue --why rebranding")
    assert post.text == "The setting “colours of the brand kit” is now #E4002B, navy blue; it was not set."
    await agency.say("/brandkit set never stock photo; gradients")
    shown = await agency.say("/brandkit show", BOB)
    assert shown.splitlines()[1:4] == ["colours: #E4002B, navy blue", "always: not set", "never: stock photo, gradients"]
    assert "rebranding" in await agency.say("/audit")
    await agency.press(post.buttons[0])
    assert await agency.say("/brandkit set never clear") != ""
    assert "colours: not set" in await agency.say("/brandkit show")
    assert "for admins only" in await agency.say("/brandkit set never us", BOB)


async def test_who_wants_it_has_it_in_their_words(agency: Agency) -> None:
    """Nobody gets it unasked; where there is none, that is said and nothing is drawn."""
    assert "nothing in the brand kit" in await agency.say("/imagine a fox --brand on", BOB)
    assert agency.bench.jobs.rows == {}
    await agency.say("/brandkit set colours navy")
    await agency.say("/brandkit set always hand-drawn")
    await agency.type("/imagine a  fox --brand on", BOB)
    assert agency.prompt == "a fox\nColours: navy\nAlways: hand-drawn"
    await agency.type("/imagine a hare --brand off", BOB)
    assert agency.prompt == "a hare"


async def test_templates_that_are_not_ones_own_have_it(agency: Agency) -> None:
    """Unless somebody says otherwise; one's own have it where that is said."""
    await agency.type("/template use logo name=Acme")
    assert agency.prompt.endswith("no shadows.")
    await agency.say("/brandkit set colours navy")
    await agency.type("/template save mine a {what:fox}")
    await agency.type("/template save ours a {what:fox} --whose community")
    for line, prompt in (
        ("/template use mine =", "a fox"),
        ("/template use mine = --brand on", "a fox\nColours: navy"),
        ("/template use ours =", "a fox\nColours: navy"),
        ("/template use ours = --brand off", "a fox"),
    ):
        await agency.type(line)
        assert agency.prompt == prompt


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
