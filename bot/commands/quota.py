"""`/quota`: how somebody stands today, and the limits that admins set."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from bot.commands.dispatcher import IsOwner
from bot.commands.formatting import one_line, time_left, until_text
from bot.commands.option_lookup import find_subject, new_person_note, parse_tier
from bot.commands.rule_changes import LONGEST_REASON, RuleChanges
from bot.commands.spec import Command, CommandAudience
from bot.domain.allowances import QuotaStatus, Weights
from bot.domain.chat import Button, Place, rich_post
from bot.domain.options import Choice, NumberOrClear, PersonRef, RoleRef, Text
from bot.domain.people import GUEST, PREMIUM, REGISTERED, AccountId, Mention, RoleMention
from bot.domain.rich_text import RichText, TextPart
from bot.domain.rules import PERSON_SUBJECT, RuleKey, RuleKind
from bot.errors import BadInput
from bot.ports.accounts import Ledger
from bot.ports.clock import Clock
from bot.ports.surfaces import Call
from bot.services.person_lookup import PersonLookup
from bot.services.quotas import EffectiveLimits, Quotas
from bot.text import pluralize

WayToPremium = Callable[[AccountId], str]
"""Says in a sentence how an account becomes premium, or nothing."""

MOST_PICTURES = 1_000_000
"""The highest limit there is."""


@dataclass(frozen=True, slots=True)
class QuotaShowArgs:
    """What `/quota show` takes."""

    person: Annotated[Mention | None, PersonRef("Whose quota, for admins; usually your own")] = None


def quota_show(
    quotas: Quotas, people: PersonLookup, *, ledger: Ledger, clock: Clock, is_owner: IsOwner, premium: WayToPremium
) -> Command[QuotaShowArgs]:
    """Build `/quota show`. `premium` returns a sentence on how an account gets premium here, if there is a way."""

    async def run(call: Call, args: QuotaShowArgs) -> None:
        whom, now = await find_subject(call, args.person, people, is_owner), clock.now()
        is_own = whom.person == call.person
        effective_limits = await quotas.effective_limits(whom.person, call.place)
        status = await quotas.quota_status(effective_limits)
        lines: list[TextPart] = [
            RichText.of(*(("You have",) if is_own else (whom.identity, " has")), f" {_day_text(effective_limits, status, now)}"),
            _tier_text(effective_limits, now),
            _weights_text(quotas.weights),
            await _tenant_text(effective_limits, ledger),
            _more_text(effective_limits, premium(effective_limits.account.id)) if is_own else _ROLES_NOT_COUNTED,
        ]
        can_register = is_own and effective_limits.account.tier == GUEST
        buttons = (Button("Register", "register", "now"),) if can_register else ()
        await call.whisper(rich_post(RichText.join("\n", (line for line in lines if line)), buttons=buttons))

    return Command("quota show", "See what you have used and have left today", QuotaShowArgs, run, example="/quota show")


class WholeTenant(StrEnum):
    """Whether the whole server is meant."""

    YES = "yes"


@dataclass(frozen=True, slots=True)
class QuotaSetArgs:
    """What `/quota set` takes: how many, and exactly one of whom."""

    pictures: Annotated[int | None, NumberOrClear("Pictures a day, 0 to 1,000,000, or clear to go back", most=MOST_PICTURES)]
    person: Annotated[Mention | None, PersonRef("One person's limit")] = None
    role: Annotated[RoleMention | None, RoleRef("The limit of everybody who has a role")] = None
    tier: Annotated[str | None, Text("A tier's limit", longest=40)] = None
    server: Annotated[WholeTenant | None, Choice("The limit of all people here together", WholeTenant)] = None
    why: Annotated[str, Text("Why, for the record", longest=LONGEST_REASON)] = ""


def quota_set(rule_changes: RuleChanges, people: PersonLookup, quotas: Quotas) -> Command[QuotaSetArgs]:
    """Build `/quota set`."""

    async def run(call: Call, args: QuotaSetArgs) -> None:
        if [args.person, args.role, args.tier, args.server].count(None) != 3:  # noqa: PLR2004 - all but one
            raise BadInput("Please say whose limit it is: a person's, a role's, a tier's or the server's, one of them at a time.")
        value = None if args.pictures is None else str(args.pictures)
        note: TextPart = ""
        if args.person is not None:
            whom = await people.find_or_create(args.person, call.person)
            key, note = RuleKey(RuleKind.LIMIT, PERSON_SUBJECT, whom.account), new_person_note(whom)
        elif args.role is not None:
            key = RuleKey(RuleKind.LIMIT, f"role:{people.role_key(args.role, call.place)}")
        elif args.tier is not None:
            limits = (await quotas.effective_limits(call.person, call.place)).of_community.limits
            key = RuleKey(RuleKind.LIMIT, f"tier:{parse_tier(args.tier, limits)}")
        else:
            key = RuleKey(RuleKind.LIMIT, f"server:{_tenant(call.place)}")
        await rule_changes.change(call, key, value, why=args.why, note=note)

    return Command(
        "quota set",
        "Set how many pictures a day a person, role, tier or the server may have",
        QuotaSetArgs,
        run,
        example="/quota set --tier guest --pictures 5",
        audience=CommandAudience.ADMINS,
    )


@dataclass(frozen=True, slots=True)
class QuotaResetArgs:
    """What `/quota reset` takes."""

    person: Annotated[Mention, PersonRef("Whose day begins anew")]
    why: Annotated[str, Text("Why, for the record", longest=LONGEST_REASON)] = ""


def quota_reset(rule_changes: RuleChanges, people: PersonLookup, quotas: Quotas, *, ledger: Ledger) -> Command[QuotaResetArgs]:
    """Build `/quota reset`: what somebody has used today does not count any more. What is being drawn stays set aside."""

    async def run(call: Call, args: QuotaResetArgs) -> None:
        whom = await people.find_known(args.person, call.person)
        effective_limits, by = await quotas.effective_limits(whom.person, call.place), await people.actor(call.person)
        day = effective_limits.allowance.day
        entry = await ledger.reset_usage(effective_limits.community, whom.account, day, by=by, why=one_line(args.why))
        if entry is None:
            await call.whisper(rich_post(RichText.of(whom.identity, " has used nothing today, so nothing was changed.")))
            return
        await rule_changes.confirm(call, entry)

    return Command(
        "quota reset",
        "Give somebody back what they have used today",
        QuotaResetArgs,
        run,
        example="/quota reset --person @ann",
        audience=CommandAudience.ADMINS,
    )


_ROLES_NOT_COUNTED = "What a role or a purchase gives is not in here: only their own /quota show includes it."


def _day_text(effective_limits: EffectiveLimits, quota_status: QuotaStatus, now: datetime) -> str:
    ends = effective_limits.allowance.refills_at
    held = f", set aside for what is being drawn: {quota_status.held:,}" if quota_status.held else ""
    in_credits = f"{quota_status.credits:,}, for when the day's pictures are gone" if quota_status.credits else "none"
    return (
        f"{quota_status.left:,} of {pluralize(quota_status.limit, 'picture')} left today.\n"
        f"Used: {quota_status.spent:,}{held}.\n"
        f"A new day begins at {ends:%H:%M} {ends.tzname()}, {time_left(ends - now)}.\n"
        f"Credits: {in_credits}."
    )


def _tier_text(effective_limits: EffectiveLimits, now: datetime) -> str:
    """Return the tier, until when it is granted, and whether another limit than the tier's holds."""
    tier, found = effective_limits.account.tier, effective_limits.of_community
    ends = [member.until for member in found.memberships() if member.tier == tier and member.is_active_at(now)]
    last = max((end for end in ends if end), default=None)
    granted = f", given {until_text(last, found.settings.zone)}" if last and None not in ends else ""
    is_usual = effective_limits.allowance.limit == found.limits[tier]
    apart = (
        "" if is_usual else f", which has {pluralize(found.limits[tier], 'picture')} a day; an admin has set another limit here"
    )
    return f"Tier: {tier}{granted}{apart}."


