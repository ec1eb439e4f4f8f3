"""`/appeal`, and the button below what people are told about a decision."""

from dataclasses import dataclass
from typing import Annotated

from bot.commands.spec import Command
from bot.domain.chat import Form, Post
from bot.domain.options import Text
from bot.errors import SurfaceFailed
from bot.ports.surfaces import Call
from bot.services.appeals import Appeals
from bot.services.person_lookup import PersonLookup
from bot.services.quotas import Quotas

_LONGEST_WORDS = 1000
_LONGEST_ID = 64


@dataclass(frozen=True, slots=True)
class AppealArgs:
    """What `/appeal` takes."""

    why: Annotated[str, Text("Why it should be decided otherwise; the moderators read it", longest=_LONGEST_WORDS)]
    decision: Annotated[str | None, Text("Which decision, by its id; else the last one about you", longest=_LONGEST_ID)] = None


def appeal(appeals: Appeals, people: PersonLookup, quotas: Quotas) -> Command[AppealArgs]:
    """Build `/appeal`."""

    async def run(call: Call, args: AppealArgs) -> None:
        await _open(call, args.decision, args.why, appeals=appeals, people=people, quotas=quotas)

    return Command(
        "appeal",
        "Ask the moderators to look again at a decision about you",
        AppealArgs,
        run,
        example="/appeal that was a painting of my own",
    )


@dataclass(frozen=True, slots=True)
class ContestArgs:
    """What the Appeal button carries."""

    decision: Annotated[str, Text("The decision", longest=_LONGEST_ID)]


def contest(appeals: Appeals, people: PersonLookup, quotas: Quotas) -> Command[ContestArgs]:
    """Build the Appeal button: a form that asks why, and where none can be shown an appeal without that."""

    async def run(call: Call, args: ContestArgs) -> None:
        try:
            await call.ask(Form("appeal", {"decision": args.decision}))
        except SurfaceFailed:
            await _open(call, args.decision, "", appeals=appeals, people=people, quotas=quotas)

    return Command("contest", "Appeal against a decision", ContestArgs, run, is_typed=False, opens_form=True)


async def _open(call: Call, decision: str | None, why: str, *, appeals: Appeals, people: PersonLookup, quotas: Quotas) -> None:
    """Open the appeal, and say so to the person alone."""
    by, community = await people.actor(call.person), quotas.community(call.place)
    await appeals.appeal(by, decision, why.strip(), place=call.place, community=community)
    await call.whisper(
        Post(
            "Your appeal is with the moderators; another one than the one who decided looks at it, where there is another. "
            "It is decided once. You are told in private how, where that is possible; /standing shows it too."
        )
    )
