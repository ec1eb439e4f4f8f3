"""`/describe`: a picture described as three prompts, each of which can be drawn."""

from dataclasses import dataclass
from typing import Annotated

from bot.commands.spec import AnyCommand, Command
from bot.domain.chat import Button, Details, Post
from bot.domain.inputs import BroughtPicture
from bot.domain.options import JobRef, PictureFile, Text
from bot.domain.wishes import Draft
from bot.pipeline.describing import Describing
from bot.pipeline.studio import Studio
from bot.ports.surfaces import Call
from bot.services.picture_bases import PictureBases
from bot.services.picture_lookup import LONGEST_LINK


@dataclass(frozen=True, slots=True)
class DescribeArgs:
    """What `/describe` takes."""

    link: Annotated[
        str | None, Text("Link of the picture, or of the message that shows it; usually your newest here", longest=LONGEST_LINK)
    ] = None
    picture: Annotated[tuple[BroughtPicture, ...], PictureFile("A picture of your own", most=1)] = ()


@dataclass(frozen=True, slots=True)
class DescribedArgs:
    """What a button below a description carries: its id, and the number of the prompt as the last digit."""

    prompt: Annotated[str, JobRef("The prompt whose button was pressed")]


def describe_commands(studio: Studio, bases: PictureBases, describing: Describing) -> tuple[AnyCommand, ...]:
    """Build `/describe`, and the buttons below its answer."""
    return _describe(studio, bases, describing), _draw_described(studio, describing)


def _describe(studio: Studio, bases: PictureBases, describing: Describing) -> Command[DescribeArgs]:
    async def run(call: Call, args: DescribeArgs) -> None:
        if args.picture:
            brought = args.picture[0]
        else:
            account = (await studio.account(call.person)).id
            found = await (bases.find(args.link, account, call.place) if args.link else bases.newest(account, call.place))
            brought = await bases.bring(found.pictures[0])
        described = await describing.describe(brought, call)
        numbered = list(enumerate(described.prompts, start=1))
        await call.whisper(
            Post(
                "Three prompts that would draw something like it:",
                details=tuple(Details(f"Prompt {number}", prompt) for number, prompt in numbered),
                buttons=tuple(Button(f"Draw {number}", "draw-described", f"{described.id}{number}") for number, _ in numbered),
            )
        )

    return Command("describe", "See three prompts that would draw a picture like one", DescribeArgs, run, example="/describe")


def _draw_described(studio: Studio, describing: Describing) -> Command[DescribedArgs]:
    async def run(call: Call, args: DescribedArgs) -> None:
        number = int(args.prompt[-1]) if args.prompt[-1].isdecimal() else 0
        await studio.accept(Draft(prompt=await describing.find(args.prompt[:-1], number)), call)

    return Command("draw-described", "Draw one of the prompts", DescribedArgs, run, is_typed=False)