def _weights_text(weights: Weights) -> str:
    """Return what counts for more than one picture."""
    dear = [f"of {quality} quality counts as {weight}" for quality, weight in weights.by_quality.items() if weight > 1]
    if weights.large > 1:
        dear.append(f"of more than {weights.large_from:,} pixels counts {weights.large} times as much")
    return f"A picture {', one '.join(dear)}." if dear else ""


async def _tenant_text(effective_limits: EffectiveLimits, ledger: Ledger) -> str:
    """Return how all people of the place stand together, if they have a limit."""
    if effective_limits.tenant_quota is None:
        return ""
    tenant_quota = await ledger.tenant_status(
        effective_limits.community,
        effective_limits.tenant_quota.id,
        effective_limits.allowance.day,
        effective_limits.tenant_quota.limit,
    )
    return f"Everybody here together has {tenant_quota.left:,} of {pluralize(tenant_quota.limit, 'picture')} left today."


def _more_text(effective_limits: EffectiveLimits, premium: str) -> str:
    """Return how to get more."""
    tier, limits = effective_limits.account.tier, effective_limits.of_community.limits
    gains = tier == GUEST and limits[REGISTERED] > limits[GUEST]
    register = f"With /register you have {pluralize(limits[REGISTERED], 'picture')} a day. " if gains else ""
    higher = f"{premium} " if premium and limits[tier] < limits[PREMIUM] else ""
    return f"More? {register}{higher}Credits come from admins, and from others with /credits give."


def _tenant(place: Place) -> str:
    if not place.tenant:
        raise BadInput("There is no server here to set a limit for, so nothing was changed; please type that in the server.")
    return f"{place.platform}:{place.tenant}"
