"""`/template use`, `list` and `show`: pictures from saved words with slots."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from bot.commands.imagine import PROMINENT
from bot.commands.rule_changes import list_post
from bot.commands.spec import Command, Suggest
from bot.domain.brand import Switch
from bot.domain.chat import Button, Details, Form, FormPart, Place, Post
from bot.domain.images import Quality, Shape
from bot.domain.options import Choice, ImageModelRef, Number, Suggestion
from bot.domain.people import Person
from bot.domain.template_options import NOTHING_FILLED, SlotValues, TemplateRef, reference_to
from bot.domain.templates import LONGEST_VALUE, KeptTemplate, Template, TemplateScope
from bot.domain.wishes import Draft
from bot.errors import SurfaceFailed
from bot.pipeline.brands import Brands
from bot.pipeline.studio import Studio
from bot.pipeline.template_pictures import TemplatePictures
from bot.ports.surfaces import Call
from bot.services.quotas import Quotas
from bot.services.templates import WHERE, TemplateShelf
from bot.text import pluralize


@dataclass(frozen=True, slots=True)
class TemplateUseArgs:
    """What `/template use` takes; without slots a form asks for them."""

    name: Annotated[str, TemplateRef("Which template, as /template list shows them")]
    slots: Annotated[
        Mapping[str, str] | None, SlotValues('What stands in its slots, such as headline="Summer sale"; a form asks if left out')
    ] = None
    count: Annotated[int, Number("How many pictures", least=1, most=4)] = 1
    shape: Annotated[Shape | None, Choice("Another shape than the template's", Shape)] = None
    quality: Annotated[Quality | None, Choice("Another quality than the template's", Quality)] = None
    model: Annotated[str | None, ImageModelRef("Another model than the template's; /models lists them")] = None
    brand: Annotated[Switch | None, Choice("Use the brand kit, which is usual but for one's own templates", Switch)] = None


def template_use(
    studio: Studio,
    shelf: TemplateShelf,
    *,
    quotas: Quotas,
    pictures: TemplatePictures,
    brands: Brands,
    suggest_models: Suggest | None = None,
) -> Command[TemplateUseArgs]:
    """Build `/template use`."""

    async def run(call: Call, args: TemplateUseArgs) -> None:
        kept = await shelf.find(call.person, call.place, args.name)
        if args.slots is None and kept.template.slots and await _ask(call, kept, args):
            return
        draft = await _draft(call, kept.template, args)
        await studio.accept(await _brand(call, kept, args.brand, draft), call)

    async def _draft(call: Call, template: Template, args: TemplateUseArgs) -> Draft:
        return Draft(
            prompt=template.fill(args.slots or {}),
            shape=args.shape or template.shape,
            size=template.size if args.shape is None else None,
            quality=args.quality or template.quality,
            model=args.model or await _find_offered_model(quotas, call, template.model),
            count=args.count,
            picture=await pictures.bring(template.pictures),
        )

    async def _brand(call: Call, kept: KeptTemplate, brand: Switch | None, draft: Draft) -> Draft:
        if brand is Switch.ON:
            return await brands.apply(await brands.require(call), draft, call)
        is_usual = brand is None and kept.owner.scope is not TemplateScope.MINE
        return await brands.apply(await brands.kit(call), draft, call) if is_usual else draft

    return Command(
        "template use",
        "Draw from a template",
        TemplateUseArgs,
        run,
        example='/template use poster headline="Summer sale" subject="a beach"',
        opens_form=True,
        answers_in_public=True,
        suggestions={"name": suggest_templates(shelf)} | ({"model": suggest_models} if suggest_models else {}),
        prominent=PROMINENT | {"name"},
    )


async def _find_offered_model(quotas: Quotas, call: Call, model: str | None) -> str | None:
    """Return a template's model if this person may use it here; None otherwise, so that another model draws."""
    if model is None:
        return None
    return next((offer.name for offer in await quotas.offered_models(call.person, call.place) if offer.name == model), None)


def suggest_templates(shelf: TemplateShelf) -> Suggest:
    """Return a function that suggests the templates that somebody can use at a place."""

    async def suggest(person: Person, place: Place) -> tuple[Suggestion, ...]:
        found: dict[str, Suggestion] = {}
        for one in (kept.template for kept in await shelf.all(person, place)):
            label = f"{one.name} – {one.about}" if one.about else one.name
            found.setdefault(one.name.casefold(), Suggestion(one.name, label))
        return tuple(found.values())

    return suggest


