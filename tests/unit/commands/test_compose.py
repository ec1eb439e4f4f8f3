"""Asks `/help-me-write` whether a prompt comes of five answers, is shown before it is drawn, and is drawn by its button."""

from bot.commands.compose import reword_template, write
from bot.commands.dispatcher import Dispatcher
from bot.commands.templates import fill_template, template_use
from bot.domain.chat import Form
from bot.errors import SurfaceFailed
from bot.pipeline.brands import Brands
from bot.pipeline.template_pictures import TemplatePictures
from bot.services.templates import TemplateShelf
from tests.fakes.bench import FAULT, Bench
from tests.fakes.ids import CountingIds
from tests.fakes.owners import nobody
from tests.fakes.surfaces import LOOM, FakeCall, person
from tests.fakes.templates import MemoryTemplates
from tests.unit.commands.hands import newest


class Writer:
    """Somebody who writes; `templates` are what is kept of that."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.templates = MemoryTemplates()
        shelf = TemplateShelf(self.templates, bench.quotas, bench.clock, CountingIds())
        pictures = TemplatePictures(bench.input_keeping, bench.objects)
        brands = Brands(templates=self.templates, pictures=pictures, quotas=bench.quotas, clock=bench.clock, ids=CountingIds())
        use = template_use(bench.studio, shelf, quotas=bench.quotas, pictures=pictures, brands=brands)
        commands = (write(shelf), reword_template(shelf), use, fill_template(shelf, use))
        self.dispatcher = Dispatcher(commands, lambda: FAULT, nobody)
        self._count = 0

    async def type(self, line: str, *, shows_forms: bool = True) -> FakeCall:
        """Type a line."""
        call = self._call("ann")
        if not shows_forms:
            call.failures.fail_always("ask", SurfaceFailed(LOOM, "no form"))
        await self.dispatcher.dispatch_line(line, call)
        return call

    async def press(self, action: str, user: str = "ann") -> FakeCall:
        """Press a button."""
        call = self._call(user)
        await self.dispatcher.press(action, call)
        return call

    def _call(self, user: str) -> FakeCall:
        self._count += 1
        return FakeCall(self.bench.surface, f"writer-{self._count}", by=person(user))


async def test_a_form_asks_for_all_five(bench: Bench) -> None:
    """Typed, or by the button of `/help`; where none can be shown, a sentence says how to type it."""
    writer = Writer(bench)
    asked = [*(await writer.type("/help-me-write")).asked, *(await writer.press("help-me-write:")).asked]
    assert asked == [Form("help-me-write", shown=("subject", "style", "use", "composition", "constraints"))] * 2
    [refused] = (await writer.type("/help-me-write", shows_forms=False)).whispers
    assert "at least one of subject, style, use" in refused.text


async def test_the_words_are_shown_and_then_drawn(bench: Bench) -> None:
    """Nothing is counted before the button; braces stay what they are."""
    writer = Writer(bench)
    [shown] = (await writer.type('/help-me-write a {fox} in snow --style ink --constraints "no text"')).whispers
    assert shown.text.splitlines()[1:] == ["a {fox} in snow", "Style: ink", "Constraints: no text"]
    assert bench.jobs.rows == {}
    draw, change = shown.buttons
    assert (await writer.press(draw.action)).whispers == []
    assert newest(bench).wish.prompt.startswith("a {fox} in snow")
    [form] = (await writer.press(change.action)).asked
    assert (form.command, form.values["prompt"]) == ("imagine", newest(bench).wish.prompt)
    [refused] = (await writer.press(draw.action, "bob")).whispers
    assert "not there any more" in refused.text


async def test_what_was_written_before_gives_way(bench: Bench) -> None:
    """Its button does not draw the new words."""
    writer = Writer(bench)
    [first] = (await writer.type("/help-me-write a fox")).whispers
    await writer.type("/help-me-write a hare")
    [refused] = (await writer.press(first.buttons[0].action)).whispers
    assert "not there any more" in refused.text
    assert [kept.template.words for kept in writer.templates.rows.values()] == ["a hare"]


async def test_only_a_style_is_enough(bench: Bench) -> None:
    """None of the five has to be said."""
    [shown] = (await Writer(bench).type('/help-me-write --style "soft watercolour"')).whispers
    assert shown.text.splitlines()[1:] == ["Style: soft watercolour"]
