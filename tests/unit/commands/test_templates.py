"""Asks `/template` whose templates people find, what is drawn of them, and who may change which."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.commands.template_changes import save_template, template_remove, template_save
from bot.commands.template_exchange import template_export, template_import
from bot.commands.templates import fill_template, template_list, template_show, template_use
from bot.domain.chat import Form, FormPart, Place, Post
from bot.domain.images import Abilities, Quality, Shape, Size
from bot.domain.inputs import BroughtPicture, InputRole
from bot.domain.people import Person
from bot.domain.wishes import Wish
from bot.errors import StorageFailed, SurfaceFailed
from bot.pipeline.brands import Brands
from bot.pipeline.template_pictures import TemplatePictures
from bot.services.templates import TemplateShelf
from tests.fakes.bench import FAULT, Bench
from tests.fakes.ids import CountingIds
from tests.fakes.images import ScriptedProvider
from tests.fakes.photos import photo
from tests.fakes.surfaces import LOOM, SQUARE, FakeCall, person
from tests.fakes.templates import MemoryTemplates
from tests.unit.commands.hands import newest

ANN, BOB = person("ann"), person("bob")
ADMIN, OWNER = replace(person("eve"), is_admin=True), person("olga")


class Shelf:
    """Somebody's hands at a shelf of templates; `templates` are those that are kept."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.templates = MemoryTemplates()
        shelf = TemplateShelf(self.templates, bench.quotas, bench.clock, CountingIds())
        pictures = TemplatePictures(bench.input_keeping, bench.objects)
        brands = Brands(templates=self.templates, pictures=pictures, quotas=bench.quotas, clock=bench.clock, ids=CountingIds())
        use = template_use(bench.studio, shelf, quotas=bench.quotas, pictures=pictures, brands=brands)
        commands = (
            use,
            template_list(shelf),
            template_save(shelf, self._owns, pictures),
            template_show(shelf),
            template_remove(shelf, self._owns, pictures),
            template_export(shelf),
            template_import(shelf, self._owns, pictures),
            fill_template(shelf, use),
            save_template(bench.studio),
        )
        self.dispatcher = Dispatcher(commands, lambda: FAULT, self._owns)
        self.forms: list[Form] = []
        self.shows_forms = True
        self._count = 0

    async def type(self, line: str, by: Person = ANN, at: Place = SQUARE) -> list[Post]:
        """Type a line, and return what was whispered."""
        call = self._call(by, at)
        await self.dispatcher.dispatch_line(line, call)
        return self._heard(call)

    async def save(self, name: str, *contents: bytes) -> list[Post]:
        """Save a template with pictures."""
        call = self._call(ANN, SQUARE)
        raw = {"name": name, "words": "a {what:fox}", "picture": tuple(map(BroughtPicture, contents))}
        await self.dispatcher.dispatch("template save", raw, call)
        return self._heard(call)

    async def say(self, line: str, by: Person = ANN, at: Place = SQUARE) -> str:
        """Type a line that one sentence answers."""
        [post] = await self.type(line, by, at)
        return post.text

    async def press(self, action: str, by: Person = ANN) -> list[Post]:
        """Press a button."""
        call = self._call(by, SQUARE)
        await self.dispatcher.press(action, call)
        return self._heard(call)

    async def fill_in(self, form: Form, fields: Mapping[str, str], by: Person = ANN) -> list[Post]:
        """Send a form as platforms do: with what travels along, and what was filled in."""
        self.shows_forms, call = False, self._call(by, SQUARE)
        call.failures.fail_always("ask", SurfaceFailed(LOOM, "too late"))
        hidden = {name: value for name, value in form.values.items() if name not in form.shown or name in form.parts}
        await self.dispatcher.dispatch(form.command, {**hidden, **fields}, call)
        return self._heard(call)

    @property
    def stored(self) -> list[str]:
        """The keys of the pictures that are kept for templates and wishes."""
        return [key for key in self.bench.objects.objects if key.startswith("inputs/")]

    @property
    def wish(self) -> Wish:
        """What was accepted last."""
        return newest(self.bench).wish

    async def _owns(self, who: Person) -> bool:
        return who.identity.user == "olga"

    def _call(self, by: Person, at: Place) -> FakeCall:
        self._count += 1
        call = FakeCall(self.bench.surface, f"shelf-{self._count}", by=by, at=at)
        if not self.shows_forms:
            call.failures.fail_always("ask", SurfaceFailed(LOOM, "no form"))
        return call

    def _heard(self, call: FakeCall) -> list[Post]:
        self.forms += call.asked
        return call.whispers


