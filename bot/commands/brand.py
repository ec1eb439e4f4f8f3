"""`/brandkit`: the colours of a community, words that its pictures always or never contain, and its logo."""

from dataclasses import dataclass
from typing import Annotated

from bot.commands.asking import ask_in_form
from bot.commands.rule_changes import LONGEST_REASON, RuleChanges
from bot.commands.spec import Command, CommandAudience
from bot.domain.brand import LONGEST_PART, BrandPart, Switch, parse_brand_part
from bot.domain.chat import Post
from bot.domain.inputs import BroughtPicture
from bot.domain.options import CLEAR, Choice, PictureFile, Text
from bot.domain.prompt_text import clean_prompt
from bot.errors import BadInput
from bot.pipeline.brands import Brands
from bot.ports.surfaces import Call

_BRING_ONE = "Please bring one picture with your logo, or add --remove on to take it away. Nothing was changed."


@dataclass(frozen=True, slots=True)
class BrandShowArgs:
    """`/brandkit show` takes nothing."""


def brand_show(brands: Brands) -> Command[BrandShowArgs]:
    """Build `/brandkit show`."""

    async def run(call: Call, args: BrandShowArgs) -> None:  # noqa: ARG001 - every command is called alike
        kit = await brands.kit(call)
        lines = [f"{part}: {getattr(kit, part) or 'not set'}" for part in BrandPart]
        lines.append(f"logo: {'a picture' if kit.logo else 'not set'}")
        uses = "/imagine --brand on uses it, and so do the templates of this community and of the house."
        await call.whisper(Post("\n".join(["The brand kit of this community.", *lines, uses])))

    return Command("brandkit show", "See the brand kit of this community", BrandShowArgs, run)


@dataclass(frozen=True, slots=True)
class BrandSetArgs:
    """What `/brandkit set` takes."""

    part: Annotated[BrandPart, Choice("Which part of the brand kit", BrandPart)]
    value: Annotated[str, Text("Colours or words, parted by commas; clear takes them away", longest=LONGEST_PART)]
    why: Annotated[str, Text("Why, for the record", longest=LONGEST_REASON)] = ""


def brand_set(rule_changes: RuleChanges) -> Command[BrandSetArgs]:
    """Build `/brandkit set`."""

    async def run(call: Call, args: BrandSetArgs) -> None:
        is_cleared = args.value.strip().lower() == CLEAR
        value = None if is_cleared else parse_brand_part(args.part, clean_prompt(args.value))
        await rule_changes.change(call, args.part.key, value, why=args.why)

    return Command(
        "brandkit set",
        "Change the brand kit of this community",
        BrandSetArgs,
        run,
        example="/brandkit set colours #E4002B, navy blue",
        audience=CommandAudience.ADMINS,
    )


@dataclass(frozen=True, slots=True)
class BrandLogoArgs:
    """What `/brandkit logo` takes."""

    picture: Annotated[tuple[BroughtPicture, ...], PictureFile("The logo", most=1)] = ()
    remove: Annotated[Switch, Choice("Take the logo away", Switch)] = Switch.OFF


def brand_logo(brands: Brands) -> Command[BrandLogoArgs]:
    """Build `/brandkit logo`."""

    async def run(call: Call, args: BrandLogoArgs) -> None:
        if args == BrandLogoArgs():
            await ask_in_form(call, "brandkit logo", _BRING_ONE)
            return
        if args.picture and args.remove is Switch.ON:
            raise BadInput(_BRING_ONE)
        had_one = await brands.set_logo(call, args.picture)
        if args.picture:
            await call.whisper(Post(f"That is the logo in the brand kit now{', instead of the last one' if had_one else ''}."))
        else:
            await call.whisper(Post("There is no logo in the brand kit any more." if had_one else "There was no logo."))

    return Command("brandkit logo", "Change the logo of this community", BrandLogoArgs, run, audience=CommandAudience.ADMINS)
