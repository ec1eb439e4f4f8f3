"""`/template save` and `remove`, and the button that makes a template of a picture's words."""

from dataclasses import dataclass, replace
from typing import Annotated

from bot.commands.dispatcher import IsOwner
from bot.commands.formatting import one_line
from bot.commands.redraw import JobArgs, find_with_words
from bot.commands.spec import Command
from bot.commands.templates import show_template, suggest_templates
from bot.domain.chat import Details, Form, Post
from bot.domain.images import Quality, Shape, Size
from bot.domain.inputs import BroughtPicture
from bot.domain.options import Choice, ImageModelRef, PictureFile, Pixels, Text
from bot.domain.people import Person
from bot.domain.prompt_text import clean_prompt
from bot.domain.template_options import TemplateRef
from bot.domain.templates import LONGEST_ABOUT, LONGEST_WORDS, MOST_PICTURES, Template, TemplateScope, escape_words
from bot.errors import BadInput, NotAllowed, Refusal
from bot.pipeline.studio import Studio
from bot.pipeline.template_pictures import TemplatePictures
from bot.ports.surfaces import Call
from bot.services.templates import WHERE, TemplateShelf


async def check_may_change(person: Person, scope: TemplateScope, is_owner: IsOwner) -> None:
    """Check that somebody may change templates of this scope.

    Raises:
        NotAllowed: A community's are changed by its admins, and the house's by its owners.
    """
    if scope is TemplateScope.MINE or await is_owner(person) or (scope is TemplateScope.COMMUNITY and person.is_admin):
        return
    who = "admins" if scope is TemplateScope.COMMUNITY else "owners"
    raise NotAllowed(f"Templates {WHERE[scope]} are for its {who} to change; leave --whose out for one of your own.")


@dataclass(frozen=True, slots=True)
class TemplateSaveArgs:
    """What `/template save` takes."""

    name: Annotated[str, TemplateRef("What to call it: one word")]
    words: Annotated[
        str, Text("What to draw, with {slots} to fill in; {slot:usual} says what else stands there", longest=LONGEST_WORDS)
    ]
    about: Annotated[str, Text("What it is for, in a few words", longest=LONGEST_ABOUT)] = ""
    shape: Annotated[Shape | None, Choice("Shape of its pictures", Shape)] = None
    size: Annotated[Size | None, Pixels("Exact size of its pictures, instead of a shape")] = None
    quality: Annotated[Quality | None, Choice("Quality of its pictures", Quality)] = None
    model: Annotated[str | None, ImageModelRef("Which model draws; /models lists them")] = None
    whose: Annotated[TemplateScope, Choice("Whose it is; the community's are for admins", TemplateScope)] = TemplateScope.MINE
    picture: Annotated[tuple[BroughtPicture, ...], PictureFile("A picture that it is drawn from", most=MOST_PICTURES)] = ()


def template_save(shelf: TemplateShelf, is_owner: IsOwner, pictures: TemplatePictures) -> Command[TemplateSaveArgs]:
    """Build `/template save`."""

    async def run(call: Call, args: TemplateSaveArgs) -> None:
        await check_may_change(call.person, args.whose, is_owner)
        template = Template(
            args.name,
            clean_prompt(args.words),
            about=one_line(args.about),
            shape=args.shape,
            size=args.size,
            quality=args.quality,
            model=args.model,
        ).check()
        template = replace(template, pictures=await pictures.keep(args.picture))
        try:
            replaced = await shelf.save(call.person, call.place, args.whose, [template])
        except Refusal:
            await pictures.drop(template.pictures)
            raise
        await pictures.drop([picture for one in replaced for picture in one.pictures])
        await call.whisper(show_template(await shelf.find(call.person, call.place, args.name)))

    return Command(
        "template save",
        "Keep words with {slots} as a template",
        TemplateSaveArgs,
        run,
        example="/template save card A birthday card for {name}, with {motif:balloons} --shape tall",
    )


_KEPT = {"shape", "size", "quality", "model"}
"""What a template keeps of how a picture was drawn."""


def save_template(studio: Studio) -> Command[JobArgs]:
    """Build the button that opens `/template save` with a picture's words; the person adds a name."""

    async def run(call: Call, args: JobArgs) -> None:
        wish = (await find_with_words(studio, args.job, call)).wish
        words = escape_words(wish.prompt)
        if len(words) > LONGEST_WORDS:
            raise BadInput(f"These words are longer than a template's, which are {LONGEST_WORDS:,} characters at most.")
        chosen = {name: value for name, value in wish.to_options().items() if name in _KEPT}
        await call.ask(Form("template save", {**chosen, "words": words}, shown=("name", "words", "about", "whose")))

    return Command("save_template", "Save as template", JobArgs, run, is_typed=False, opens_form=True)


@dataclass(frozen=True, slots=True)
class TemplateRemoveArgs:
    """What `/template remove` takes."""

    name: Annotated[str, TemplateRef("Which template, as /template list shows them")]
    whose: Annotated[TemplateScope, Choice("Whose it is; the community's are for admins", TemplateScope)] = TemplateScope.MINE


def template_remove(shelf: TemplateShelf, is_owner: IsOwner, pictures: TemplatePictures) -> Command[TemplateRemoveArgs]:
    """Build `/template remove`."""

    async def run(call: Call, args: TemplateRemoveArgs) -> None:
        await check_may_change(call.person, args.whose, is_owner)
        gone = await shelf.remove(call.person, call.place, args.whose, args.name)
        await pictures.drop(gone.pictures)
        text = f"The template {gone.name} {WHERE[args.whose]} is gone. To have it back, save these words again."
        await call.whisper(Post(text, details=(Details("Words", gone.words),)))

    return Command(
        "template remove",
        "Drop a template",
        TemplateRemoveArgs,
        run,
        example="/template remove card",
        suggestions={"name": suggest_templates(shelf)},
    )