@pytest.fixture
def bench() -> Bench:
    """Set up a house whose painter takes pictures to begin with."""
    able = Abilities(sizes=(Size(1024, 1024),), most=4, most_inputs=4)
    return Bench(painter=ScriptedProvider(abilities=able))


@pytest.fixture
def shelf(bench: Bench) -> Shelf:
    """Put up a shelf."""
    return Shelf(bench)


async def test_a_form_asks_for_the_slots(shelf: Shelf) -> None:
    """One field each, which says what is usual; what is left empty stays so."""
    assert await shelf.type("/template use poster") == []
    [form] = shelf.forms
    assert (form.command, form.shown, form.title) == ("template use", ("slots",), "poster")
    assert [part.name for part in form.parts["slots"]] == ["subject", "style", "headline"]
    assert form.parts["slots"][1] == FormPart("style", "Style", "flat screen print with three colours", is_required=False)
    assert await shelf.fill_in(form, {"slots.subject": "{headline} foxes", "slots.headline": "Run!"}) == []
    assert shelf.wish.prompt.startswith("A printed poster about {headline} foxes, in the style of flat screen print")
    assert "“Run!”" in shelf.wish.prompt
    assert (shelf.wish.shape, shelf.wish.quality) == (Shape.TALL, Quality.HIGH)


async def test_what_was_chosen_travels_with_the_form(shelf: Shelf) -> None:
    """And says otherwise than the template; a shape takes the place of its exact size."""
    await shelf.type("/template use x-header --shape tall --quality low --count 2")
    [form] = shelf.forms
    assert await shelf.fill_in(form, {}) == []
    assert (shelf.wish.shape, shelf.wish.size, shelf.wish.quality, shelf.wish.count) == (Shape.TALL, None, Quality.LOW, 2)
    assert "a calm sea" in shelf.wish.prompt


async def test_slots_can_be_typed(shelf: Shelf) -> None:
    """Where no form can be shown, the sentence says how."""
    shelf.shows_forms = False
    said = await shelf.say("/template use poster")
    assert "still needs subject and headline. For example: /template use poster subject=" in said
    assert await shelf.type('/template use Poster headline="a = b, c" subject=two foxes, style=ink') == []
    assert "about two foxes, in the style of ink." in shelf.wish.prompt
    assert "“a = b, c”" in shelf.wish.prompt
    assert await shelf.type("/template use discord-banner") == []
    assert shelf.wish.size == Size(1280, 720)
    assert await shelf.type("/template save card A card for {name} --model painter") != []
    assert await shelf.type("/template use card the whole team") == []
    assert shelf.wish.prompt == "A card for the whole team"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("/template use nothing", "There is no template “nothing” here"),
        ("/template use postr", "Did you mean poster?"),
        ("/template use poster colour=red", "has no slot “colour”: it has subject, style and headline"),
        ("/template use poster words alone", "which slot is what, as in: /template use poster subject="),
        ("/template use poster style=a style=b", "“style” stands there twice"),
        ("/template use ../etc", "/template use still needs name"),
        ("/template use id:unknown", "not there any more"),
        ("/template use id:built-in.nothing", "not there any more"),
        ("/template save poster a {", "lone {"),
        ("/template save x a fox --shape wide --size 10x20", "size is width x height"),
        ("/template save x a fox --whose community", "Templates of this community are for its admins"),
        ("/template save x a fox --whose house", "Templates of the house are for its owners"),
        ("/template remove poster", "There is no template “poster” of yours, so nothing was removed. That one is built in"),
        ("/template remove nothing", "There is no template “nothing” of yours, so nothing was removed."),
        ("/template remove x --whose community", "for its admins"),
        ("/template export", "no template of yours"),
        ("/template import nonsense = ", "no TOML"),
    ],
)
async def test_what_cannot_be_done_is_said_in_one_sentence(shelf: Shelf, line: str, sentence: str) -> None:
    """Nothing is counted, kept or drawn."""
    assert sentence in await shelf.say(line)
    assert shelf.templates.rows == {}
    assert shelf.bench.jobs.rows == {}


