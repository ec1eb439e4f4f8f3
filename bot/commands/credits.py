"""`/credits`: pictures beyond the daily limit, which admins give and people pass on."""

from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from bot.commands.dispatcher import IsOwner
from bot.commands.formatting import moment_text, one_line
from bot.commands.option_lookup import find_subject, new_person_note
from bot.commands.rule_changes import LONGEST_REASON, RuleChanges, list_post
from bot.commands.spec import Command, CommandAudience
from bot.domain.chat import Post, rich_post
from bot.domain.credits import MOST_CREDITS, CreditEntry, CreditKind, CreditMove
from bot.domain.options import Number, PersonRef, Text
from bot.domain.people import Mention
from bot.domain.rich_text import RichText, TextPart
from bot.domain.rules import AuditEntry
from bot.ports.credits import Credits
from bot.ports.surfaces import Call
from bot.services.person_lookup import FoundPerson, PersonLookup
from bot.services.quotas import Quotas
from bot.text import pluralize

_SHOWN = 20
_ALREADY_DONE = "You asked for that already, and it was done then; nothing was moved twice."

_KINDS = {
    CreditKind.GRANT: "granted",
    CreditKind.TAKE: "taken back",
    CreditKind.PURCHASE: "bought",
    CreditKind.GIFT: "a gift",
    CreditKind.SPEND: "spent on pictures",
    CreditKind.REFUND: "given back, as no picture came of it",
    CreditKind.LINK: "moved when accounts were linked",
}


@dataclass(frozen=True, slots=True)
class CreditsHistoryArgs:
    """What `/credits history` takes."""

    person: Annotated[Mention | None, PersonRef("Whose credits, for admins; usually your own")] = None


def credits_history(
    credit_book: Credits, people: PersonLookup, quotas: Quotas, *, is_owner: IsOwner
) -> Command[CreditsHistoryArgs]:
    """Build `/credits history`."""

    async def run(call: Call, args: CreditsHistoryArgs) -> None:
        whom = await find_subject(call, args.person, people, is_owner)
        effective_limits = await quotas.effective_limits(call.person, call.place)
        balance = await credit_book.balance(effective_limits.community, whom.account)
        found = await credit_book.history(effective_limits.community, whom.account, _SHOWN)
        who: tuple[TextPart, ...] = ("You have",) if whom.person == call.person else (whom.identity, " has")
        head = RichText.of(*who, f" {pluralize(balance, 'credit')}.")
        zone = effective_limits.of_community.settings.zone
        lines = [_line(entry, zone) for entry in found]
        text = RichText.of(head, f" What came and went, newest first, in the time of {zone.key}:")
        await call.whisper(list_post(text, lines) if lines else rich_post(head))

    return Command(
        "credits history",
        "See your credits, and what came and went",
        CreditsHistoryArgs,
        run,
        example="/credits history",
    )


@dataclass(frozen=True, slots=True)
class CreditsGiveArgs:
    """What `/credits give` takes."""

    person: Annotated[Mention, PersonRef("Who gets them")]
    amount: Annotated[int, Number("How many of your credits", least=1, most=MOST_CREDITS)]


def credits_give(credit_book: Credits, people: PersonLookup, quotas: Quotas) -> Command[CreditsGiveArgs]:
    """Build `/credits give`. Only somebody who was seen before gets a gift: with a mistyped id it would be lost."""

    async def run(call: Call, args: CreditsGiveArgs) -> None:
        whom, giver = await people.find_known(args.person, call.person), await people.actor(call.person)
        community = quotas.community(call.place)
        if not await credit_book.give(community, giver, whom.account, args.amount, call.key):
            await call.whisper(Post(_ALREADY_DONE))
            return
        left = await credit_book.balance(community, giver.account)
        gift = pluralize(args.amount, "credit")
        text = f" {gift}; you have {left:,} now and had {left + args.amount:,} before."
        await call.whisper(rich_post(RichText.of("You gave ", whom.identity, text)))

    return Command(
        "credits give",
        "Give some of your credits to somebody",
        CreditsGiveArgs,
        run,
        example="/credits give --person @ann --amount 5",
    )


@dataclass(frozen=True, slots=True)
class CreditsMoveArgs:
    """What `/credits grant` and `/credits take` take."""

    person: Annotated[Mention, PersonRef("Whose credits")]
    amount: Annotated[int, Number("How many", least=1, most=MOST_CREDITS)]
    why: Annotated[str, Text("Why, for the record", longest=LONGEST_REASON)] = ""


def credits_grant(
    credit_book: Credits, people: PersonLookup, quotas: Quotas, *, rule_changes: RuleChanges
) -> Command[CreditsMoveArgs]:
    """Build `/credits grant`."""

    async def run(call: Call, args: CreditsMoveArgs) -> None:
        whom = await people.find_or_create(args.person, call.person)
        move = await _move(call, args, whom, kind=CreditKind.GRANT, people=people, quotas=quotas)
        await _confirm(call, await credit_book.move(move), rule_changes, new_person_note(whom))

    return Command(
        "credits grant",
        "Give somebody pictures beyond their daily limit",
        CreditsMoveArgs,
        run,
        example='/credits grant --person @ann --amount 10 --why "for the poster"',
        audience=CommandAudience.ADMINS,
    )


def credits_take(
    credit_book: Credits, people: PersonLookup, quotas: Quotas, *, rule_changes: RuleChanges
) -> Command[CreditsMoveArgs]:
    """Build `/credits take`. What is not there, or spent already, cannot be taken."""

    async def run(call: Call, args: CreditsMoveArgs) -> None:
        whom = await people.find_known(args.person, call.person)
        move = await _move(call, args, whom, kind=CreditKind.TAKE, people=people, quotas=quotas)
        await _confirm(call, await credit_book.move(move), rule_changes)

    return Command(
        "credits take",
        "Take credits away from somebody",
        CreditsMoveArgs,
        run,
        example="/credits take --person @ann --amount 10",
        audience=CommandAudience.ADMINS,
    )


async def _move(
    call: Call, args: CreditsMoveArgs, whom: FoundPerson, *, kind: CreditKind, people: PersonLookup, quotas: Quotas
) -> CreditMove:
    return CreditMove(
        community=quotas.community(call.place),
        account=whom.account,
        delta=-args.amount if kind is CreditKind.TAKE else args.amount,
        kind=kind,
        key=call.key,
        by=await people.actor(call.person),
        why=one_line(args.why),
    )


async def _confirm(call: Call, entry: AuditEntry | None, rule_changes: RuleChanges, note: TextPart = "") -> None:
    """Confirm a move; without an entry the call was a repeat, and nothing was moved."""
    if entry is None:
        await call.whisper(Post(_ALREADY_DONE))
    else:
        await rule_changes.confirm(call, entry, note)


def _line(entry: CreditEntry, zone: ZoneInfo) -> str:
    by = f" by {one_line(entry.by.name)}" if entry.by else ""
    why = f" Why: {entry.why}" if entry.why else ""
    return f"{moment_text(entry.at, zone)}: {entry.delta:+,}, {_KINDS[entry.kind]}{by}.{why}"
