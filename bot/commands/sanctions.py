"""`/sanction`: what moderators impose on people; `/standing`: how somebody stands here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from bot.commands.formatting import one_line
from bot.commands.rule_changes import LONGEST_REASON, list_post
from bot.commands.sanction_input import Reach, SanctionInput
from bot.commands.sanction_texts import done_text, sanction_line, summary_text
from bot.commands.spec import Command, CommandAudience
from bot.domain.chat import Button, Post, rich_post
from bot.domain.options import Choice, OptionText, PersonRef, Text, Until
from bot.domain.people import Mention
from bot.domain.rich_text import RichText
from bot.domain.sanctions import Sanction, SanctionId, SanctionRecord
from bot.errors import BadInput
from bot.ports.surfaces import Call
from bot.services.person_lookup import FoundPerson
from bot.services.sanctions import Sanctions

_SHOWN = 20
_MOST_BUTTONS = 5
_UNTIL = "The last day, such as 2026-12-31, or a time such as 12h or 3d"
_WHY = "Why; the person reads it, and it is on record"


_Scope = Annotated[
    Reach,
    Choice("Where it holds: here, or everywhere, which only owners of the bot may say", Reach),
    OptionText("Where it holds: here, or everywhere this bot is; only owners of the bot may say everywhere."),
]


@dataclass(frozen=True, slots=True)
class WarnArgs:
    """What `/sanction warn` takes."""

    person: Annotated[Mention, PersonRef("Who is warned")]
    why: Annotated[str, Text(_WHY, longest=LONGEST_REASON)] = ""
    scope: _Scope = Reach.HERE


def sanction_warn(sanctions: Sanctions, typed: SanctionInput) -> Command[WarnArgs]:
    """Build `/sanction warn`."""

    async def run(call: Call, args: WarnArgs) -> None:
        community = await typed.community(call, args.scope)
        whom, by = await typed.people.find_or_create(args.person, call.person), await typed.people.actor(call.person)
        sanction = await sanctions.warn(whom.account, community, by=by, reason=one_line(args.why), key=call.key)
        await _confirm(call, sanction, whom, typed)

    return Command(
        "sanction warn",
        "Warn somebody, which is told to them and stays on record",
        WarnArgs,
        run,
        example='/sanction warn --person @ann --why "no floods, please"',
        audience=CommandAudience.MODERATORS,
    )


@dataclass(frozen=True, slots=True)
class MuteArgs:
    """What `/sanction mute` takes."""

    person: Annotated[Mention, PersonRef("Who is muted")]
    until: Annotated[date | timedelta, Until(_UNTIL)]
    why: Annotated[str, Text(_WHY, longest=LONGEST_REASON)] = ""
    scope: _Scope = Reach.HERE


def sanction_mute(sanctions: Sanctions, typed: SanctionInput) -> Command[MuteArgs]:
    """Build `/sanction mute`."""

    async def run(call: Call, args: MuteArgs) -> None:
        community, until = await typed.community(call, args.scope), await typed.end(call, args.until)
        whom, by = await typed.people.find_or_create(args.person, call.person), await typed.people.actor(call.person)
        sanction = await sanctions.mute(whom.account, community, by=by, until=until, reason=one_line(args.why), key=call.key)
        await _confirm(call, sanction, whom, typed)

    return Command(
        "sanction mute",
        "Let somebody ask for no pictures for a while; what they have asked for is drawn",
        MuteArgs,
        run,
        example='/sanction mute --person @ann --until 1d --why "please calm down"',
        audience=CommandAudience.MODERATORS,
    )


@dataclass(frozen=True, slots=True)
class BanArgs:
    """What `/sanction ban` takes."""

    person: Annotated[Mention, PersonRef("Who is banned")]
    until: Annotated[date | timedelta | None, Until(f"{_UNTIL}; else for good")] = None
    why: Annotated[str, Text(_WHY, longest=LONGEST_REASON)] = ""
    scope: _Scope = Reach.HERE


def sanction_ban(sanctions: Sanctions, typed: SanctionInput) -> Command[BanArgs]:
    """Build `/sanction ban`."""

    async def run(call: Call, args: BanArgs) -> None:
        community = await typed.community(call, args.scope)
        until = None if args.until is None else await typed.end(call, args.until)
        whom, by = await typed.people.find_or_create(args.person, call.person), await typed.people.actor(call.person)
        sanction = await sanctions.ban(whom.account, community, by=by, until=until, reason=one_line(args.why), key=call.key)
        await _confirm(call, sanction, whom, typed)

    return Command(
        "sanction ban",
        "Let somebody ask for no pictures, and end what is being drawn for them",
        BanArgs,
        run,
        example='/sanction ban --person @ann --why "asked for it again"',
        audience=CommandAudience.MODERATORS,
    )


@dataclass(frozen=True, slots=True)
class LiftArgs:
    """What `/sanction lift` takes."""

    person: Annotated[Mention, PersonRef("Who may ask for pictures again")]
    scope: _Scope = Reach.HERE


def sanction_lift(sanctions: Sanctions, typed: SanctionInput) -> Command[LiftArgs]:
    """Build `/sanction lift`, which ends every mute and ban of a person."""

    async def run(call: Call, args: LiftArgs) -> None:
        community = await typed.community(call, args.scope)
        whom, by = await typed.people.find_known(args.person, call.person), await typed.people.actor(call.person)
        record = await sanctions.read_record(whom.account, community)
        ended = [one for one in record.active if one.kind.is_barring and one.community == community]
        lifted = [one for one in ended if await sanctions.lift(one.id, by)]
        if not lifted:
            raise BadInput("That person is neither muted nor banned there, so nothing was changed.")
        await call.whisper(rich_post(RichText.of(whom.identity, " may ask for pictures again.")))

    return Command(
        "sanction lift",
        "End the mutes and bans of somebody",
        LiftArgs,
        run,
        example="/sanction lift --person @ann",
        audience=CommandAudience.MODERATORS,
    )


@dataclass(frozen=True, slots=True)
class SanctionListArgs:
    """`/sanction list` takes nothing."""


def sanction_list(sanctions: Sanctions, typed: SanctionInput) -> Command[SanctionListArgs]:
    """Build `/sanction list`."""

    async def run(call: Call, args: SanctionListArgs) -> None:  # noqa: ARG001 - every command is called alike
        found = await sanctions.active(typed.quotas.community(call.place), _SHOWN)
        if not found:
            await call.whisper(Post("Nobody is muted or banned here."))
            return
        zone, beside = await typed.zone(call), call.person.identity
        lines = [RichText.of(await typed.people.name(one.account, beside), ": ", sanction_line(one, zone)) for one in found]
        await call.whisper(list_post(f"Muted or banned here, newest first, in the time of {zone.key}:", lines))

    return Command("sanction list", "See who is muted or banned here", SanctionListArgs, run, audience=CommandAudience.MODERATORS)


@dataclass(frozen=True, slots=True)
class UnsanctionArgs:
    """What the Undo button below a sanction carries."""

    sanction: Annotated[str, Text("The sanction", longest=64)]


def unsanction(sanctions: Sanctions, typed: SanctionInput) -> Command[UnsanctionArgs]:
    """Build the button that lifts one sanction."""

    async def run(call: Call, args: UnsanctionArgs) -> None:
        sanction = await sanctions.find(SanctionId(args.sanction))
        if sanction is None or not await typed.may_change(call, sanction):
            raise BadInput("There is no such sanction here, so nothing was changed.")
        if not await sanctions.lift(sanction.id, await typed.people.actor(call.person)):
            raise BadInput("That has ended already, so nothing was changed.")
        name = await typed.people.name(sanction.account, call.person.identity)
        await call.whisper(rich_post(RichText.of("Taken back: the ", sanction.kind, " of ", name, ".")))

    return Command("unsanction", "Take a sanction back", UnsanctionArgs, run, is_typed=False, audience=CommandAudience.MODERATORS)


@dataclass(frozen=True, slots=True)
class SanctionRecordArgs:
    """What `/standing` takes."""

    person: Annotated[Mention | None, PersonRef("Whose standing, for moderators; usually your own")] = None


def standing_command(sanctions: Sanctions, typed: SanctionInput) -> Command[SanctionRecordArgs]:
    """Build `/standing`."""

    async def run(call: Call, args: SanctionRecordArgs) -> None:
        whom = await typed.find_subject(call, args.person)
        is_own = whom.identity == call.person.identity
        record = await sanctions.read_record(whom.account, typed.quotas.community(call.place))
        zone = await typed.zone(call)
        head = RichText.of(*(("You have",) if is_own else (whom.identity, " has")), summary_text(record))
        shown = record.sanctions[:_SHOWN]
        if not shown:
            await call.whisper(rich_post(head))
            return
        buttons = _record_buttons(shown, record, is_own=is_own)
        lines = [f"{number}. {sanction_line(one, zone, record)}" for number, one in enumerate(shown, start=1)]
        await call.whisper(list_post(RichText.of(head, f" Newest first, in the time of {zone.key}:"), lines, buttons))

    return Command("standing", "See your warnings, mutes and bans here", SanctionRecordArgs, run)


async def _confirm(call: Call, sanction: Sanction, whom: FoundPerson, typed: SanctionInput) -> None:
    """Confirm to the moderator what was done, with an Undo button."""
    text = RichText.of(whom.identity, " ", done_text(sanction, await typed.zone(call)))
    await call.whisper(rich_post(text, buttons=(Button("Undo", "unsanction", sanction.id),)))


def _record_buttons(shown: Sequence[Sanction], record: SanctionRecord, *, is_own: bool) -> tuple[Button, ...]:
    """Return a button for each of the newest that still count: to appeal against one's own, to take back another's."""
    label, command = ("Appeal", "contest") if is_own else ("Take back", "unsanction")
    numbered = [(number, one) for number, one in enumerate(shown, start=1) if one in record.active]
    return tuple(Button(f"{label} {number}", command, one.id) for number, one in numbered[:_MOST_BUTTONS])
