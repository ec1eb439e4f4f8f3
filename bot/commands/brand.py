"""`/brandkit`: the colours of a community, and the words that its pictures always and never have."""

from dataclasses import dataclass
from typing import Annotated

from bot.commands.rule_changes import LONGEST_REASON, RuleChanges
from bot.commands.spec import Audience, Command
from bot.domain.brand import LONGEST_PART, BrandKit, BrandPart, parse_brand_part
from bot.domain.chat import Post
from bot.domain.options import CLEAR, Choice, Text
from bot.domain.prompt_text import clean_prompt
from bot.errors import BadInput
from bot.ports.surfaces import Call
from bot.services.quotas import Quotas


async def brand_kit(call: Call, quotas: Quotas) -> BrandKit:
    """Return the brand kit of the place."""
    return BrandKit.of((await quotas.effective_limits(call.person, call.place)).of_community.rules)


async def require_brand_kit(call: Call, quotas: Quotas) -> BrandKit:
    """Return the brand kit of the place for somebody who asks for it.

    Raises:
        BadInput: There is nothing in it.
    """
    kit = await brand_kit(call, quotas)
    if kit.is_empty:
        raise BadInput("There is nothing in the brand kit here yet; an admin fills it with /brandkit set. Nothing was counted.")
    return kit


@dataclass(frozen=True, slots=True)
class BrandShowArgs:
    """`/brandkit show` takes nothing."""


def brand_show(quotas: Quotas) -> Command[BrandShowArgs]:
    """Build `/brandkit show`."""

    async def run(call: Call, args: BrandShowArgs) -> None:  # noqa: ARG001 - every command is called alike
        kit = await brand_kit(call, quotas)
        lines = [f"{part}: {getattr(kit, part) or 'not set'}" for part in BrandPart]
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
        audience=Audience.ADMINS,
    )
