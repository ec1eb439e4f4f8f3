"""`/help-me-write`: a prompt made from what somebody says about five things, and shown before it is drawn."""

from dataclasses import dataclass, fields
from typing import Annotated

from bot.commands.rule_changes import list_post
from bot.commands.spec import Command, Suggest
from bot.commands.templates import TemplateButtonArgs
from bot.domain.chat import Button, Form
from bot.domain.options import Text
from bot.domain.prompt_text import clean_prompt
from bot.domain.template_options import reference_to
from bot.errors import BadInput, SurfaceFailed
from bot.ports.surfaces import Call
from bot.services.templates import TemplateShelf

_NAME = "help-me-write"
_LONGEST = 500
"""Of each of the five: together they are a prompt, with room for what stands before them."""


@dataclass(frozen=True, slots=True)
class WriteArgs:
    """What `/help-me-write` takes; with none of it a form asks."""

    subject: Annotated[str, Text("What is to be seen, such as: a fox asleep in fresh snow", longest=_LONGEST)] = ""
    style: Annotated[str, Text("How it looks, such as: soft watercolour, muted colours", longest=_LONGEST)] = ""
    use: Annotated[str, Text("What it is for, such as: the front of a birthday card", longest=_LONGEST)] = ""
    composition: Annotated[str, Text("Where things are, such as: fox low on the left, wide empty sky", longest=_LONGEST)] = ""
    constraints: Annotated[str, Text("What must be or must not, such as: no people, no text", longest=_LONGEST)] = ""

    def compose(self) -> str:
        """Return the prompt: the subject first, and a line for each of the others that somebody said something about."""
        said = {field.name: getattr(self, field.name).strip() for field in fields(self)}
        return "\n".join(f"{_LABELS[name]}{text}" for name, text in said.items() if text)


_LABELS = {"subject": "", "style": "Style: ", "use": "For: ", "composition": "Composition: ", "constraints": "Constraints: "}


def write(shelf: TemplateShelf) -> Command[WriteArgs]:
    """Build `/help-me-write`. What it makes is kept as a template, so that a button can draw it."""

    async def run(call: Call, args: WriteArgs) -> None:
        words = args.compose()
        if not words:
            await _ask(call)
            return
        written = await shelf.keep_written(call.person, call.place, clean_prompt(words))
        reference = reference_to(written.id)
        buttons = (Button("Draw it", "fill_template", reference), Button("Change words", "reword_template", reference))
        head = "This is what would be drawn. Nothing is counted yet."
        await call.whisper(list_post(head, written.template.fill({}).splitlines(), buttons, title="Words"))

    return Command(
        _NAME,
        "Make a prompt from five questions, and see it before it is drawn",
        WriteArgs,
        run,
        example="/help-me-write a fox asleep in fresh snow --style watercolour --use a birthday card",
        opens_form=True,
    )


async def _ask(call: Call) -> None:
    """Show a form with all five.

    Raises:
        BadInput: None can be shown here.
    """
    try:
        await call.ask(Form(_NAME, shown=tuple(field.name for field in fields(WriteArgs))))
    except SurfaceFailed:
        raise BadInput(
            "Say something about at least one of subject, style, use, composition and constraints, "
            "such as: /help-me-write a fox asleep in fresh snow --style watercolour. Nothing was counted."
        ) from None


def reword_template(shelf: TemplateShelf, suggest_models: Suggest | None = None) -> Command[TemplateButtonArgs]:
    """Build the button that opens `/imagine` with what `/help-me-write` made."""

    async def run(call: Call, args: TemplateButtonArgs) -> None:
        kept = await shelf.find(call.person, call.place, args.template)
        models = await suggest_models(call.person, call.place) if suggest_models else ()
        await call.ask(Form("imagine", {"prompt": kept.template.fill({})}, {"model": models}))

    return Command(
        "reword_template", "Change these words and draw them", TemplateButtonArgs, run, is_typed=False, opens_form=True
    )