async def _ask(call: Call, kept: KeptTemplate, args: TemplateUseArgs) -> bool:
    """Show a form of the template's slots; return False where none can be shown."""
    said = {name: getattr(args, name) for name in ("shape", "quality", "model", "brand")}
    chosen = said | {"count": args.count if args.count > 1 else None}
    values = {name: str(value) for name, value in chosen.items() if value is not None}
    parts = tuple(
        FormPart(slot.name, slot.label, usual=slot.usual, is_required=not slot.usual, longest=LONGEST_VALUE)
        for slot in kept.template.slots
    )
    whole = {"name": reference_to(kept.id), "slots": NOTHING_FILLED} | values
    try:
        await call.ask(Form("template use", whole, shown=("slots",), parts={"slots": parts}, title=kept.template.name))
    except SurfaceFailed:
        return False
    return True


@dataclass(frozen=True, slots=True)
class TemplateButtonArgs:
    """What a button of a template carries."""

    template: Annotated[str, TemplateRef("The template whose button was pressed")]


def fill_template(shelf: TemplateShelf, use: Command[TemplateUseArgs]) -> Command[TemplateButtonArgs]:
    """Build the Use button, which does what `/template use` with that template does."""

    async def run(call: Call, args: TemplateButtonArgs) -> None:
        kept = await shelf.find(call.person, call.place, args.template)
        await use.run(call, TemplateUseArgs(reference_to(kept.id)))

    return Command("fill_template", "Draw from this template", TemplateButtonArgs, run, is_typed=False, opens_form=True)


@dataclass(frozen=True, slots=True)
class TemplateListArgs:
    """`/template list` takes nothing."""


def template_list(shelf: TemplateShelf) -> Command[TemplateListArgs]:
    """Build `/template list`."""

    async def run(call: Call, args: TemplateListArgs) -> None:  # noqa: ARG001 - every command is called alike
        found = await shelf.all(call.person, call.place)
        head = f"{pluralize(len(found), 'template')} here. /template use NAME asks for what is to stand in its slots."
        await call.whisper(list_post(head, [_line(one) for one in found], title="Templates"))

    return Command("template list", "See which templates there are", TemplateListArgs, run)


@dataclass(frozen=True, slots=True)
class TemplateShowArgs:
    """What `/template show` takes."""

    name: Annotated[str, TemplateRef("Which template, as /template list shows them")]


def template_show(shelf: TemplateShelf) -> Command[TemplateShowArgs]:
    """Build `/template show`."""

    async def run(call: Call, args: TemplateShowArgs) -> None:
        kept = await shelf.find(call.person, call.place, args.name)
        await call.whisper(show_template(kept))

    return Command(
        "template show",
        "See the words of a template",
        TemplateShowArgs,
        run,
        example="/template show poster",
        suggestions={"name": suggest_templates(shelf)},
    )


def show_template(kept: KeptTemplate) -> Post:
    """Return a template's words and defaults, with a button that uses it."""
    template = kept.template
    defaults = [f"{name} {value}" for name in ("shape", "size", "quality", "model") if (value := getattr(template, name))]
    if template.pictures:
        defaults.append(pluralize(len(template.pictures), "picture"))
    drawn = f" Drawn with {', '.join(defaults)}, if nobody says otherwise." if defaults else ""
    return Post(
        f"The template {template.name} {WHERE[kept.owner.scope]}{_about(template)}.{drawn} To type it: {template.example}",
        details=(Details("Words", template.words),),
        buttons=(Button("Use", "fill_template", reference_to(kept.id)),),
    )


def _line(kept: KeptTemplate) -> str:
    template, scope = kept.template, kept.owner.scope
    slots = ", ".join(slot.name for slot in template.slots)
    whose = "" if scope is TemplateScope.HOUSE else f" · {WHERE[scope]}"
    return f"{template.name}{_about(template)}{f' ({slots})' if slots else ''}{whose}"


def _about(template: Template) -> str:
    return f": {template.about}" if template.about else ""