async def test_a_saved_template_is_its_owners_alone(shelf: Shelf) -> None:
    """Whoever has none of that name finds the community's, the house's, or a built-in one; ids of others lead nowhere."""
    await shelf.type('/template save poster mine {a:x} --about "my own one"')
    await shelf.type("/template save poster ours {a:x} --whose community", ADMIN)
    await shelf.type("/template save poster the house's {a:x} --whose house", OWNER)
    shelf.shows_forms = False
    for by, prompt in ((ANN, "mine x"), (BOB, "ours x")):
        await shelf.type("/template use poster", by)
        assert shelf.wish.prompt == prompt
    [mine] = [kept for kept in shelf.templates.rows.values() if kept.template.about]
    [refused] = await shelf.press(f"fill_template:id:{mine.id}", BOB)
    assert "not there any more" in refused.text
    [listed] = await shelf.type("/template list")
    lines = (listed.text + "".join(fold.text for fold in listed.details)).splitlines()
    assert {"poster: my own one (a) · of yours", "poster (a) · of this community", "poster (a)"} <= set(lines)
    assert not any(line.startswith("poster: A poster with a headline") for line in lines)
    await shelf.type("/template remove poster")
    [other] = await shelf.type("/template remove poster")
    assert "There is one of this community: add --whose community." in other.text


async def test_a_template_is_shown_with_a_button_that_uses_it(shelf: Shelf) -> None:
    """The words are there to be read, and how it is drawn."""
    [post] = await shelf.type("/template show poster")
    assert "Drawn with shape tall, quality high, if nobody says otherwise." in post.text
    assert post.details[0].text.startswith("A printed poster about {subject}")
    await shelf.press(post.buttons[0].action)
    assert [form.title for form in shelf.forms] == ["poster"]


async def test_a_removed_template_leaves_its_words_behind(shelf: Shelf) -> None:
    """For whoever was too quick; admins remove the community's."""
    await shelf.type("/template save x a {b}")
    [gone] = await shelf.type("/template remove X")
    assert (gone.text, gone.details[0].text) == (
        "The template x of yours is gone. To have it back, save these words again.",
        "a {b}",
    )
    await shelf.type("/template save x a fox --whose community", ADMIN)
    assert "of this community is gone" in await shelf.say("/template remove x --whose community", ADMIN)


async def test_any_picture_becomes_a_template(shelf: Shelf) -> None:
    """A form asks for its name; braces in the words are none of its own, and how it was drawn travels along."""
    job = await shelf.bench.draw("a {fox} in snow", shape=Shape.WIDE, quality=Quality.LOW)
    assert await shelf.press(f"save_template:{job.id}") == []
    sized = await shelf.bench.draw("a hare", key="2", size=Size(1280, 720))
    assert await shelf.press(f"save_template:{sized.id}") == []
    first, second = shelf.forms
    assert first.values == {"words": "a {{fox}} in snow", "shape": "wide", "quality": "low"}
    assert (second.values, second.shown) == (
        {"words": "a hare", "size": "1280x720", "quality": "medium"},
        ("name", "words", "about", "whose"),
    )
    [kept] = await shelf.fill_in(first, {"name": "foxes", "words": "a {{fox}} in {place:snow}", "whose": "mine"})
    assert kept.text.startswith("The template foxes of yours. Drawn with shape wide, quality low")
    await shelf.type("/template use foxes place=rain")
    assert shelf.wish.prompt == "a {fox} in rain"


async def test_words_that_are_too_long_for_a_template_are_said(shelf: Shelf) -> None:
    """Rather than to cut them."""
    job = await shelf.bench.draw("fox " * 900)
    [post] = await shelf.press(f"save_template:{job.id}")
    assert "longer than a template's" in post.text


