"""`/export-me` and `/forget-me`: what is kept of somebody, exported or deleted."""

from dataclasses import dataclass
from typing import Annotated

from bot.commands.spec import Command
from bot.domain.options import Text
from bot.domain.privacy import PrivacyKind, PrivacyState
from bot.pipeline import privacy_posts
from bot.ports.surfaces import Call
from bot.services.data_requests import DataRequests
from bot.services.export_links import ExportLinks


@dataclass(frozen=True, slots=True)
class PrivacyArgs:
    """`/export-me` and `/forget-me` take nothing."""


@dataclass(frozen=True, slots=True)
class ConfirmArgs:
    """What the button of a confirmation carries."""

    when: Annotated[str, Text("When it is to be done", longest=20)]


def export_me(requests: DataRequests, links: ExportLinks) -> Command[PrivacyArgs]:
    """Build `/export-me`, which asks first, and links to the finished export."""

    async def run(call: Call, args: PrivacyArgs) -> None:  # noqa: ARG001 - every command is called alike
        latest = await requests.latest(call.person, PrivacyKind.EXPORT)
        match None if latest is None else latest.state:
            case PrivacyState.OPEN:
                await call.whisper(privacy_posts.export_begun())
            case PrivacyState.DONE if latest is not None:
                await call.whisper(privacy_posts.export_ready(latest, link=await links.make(latest)))
            case _:
                await call.whisper(privacy_posts.offer_export())

    return Command("export-me", "Get all that is kept of you here, as a file", PrivacyArgs, run)


def collect(requests: DataRequests) -> Command[ConfirmArgs]:
    """Build the button that starts an export."""

    async def run(call: Call, args: ConfirmArgs) -> None:  # noqa: ARG001 - every command is called alike
        await requests.ask(call.person, PrivacyKind.EXPORT)
        await call.whisper(privacy_posts.export_begun())

    return Command("collect", "Put your data together", ConfirmArgs, run, is_typed=False)


def forget_me(requests: DataRequests) -> Command[PrivacyArgs]:
    """Build `/forget-me`, which says what is deleted and what stays, and asks."""

    async def run(call: Call, args: PrivacyArgs) -> None:  # noqa: ARG001 - every command is called alike
        latest = await requests.latest(call.person, PrivacyKind.FORGET)
        if latest is not None and latest.state is PrivacyState.OPEN:
            await call.whisper(privacy_posts.forgetting_goes_on(latest))
        else:
            await call.whisper(privacy_posts.offer_forgetting(latest))

    return Command("forget-me", "Have all removed that is kept of you here", PrivacyArgs, run)


def forget(requests: DataRequests) -> Command[ConfirmArgs]:
    """Build the button that has a person forgotten."""

    async def run(call: Call, args: ConfirmArgs) -> None:  # noqa: ARG001 - every command is called alike
        await requests.ask(call.person, PrivacyKind.FORGET)
        await call.whisper(privacy_posts.forgetting_begun())

    return Command("forget", "Forget you", ConfirmArgs, run, is_typed=False)
