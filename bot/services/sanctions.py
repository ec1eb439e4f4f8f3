"""Warns, mutes and bans people, lifts that again, and checks whether somebody may ask for anything."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from bot.domain.cases import CaseId
from bot.domain.people import AccountId, CommunityId
from bot.domain.rules import Actor
from bot.domain.sanctions import Sanction, SanctionId, SanctionKind, SanctionRecord, refusal_of
from bot.errors import BadInput, NotAllowed
from bot.ports.clock import Clock, Ids
from bot.ports.sanctions import SanctionBook

log = structlog.get_logger(__name__)

FollowUp = Callable[[Sanction], Awaitable[None]]
"""Does what follows from a sanction that was imposed: ends jobs and tells the person. It may be done again, and never raises."""

IsOwnersAccount = Callable[[AccountId], Awaitable[bool]]
"""Whether an account is that of an owner of the house."""


class Sanctions:
    """Imposes and lifts sanctions. `HOUSE` as the community is everywhere: whether `by` may do that is for the caller to ask.

    The same `key` again is the same sanction, and changes nothing; where none
    is given, it is that of the case. What is done about a person is done about
    all accounts that are linked to theirs, now or later.
    """

    def __init__(
        self, *, book: SanctionBook, clock: Clock, ids: Ids, is_owners_account: IsOwnersAccount, follow_up: FollowUp
    ) -> None:
        self._book = book
        self._clock = clock
        self._ids = ids
        self._is_owners_account = is_owners_account
        self._follow_up = follow_up

    async def warn(
        self,
        account: AccountId,
        community: CommunityId,
        *,
        by: Actor,
        reason: str = "",
        case: CaseId | None = None,
        key: str | None = None,
    ) -> Sanction:
        """Record a warning, and tell the person.

        Raises:
            NotAllowed: It is themselves or an owner.
        """
        return await self._impose(SanctionKind.WARNING, account, community, by=by, until=None, reason=reason, case=case, key=key)

    async def mute(
        self,
        account: AccountId,
        community: CommunityId,
        *,
        by: Actor,
        until: datetime,
        reason: str = "",
        case: CaseId | None = None,
        key: str | None = None,
    ) -> Sanction:
        """Keep somebody from asking for anything until a moment. What they have asked for is drawn.

        Raises:
            BadInput: The moment is over.
            NotAllowed: It is themselves or an owner.
        """
        return await self._impose(SanctionKind.MUTE, account, community, by=by, until=until, reason=reason, case=case, key=key)

    async def ban(
        self,
        account: AccountId,
        community: CommunityId,
        *,
        by: Actor,
        until: datetime | None = None,
        reason: str = "",
        case: CaseId | None = None,
        key: str | None = None,
    ) -> Sanction:
        """Keep somebody from asking for anything, for good or until a moment, and end their jobs; pictures are given back.

        Raises:
            BadInput: The moment is over.
            NotAllowed: It is themselves or an owner.
        """
        return await self._impose(SanctionKind.BAN, account, community, by=by, until=until, reason=reason, case=case, key=key)

    async def lift(self, sanction: SanctionId, by: Actor) -> bool:
        """End a sanction on all accounts that it is on; return False where it had ended.

        Raises:
            NotAllowed: The caller is under it themselves.
        """
        if by.account in await self._book.accounts(sanction) and not await self._is_owners_account(by.account):
            raise NotAllowed("Nobody lifts a sanction of their own; nothing was changed. /appeal asks another moderator.")
        is_lifted = await self._book.lift(sanction, by)
        if is_lifted:
            log.info("sanction.lifted", sanction=sanction, by=by.account)
        return is_lifted

    async def follow_up(self, sanction: Sanction) -> None:
        """Enforce a sanction that holds, such as one that holds again."""
        await self._follow_up(sanction)

    async def is_exempt(self, account: AccountId) -> bool:
        """Return whether nobody can warn, mute or ban somebody: an owner."""
        return await self._is_owners_account(account)

    async def find(self, sanction: SanctionId) -> Sanction | None:
        """Return the sanction with this id."""
        return await self._book.find(sanction)

    async def read_record(self, account: AccountId, community: CommunityId) -> SanctionRecord:
        """Return how somebody stands in a community."""
        found = await self._book.of(account)
        return SanctionRecord(tuple(one for one in found if one.holds_in(community)), self._clock.now())

    async def active(self, community: CommunityId, most: int) -> tuple[Sanction, ...]:
        """Return up to `most` mutes and bans that hold in a community now, newest first."""
        return await self._book.active(community, self._clock.now(), most)

    async def check(self, account: AccountId, community: CommunityId) -> None:
        """Check that somebody may ask for anything in a community.

        Raises:
            Sanctioned: They are muted or banned.
        """
        barring = (await self.read_record(account, community)).barring
        if barring is not None:
            raise refusal_of(barring)

    async def _impose(
        self,
        kind: SanctionKind,
        account: AccountId,
        community: CommunityId,
        *,
        by: Actor,
        until: datetime | None,
        reason: str,
        case: CaseId | None,
        key: str | None,
    ) -> Sanction:
        now = self._clock.now()
        if until is not None and until <= now:
            raise BadInput("That moment is over already; nothing was changed.")
        if account == by.account:
            raise NotAllowed("Nobody can do that to themselves; nothing was changed.")
        if await self.is_exempt(account):
            raise NotAllowed("That person is an owner of this bot, whom nobody can warn, mute or ban; nothing was changed.")
        id_ = SanctionId(self._ids.new())
        wanted = Sanction(
            id=id_,
            key=key or (f"case:{case}:{kind}" if case else id_),
            account=account,
            community=community,
            kind=kind,
            imposed_at=now,
            by=by,
            until=until,
            reason=reason,
            case=case,
        )
        sanction = await self._book.impose(wanted)
        if sanction.id == id_:
            log.info("sanction.imposed", sanction=id_, kind=kind, account=account, community=community, by=by.account)
        await self._follow_up(sanction)
        return sanction
