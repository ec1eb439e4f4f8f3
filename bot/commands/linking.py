"""`/link` and `/unlink`: one person on several platforms, with one quota."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from bot.commands.spec import Command
from bot.domain.chat import Button, Post
from bot.domain.options import Text
from bot.domain.people import Identity
from bot.ports.surfaces import Call
from bot.services.account_linking import CODE_LIFETIME, AccountLinking
from bot.services.quotas import Quotas
from bot.text import pluralize

_MINUTES = int(CODE_LIFETIME.total_seconds()) // 60


@dataclass(frozen=True, slots=True)
class LinkArgs:
    """What `/link` takes."""

    code: Annotated[str | None, Text("The code that you got elsewhere; leave it out to get one", longest=40)] = None


def link(linking: AccountLinking, quotas: Quotas) -> Command[LinkArgs]:
    """Build `/link`: without a code it issues one; with one it joins the caller's account into the other."""

    async def run(call: Call, args: LinkArgs) -> None:
        account = await quotas.account(call.person)
        if args.code is None or not args.code.strip():
            code = await linking.issue(account.id)
            await call.whisper(Post(_offer(code.text)))
            return
        identities = await linking.redeem(account.id, args.code)
        await call.whisper(
            Post(
                f"Your accounts on {_platforms(identities)} are one now: pictures, credits and limits are shared. "
                f"{await _today(call, quotas)} /unlink separates them again."
            )
        )

    return Command(
        "link", "Have one quota and one gallery on all platforms you use", LinkArgs, run, example="/link easel-7KQ4-M2XD"
    )


@dataclass(frozen=True, slots=True)
class UnlinkArgs:
    """`/unlink` takes nothing."""


def unlink(linking: AccountLinking) -> Command[UnlinkArgs]:
    """Build `/unlink`, which asks first."""

    async def run(call: Call, args: UnlinkArgs) -> None:  # noqa: ARG001 - every command is called alike
        identities = await linking.list_shared_identities(call.person.identity)
        await call.whisper(
            Post(
                f"Your accounts on {_platforms(identities)} are one. Separate the one here from the rest? It takes along what "
                "you asked for here and the tiers it brought; credits stay behind, and what was used today counts on both sides.",
                buttons=(Button("Yes, separate them", "part", "now", is_dangerous=True),),
            )
        )

    return Command("unlink", "Separate this account from those it is linked to", UnlinkArgs, run)


def part(linking: AccountLinking, quotas: Quotas) -> Command[UnlinkArgs]:
    """Build the button that unlinks the person who presses it."""

    async def run(call: Call, args: UnlinkArgs) -> None:  # noqa: ARG001 - every command is called alike
        await linking.part(call.person.identity)
        await call.whisper(Post(f"Done: your account here is separate again. {await _today(call, quotas)}"))

    return Command("part", "Separate this account from those it is linked to", UnlinkArgs, run, is_typed=False)


def _offer(code: str) -> str:
    return (
        f"Your code is {code}. Within {_MINUTES} minutes, type it after /link wherever else you use this bot: "
        "your account there is joined with this one. It works once; show it to nobody, for whoever types it shares your quota."
    )


async def _today(call: Call, quotas: Quotas) -> str:
    """Return in a sentence how the caller's day stands now."""
    quota_status = await quotas.quota_status(await quotas.effective_limits(call.person, call.place))
    used = quota_status.held + quota_status.spent
    beyond = f", and {pluralize(quota_status.credits, 'credit')}" if quota_status.credits else ""
    return (
        f"Today you have used {used:,} of {pluralize(quota_status.limit, 'picture')} and have {quota_status.left:,} left{beyond}."
    )


def _platforms(identities: Iterable[Identity]) -> str:
    """Return `Loom and Web`."""
    *others, last = sorted({identity.platform.capitalize() for identity in identities})
    return f"{', '.join(others)} and {last}" if others else last
