"""`/show`: an old picture once more, with buttons that work."""

from dataclasses import dataclass
from typing import Annotated

from bot.commands.spec import Command
from bot.domain.options import Text
from bot.domain.pictures import PictureState
from bot.errors import BadInput, NotYours
from bot.pipeline.picture_copies import PictureCopies
from bot.pipeline.studio import Studio
from bot.ports.surfaces import Call
from bot.services.picture_bases import may_see
from bot.services.picture_lookup import LONGEST_LINK, PictureLookup


@dataclass(frozen=True, slots=True)
class ShowArgs:
    """What `/show` takes."""

    link: Annotated[str, Text("Link of a picture or its message, or the id that /gallery says", longest=LONGEST_LINK)]


def show(studio: Studio, lookup: PictureLookup, copies: PictureCopies) -> Command[ShowArgs]:
    """Build `/show`."""

    async def run(call: Call, args: ShowArgs) -> None:
        found = await lookup.find(args.link)
        account = await studio.account(call.person)
        if not may_see(found.job, account.id, call.place):
            raise NotYours("That picture is somebody else's and from another place, so it is not shown here.")
        visible = tuple(one for one in found.pictures if one.state is PictureState.VISIBLE)
        if not visible:
            raise BadInput("That picture was deleted or taken down, or is not drawn yet, so there is nothing to show.")
        await copies.show_again(found.job, visible, call)

    return Command(
        "show",
        "Post an old picture again, with its buttons",
        ShowArgs,
        run,
        example="/show https://easel.example/p/abc.png",
        answers_in_public=True,
    )
