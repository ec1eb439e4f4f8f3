"""`/register`: a guest accepts the content policy, and has more pictures a day."""

import hashlib
from dataclasses import dataclass
from typing import Annotated

from bot.commands.spec import Command
from bot.domain.chat import Button, Details, Post
from bot.domain.options import Text
from bot.domain.people import GUEST, REGISTERED
from bot.domain.rules import Change, Membership, RuleKey, RuleKind
from bot.errors import BadInput
from bot.ports.rules import Rulebook
from bot.ports.surfaces import Call
from bot.services.person_lookup import PersonLookup
from bot.services.quotas import EffectiveLimits, Quotas
from bot.text import pluralize

_REGISTER = "register"
_MOST_IN_TEXT = 1200


@dataclass(frozen=True, slots=True)
class RegisterArgs:
    """`/register` takes nothing."""


def register(quotas: Quotas, policy: str) -> Command[RegisterArgs]:
    """Build `/register`, which shows the policy to people who have not accepted it."""

    async def run(call: Call, args: RegisterArgs) -> None:  # noqa: ARG001 - every command is called alike
        effective_limits = await quotas.effective_limits(call.person, call.place)
        if effective_limits.account.tier != GUEST or _is_registered(effective_limits):
            await call.whisper(Post(_already_text(effective_limits)))
            return
        await call.whisper(_policy_post(policy, effective_limits))

    return Command("register", "Accept the content policy and have more pictures a day", RegisterArgs, run)


@dataclass(frozen=True, slots=True)
class AcceptArgs:
    """What the button below the policy carries."""

    version: Annotated[str, Text("Which policy was read", longest=64)]


def accept_policy(quotas: Quotas, people: PersonLookup, rulebook: Rulebook, policy: str) -> Command[AcceptArgs]:
    """Build the button below the policy. It is recorded which version was accepted."""

    async def run(call: Call, args: AcceptArgs) -> None:
        if args.version != _version(policy):
            raise BadInput("The policy has changed since you read it, so nothing was accepted; please type /register again.")
        before, by = await quotas.effective_limits(call.person, call.place), await people.actor(call.person)
        change = Change(
            community=before.community,
            key=RuleKey(RuleKind.MEMBERSHIP, _REGISTER, by.account),
            value=str(Membership(REGISTERED)),
            by=by,
            why=f"accepted the content policy {args.version}",
        )
        if await rulebook.change(change) is None:
            await call.whisper(Post(_already_text(before)))
            return
        after = await quotas.effective_limits(call.person, call.place)
        now, was = pluralize(after.allowance.limit, "picture"), f"{before.allowance.limit:,}"
        await call.whisper(Post(f"You are registered: you have {now} a day now; it was {was}. Type /imagine to draw one."))

    return Command("accept", "Accept the content policy", AcceptArgs, run, is_typed=False)


def _policy_post(policy: str, effective_limits: EffectiveLimits) -> Post:
    more = pluralize(effective_limits.of_community.limits[REGISTERED], "picture")
    head = f"Registered people have {more} a day; you have {effective_limits.allowance.limit:,}. Please read this first:"
    button = (Button("I accept", "accept", _version(policy)),)
    if len(policy) <= _MOST_IN_TEXT:
        return Post(f"{head}\n{policy}", buttons=button)
    return Post(head, details=(Details("Content policy", policy),), buttons=button)


def _already_text(effective_limits: EffectiveLimits) -> str:
    tier = REGISTERED if effective_limits.account.tier == GUEST else effective_limits.account.tier
    pictures = pluralize(effective_limits.allowance.limit, "picture")
    return f"You are {tier} already, with {pictures} a day; there is nothing more to do."


def _is_registered(effective_limits: EffectiveLimits) -> bool:
    keys = {rule.key.subject for rule in effective_limits.of_community.rules if rule.key.kind is RuleKind.MEMBERSHIP}
    return _REGISTER in keys


def _version(policy: str) -> str:
    """Return what identifies this version of a policy."""
    return hashlib.sha256(policy.encode()).hexdigest()[:12]
