"""Where admins and everybody else give the commands of quotas, tiers and credits."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from bot.commands.credits import credits_give, credits_grant, credits_history, credits_take
from bot.commands.dispatcher import Dispatcher
from bot.commands.quota import quota_reset, quota_set, quota_show
from bot.commands.register import accept_policy, register
from bot.commands.rule_changes import RuleChanges, audit, older, undo
from bot.commands.sanction_input import SanctionInput
from bot.commands.sanctions import (
    sanction_ban,
    sanction_lift,
    sanction_list,
    sanction_mute,
    sanction_warn,
    standing_command,
    unsanction,
)
from bot.commands.spec import AnyCommand
from bot.commands.tier import tier_grant, tier_list, tier_purchase, tier_revoke, tier_role
from bot.domain.allowances import Weights
from bot.domain.chat import Button, Place, Post
from bot.domain.limits import CommunitySettings, DeploymentLimits
from bot.domain.people import GUEST, PREMIUM, REGISTERED, Account, Identity, Person, Platform, Tier
from bot.domain.rules import AuditEntry
from bot.services.communities import Communities
from bot.services.person_lookup import PersonLookup
from bot.services.quotas import Quotas, Tariff
from tests.fakes.bench import FAULT, Bench
from tests.fakes.image_models import ONE_MODEL
from tests.fakes.surfaces import LOOM, SQUARE, FakeCall, person

MILL = Platform("mill")
"""A platform where newcomers are guests."""

YARD = Place(MILL, "hill", "mill yard")
ALONE = Place(LOOM, "", "ann alone")
ELSEWHERE = Place(LOOM, "village", "green")

ANN = replace(person("ann"), is_admin=True)
BOB = person("bob")
GUS = Person(Identity(MILL, "", "gus"), "Gus")
EVE = replace(person("eve"), is_admin=True)
OWNER = person("olga")

POLICY = "Be kind to each other."


class PlacedCall(FakeCall):
    """A call from somewhere else than the square."""

    def __init__(self, bench: Bench, key: str, by: Person, place: Place) -> None:
        super().__init__(bench.surface, key, by=by)
        self._place = place

    @property
    def place(self) -> Place:
        """Where it is given."""
        return self._place


class AdminConsole:
    """All these commands over one bench. Each call is a new one, unless it is given a key."""

    def __init__(
        self, *, parts_tenants: bool = False, premium: str = "", policy: str = POLICY, weights: Weights | None = None
    ) -> None:
        self.bench = Bench(weights=weights or Weights({}))
        self.house = DeploymentLimits(
            {GUEST: 3, REGISTERED: 20, PREMIUM: 200}, CommunitySettings(ZoneInfo("UTC")), {"sku-1": PREMIUM}
        )
        self.quotas = Quotas(
            accounts=self.bench.accounts,
            ledger=self.bench.ledger,
            rulebook=self.bench.rulebook,
            communities=Communities(parts_tenants=parts_tenants, joined={}),
            deployment=self.house,
            tariff=Tariff(self.bench.weights, lambda wish, _: wish.count, {LOOM: REGISTERED}, ONE_MODEL),
            clock=self.bench.clock,
        )
        self.people = PersonLookup(self.bench.accounts, self.quotas)
        self._count = 0
        self._dispatcher = self.open(premium=premium, policy=policy)

    def open(self, *, premium: str = "", policy: str = POLICY) -> Dispatcher:
        """Build the commands; again, as after a restart with another policy."""
        bench, quotas, people = self.bench, self.quotas, self.people
        rule_changes = RuleChanges(
            rulebook=bench.rulebook, quotas=quotas, people=people, deployment=self.house, clock=bench.clock
        )
        commands: tuple[AnyCommand, ...] = (
            quota_show(quotas, people, ledger=bench.ledger, clock=bench.clock, is_owner=self.owns, premium=lambda _: premium),
            quota_set(rule_changes, people, quotas),
            quota_reset(rule_changes, people, quotas, ledger=bench.ledger),
            tier_list(quotas),
            tier_role(rule_changes, people, quotas),
            tier_purchase(rule_changes, quotas),
            tier_grant(rule_changes, people, quotas, clock=bench.clock),
            tier_revoke(rule_changes, people, quotas),
            credits_history(bench.credits, people, quotas, is_owner=self.owns),
            credits_give(bench.credits, people, quotas),
            credits_grant(bench.credits, people, quotas, rule_changes=rule_changes),
            credits_take(bench.credits, people, quotas, rule_changes=rule_changes),
            register(quotas, policy),
            accept_policy(quotas, people, bench.rulebook, policy),
            *self._sanction_commands(),
            audit(rule_changes),
            older(rule_changes),
            undo(rule_changes),
        )
        self._dispatcher = Dispatcher(commands, lambda: FAULT, self.owns)
        return self._dispatcher

    def _sanction_commands(self) -> tuple[AnyCommand, ...]:
        sanctions = self.bench.sanctions
        typed = SanctionInput(self.people, self.quotas, self.bench.clock, is_owner=self.owns)
        return (
            standing_command(sanctions, typed),
            sanction_warn(sanctions, typed),
            sanction_mute(sanctions, typed),
            sanction_ban(sanctions, typed),
            sanction_lift(sanctions, typed),
            sanction_list(sanctions, typed),
            unsanction(sanctions, typed),
        )

    async def owns(self, someone: Person) -> bool:
        """Whether it is Olga, to whom all this belongs."""
        return someone.identity == OWNER.identity

    async def type(self, line: str, by: Person = ANN, place: Place = SQUARE, key: str = "") -> list[Post]:
        """Type a line, and give what was whispered back."""
        call = PlacedCall(self.bench, key or self._key(), by, place)
        await self._dispatcher.dispatch_line(line, call)
        return call.whispers

    async def say(self, line: str, by: Person = ANN, place: Place = SQUARE, key: str = "") -> str:
        """Type a line, and give the one text that was whispered back."""
        [post] = await self.type(line, by, place, key)
        return post.text

    async def press(self, button: Button, by: Person = ANN, place: Place = SQUARE) -> list[Post]:
        """Press a button, and give what was whispered back."""
        call = PlacedCall(self.bench, self._key(), by, place)
        await self._dispatcher.press(button.action, call)
        return call.whispers

    async def see(self, *someone: Person) -> None:
        """Have people come in for the first time."""
        for one in someone:
            await self.quotas.account(one)

    async def account(self, someone: Person) -> Account:
        """Return somebody's account."""
        return await self.quotas.account(someone)

    async def limit(self, someone: Person, place: Place = SQUARE) -> int:
        """Say how many pictures a day somebody has."""
        return (await self.quotas.effective_limits(someone, place)).allowance.limit

    async def tier(self, someone: Person, place: Place = SQUARE) -> Tier:
        """Say which tier somebody has."""
        return (await self.quotas.effective_limits(someone, place)).account.tier

    async def balance(self, someone: Person, place: Place = SQUARE) -> int:
        """Say how many credits somebody has."""
        return await self.bench.credits.balance(self.quotas.community(place), (await self.account(someone)).id)

    @property
    def entries(self) -> list[AuditEntry]:
        """The whole record, oldest first."""
        return self.bench.jobs.books.record

    def _key(self) -> str:
        self._count += 1
        return f"call-{self._count}"
