"""`/cases page`: the page for moderators, opened from the chat."""

from dataclasses import dataclass

from bot.commands.spec import Command, CommandAudience
from bot.domain.chat import Link, Post
from bot.ports.surfaces import Call
from bot.services.moderator_sessions import LINK_LIFETIME, SESSION_LIFETIME, Moderator, ModeratorSessions
from bot.text import duration_text


@dataclass(frozen=True, slots=True)
class CasesPageArgs:
    """`/cases page` takes nothing."""


def cases_page(sessions: ModeratorSessions) -> Command[CasesPageArgs]:
    """Build `/cases page`, which gives a link that works once."""

    async def run(call: Call, args: CasesPageArgs) -> None:  # noqa: ARG001 - every command is called alike
        address = await sessions.issue_link(Moderator(call.person, call.place))
        await call.whisper(
            Post(
                f"This link opens the page for moderators once, within {duration_text(LINK_LIFETIME)}. The browser that opens it "
                f"works there as you for {duration_text(SESSION_LIFETIME)}, with the cases that you see here; show it to nobody.",
                links=(Link("Open the cases", address),),
            )
        )

    return Command("cases page", "Look after cases in a browser", CasesPageArgs, run, audience=CommandAudience.MODERATORS)
