"""`/tier`: which tiers there are, and who has which."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from bot.commands.option_lookup import new_person_note, parse_tier
from bot.commands.rule_changes import LONGEST_REASON, RuleChanges, list_post
from bot.commands.spec import Command, CommandAudience
from bot.domain.allowances import midnight_after
from bot.domain.limits import CommunityLimits
from bot.domain.options import CLEAR, PersonRef, RoleRef, Text, Until
from bot.domain.people import REGISTERED, Mention, RoleMention, Tier
from bot.domain.rich_text import PlatformRole, RichText, TextPart
from bot.domain.rules import Membership, RuleKey, RuleKind
from bot.errors import BadInput
from bot.ports.clock import Clock
from bot.ports.surfaces import Call
from bot.services.person_lookup import PersonLookup
from bot.services.quotas import Quotas
from bot.text import pluralize

_LONGEST_TIER = 40
GRANT = "grant"


@dataclass(frozen=True, slots=True)
class TierListArgs:
    """`/tier list` takes nothing."""


def tier_list(quotas: Quotas) -> Command[TierListArgs]:
    """Build `/tier list`."""

    async def run(call: Call, args: TierListArgs) -> None:  # noqa: ARG001 - every command is called alike
        effective_limits = await quotas.effective_limits(call.person, call.place)
        found = effective_limits.of_community
        tiers = sorted(found.limits, key=lambda tier: found.limits[tier])
        lines = [_tier_text(tier, found) for tier in tiers]
        await call.whisper(
            list_post(f"Yours is {effective_limits.account.tier}.", [*lines, *_role_limits(found)], title="Tiers here")
        )

    return Command("tier list", "See the tiers, how many pictures a day they have, and who has them", TierListArgs, run)


@dataclass(frozen=True, slots=True)
class TierRoleArgs:
    """What `/tier role` takes."""

    role: Annotated[RoleMention, RoleRef("Everybody who has this role has the tier")]
    tier: Annotated[str, Text("The tier, or clear for none", longest=_LONGEST_TIER)]


def tier_role(rule_changes: RuleChanges, people: PersonLookup, quotas: Quotas) -> Command[TierRoleArgs]:
    """Build `/tier role`."""

    async def run(call: Call, args: TierRoleArgs) -> None:
        value = await _parse_tier_or_clear(args.tier, call, quotas)
        await rule_changes.change(call, RuleKey(RuleKind.ROLE_TIER, people.role_key(args.role, call.place)), value)

    return Command(
        "tier role",
        "Set the tier of those who have a role",
        TierRoleArgs,
        run,
        example="/tier role premium --role @supporters",
        audience=CommandAudience.ADMINS,
    )


@dataclass(frozen=True, slots=True)
class TierPurchaseArgs:
    """What `/tier purchase` takes."""

    sku: Annotated[str, Text("The id of what is sold (SKU)", longest=64)]
    tier: Annotated[str, Text("The tier of those who bought it, or clear for none", longest=_LONGEST_TIER)]


def tier_purchase(rule_changes: RuleChanges, quotas: Quotas) -> Command[TierPurchaseArgs]:
    """Build `/tier purchase`."""

    async def run(call: Call, args: TierPurchaseArgs) -> None:
        sku = args.sku.strip()
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", sku):
            raise BadInput("sku is the id of what is sold, in letters and digits, such as 1234567890; nothing was changed.")
        await rule_changes.change(call, RuleKey(RuleKind.PURCHASE_TIER, sku), await _parse_tier_or_clear(args.tier, call, quotas))

    return Command(
        "tier purchase",
        "Set the tier of those who buy something on the platform",
        TierPurchaseArgs,
        run,
        example="/tier purchase 1234567890 --tier premium",
        audience=CommandAudience.ADMINS,
    )


@dataclass(frozen=True, slots=True)
class TierGrantArgs:
    """What `/tier grant` takes."""

    person: Annotated[Mention, PersonRef("Who gets the tier")]
    tier: Annotated[str, Text("The tier", longest=_LONGEST_TIER)]
    until: Annotated[date | timedelta | None, Until("The last day, such as 2026-12-31, or a time such as 30d; else for good")] = (
        None
    )
    why: Annotated[str, Text("Why, for the record", longest=LONGEST_REASON)] = ""


def tier_grant(rule_changes: RuleChanges, people: PersonLookup, quotas: Quotas, *, clock: Clock) -> Command[TierGrantArgs]:
    """Build `/tier grant`. Somebody has one grant at most: a new one replaces the old."""

    async def run(call: Call, args: TierGrantArgs) -> None:
        found = (await quotas.effective_limits(call.person, call.place)).of_community
        tier = parse_tier(args.tier, found.limits)
        end = None if args.until is None else _end(args.until, clock.now(), found.settings.zone)
        whom = await people.find_or_create(args.person, call.person)
        key = RuleKey(RuleKind.MEMBERSHIP, GRANT, whom.account)
        await rule_changes.change(call, key, str(Membership(tier, end)), why=args.why, note=new_person_note(whom))

    return Command(
        "tier grant",
        "Give somebody a tier, for good or until a day",
        TierGrantArgs,
        run,
        example="/tier grant premium --person @ann --until 30d",
        audience=CommandAudience.ADMINS,
    )


@dataclass(frozen=True, slots=True)
class TierRevokeArgs:
    """What `/tier revoke` takes."""

    person: Annotated[Mention, PersonRef("Who loses the tier")]
    tier: Annotated[str | None, Text("Which tier; else the one that was granted", longest=_LONGEST_TIER)] = None
    why: Annotated[str, Text("Why, for the record", longest=LONGEST_REASON)] = ""


def tier_revoke(rule_changes: RuleChanges, people: PersonLookup, quotas: Quotas) -> Command[TierRevokeArgs]:
    """Build `/tier revoke`: take a grant away, or all that gives somebody the tier that is named."""

    async def run(call: Call, args: TierRevokeArgs) -> None:
        whom = await people.find_known(args.person, call.person)
        found = (await quotas.effective_limits(whom.person, call.place)).of_community
        tier = None if args.tier is None else parse_tier(args.tier, found.limits)
        keys = _revocable_keys(found, tier)
        if not keys:
            raise BadInput(_nothing_to_revoke(tier))
        for key in keys:
            await rule_changes.change(call, key, None, why=args.why)

    return Command(
        "tier revoke",
        "Take away a tier that somebody was given",
        TierRevokeArgs,
        run,
        example="/tier revoke --person @ann",
        audience=CommandAudience.ADMINS,
    )


def _tier_text(tier: Tier, found: CommunityLimits) -> RichText:
    """Return what a tier has, and what gives it: `gold: 50 pictures a day, by /register, with the role 5678`."""
    roles = [rule.key.subject for rule in found.rules if rule.key.kind is RuleKind.ROLE_TIER and rule.value == tier]
    ways: list[TextPart] = [
        f"{tier}: {pluralize(found.limits[tier], 'picture')} a day",
        *(["by /register"] if tier == REGISTERED else []),
        *(RichText.of("with the role ", PlatformRole.parse(role)) for role in roles),
        *(f"with the purchase {bought}" for bought, given in found.purchases.items() if given == tier),
    ]
    return RichText.of(RichText.join(", ", ways), ".")


def _role_limits(found: CommunityLimits) -> list[RichText]:
    """Return the limits that roles have whatever the tier."""
    limits = [rule for rule in found.rules if rule.key.kind is RuleKind.LIMIT and rule.key.subject.startswith("role:")]
    return [
        RichText.of(
            "The role ",
            PlatformRole.parse(rule.key.subject.removeprefix("role:")),
            f": {pluralize(int(rule.value), 'picture')} a day.",
        )
        for rule in limits
    ]


async def _parse_tier_or_clear(typed: str, call: Call, quotas: Quotas) -> Tier | None:
    if typed.strip().lower() == CLEAR:
        return None
    return parse_tier(typed, (await quotas.effective_limits(call.person, call.place)).of_community.limits)


def _end(until: date | timedelta, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment when something ends: a day is in it to its last second."""
    end = now + until if isinstance(until, timedelta) else midnight_after(until, zone)
    if end <= now:
        raise BadInput("That day is over already, so nothing was changed; please give one that is still to come.")
    return end.astimezone(UTC)


def _revocable_keys(found: CommunityLimits, tier: Tier | None) -> list[RuleKey]:
    """Return the memberships of a tier, or the grant where no tier is named."""
    members = [rule for rule in found.rules if rule.key.kind is RuleKind.MEMBERSHIP]
    if tier is None:
        return [rule.key for rule in members if rule.key.subject == GRANT]
    return [rule.key for rule in members if Membership.parse(rule.value).tier == tier]


def _nothing_to_revoke(tier: Tier | None) -> str:
    what = "were granted no tier" if tier is None else f"were not given the tier {tier}"
    return f"They {what}, so nothing was changed. What comes by a role or a purchase ends with those."