async def test_templates_travel_as_a_file(shelf: Shelf) -> None:
    """One, one's own, or all of the house; whose names stood there before is said."""
    await shelf.type("/template save x a {b:c} --shape tall")
    await shelf.type("/template save y words")
    [one] = await shelf.type("/template export poster")
    assert one.attachments[0].content.decode().startswith('[[template]]\nname = "poster"')
    [mine] = await shelf.type("/template export")
    [house] = await shelf.type("/template export --whose house")
    assert house.text.startswith("13 templates")
    text = mine.attachments[0].content.decode()
    assert await shelf.say(f"/template import {text}") == (
        "2 templates of yours kept: x and y. Of these, x and y stood there before and are as in the file now."
    )
    assert "x stood there before and is as" in await shelf.say("/template import [[template]]\nname='x'\nwords='z'")
    assert await shelf.say(f"/template import {text}", BOB) == "2 templates of yours kept: x and y."


async def test_there_is_room_for_a_hundred(shelf: Shelf) -> None:
    """Whatever way they come."""
    file = "\n".join(f"[[template]]\nname='t{number}'\nwords='a'" for number in range(100))
    assert "100 templates of yours kept" in await shelf.say(f"/template import {file}")
    assert "That would be 101 templates and 100 are the most" in await shelf.say("/template save x a fox")
    assert "The template t1 of yours" in await shelf.say("/template save t1 a fox")


async def test_menus_offer_what_there_is(shelf: Shelf) -> None:
    """Each name once, with what it is for."""
    await shelf.type("/template save poster my own")
    accounts = len(shelf.bench.accounts.created)
    assert await shelf.dispatcher.suggest("template use", "name", person("stranger"), SQUARE)
    assert len(shelf.bench.accounts.created) == accounts
    found = await shelf.dispatcher.suggest("template use", "name", ANN, SQUARE)
    labels = {one.value: one.label for one in found}
    assert labels["poster"] == "poster"
    assert labels["logo"] == "logo – A simple mark"


async def test_a_models_absence_is_no_reason_to_draw_nothing(shelf: Shelf) -> None:
    """The template's model may have gone since; one that is there draws."""
    shelf.shows_forms = False
    await shelf.type("/template save x a fox --model gone")
    await shelf.type("/template use x")
    assert shelf.wish.model is None


async def test_pictures_of_a_template_go_along(shelf: Shelf) -> None:
    """They are drawn from, and none of them is changed; the usual shape stays."""
    shelf.shows_forms = False
    [kept] = await shelf.save("x", photo("PNG", (300, 200)), photo())
    assert "Drawn with 2 pictures, if nobody says otherwise." in kept.text
    await shelf.type("/template use x")
    assert [one.role for one in shelf.wish.inputs] == [InputRole.REFERENCE] * 2
    assert shelf.wish.shape is Shape.SQUARE
    [exported] = await shelf.type("/template export x")
    assert exported.text.endswith("Their pictures are not in the file.")


async def test_pictures_leave_the_store_with_their_template(shelf: Shelf) -> None:
    """When it is changed, imported anew, removed, or never saved."""
    for line in ("/template save x other words", "/template import [[template]]\nname='x'\nwords='a'", "/template remove x"):
        await shelf.save("x", photo())
        assert len(shelf.stored) == 1
        await shelf.type(line)
        assert shelf.stored == []
    file = "\n".join(f"[[template]]\nname='t{number}'\nwords='a'" for number in range(100))
    await shelf.type(f"/template import {file}")
    [refused] = await shelf.save("x", photo())
    assert "100 are the most" in refused.text
    assert shelf.stored == []
    shelf.bench.objects.failures.fail_next("delete", StorageFailed("objects", "away"))
    await shelf.save("t1", photo())
    assert "is gone" in await shelf.say("/template remove t1")


async def test_pictures_that_cannot_be_used_are_said(shelf: Shelf) -> None:
    """Before anything is kept; and so is one that is not there any more."""
    [refused] = await shelf.save("x", b"no picture")
    assert "Nothing was counted" in refused.text
    [refused] = await shelf.save("x", *[photo()] * 5)
    assert "There can be 4 pictures at most" in refused.text
    assert shelf.templates.rows == {}
    await shelf.save("x", photo())
    await shelf.bench.objects.delete(shelf.stored[0])
    shelf.shows_forms = False
    assert "not kept any more; please save it again" in await shelf.say("/template use x")
