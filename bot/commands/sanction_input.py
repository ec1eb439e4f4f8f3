"""What moderators type about sanctions: whom, where, until when."""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.commands.dispatcher import IsOwner
from bot.domain.allowances import midnight_after
from bot.domain.people import HOUSE, CommunityId, Mention
from bot.domain.sanctions import Sanction
from bot.errors import NotAllowed
from bot.ports.clock import Clock
from bot.ports.surfaces import Call
from bot.services.person_lookup import FoundPerson, PersonLookup
from bot.services.quotas import Quotas


class Reach(StrEnum):
    """Where a sanction holds: in the community of the call, or in the whole house."""

    HERE = "here"
    EVERYWHERE = "everywhere"


class SanctionInput:
    """Parses what moderators typed: who is meant, where it holds and until when."""

    def __init__(self, people: PersonLookup, quotas: Quotas, clock: Clock, *, is_owner: IsOwner) -> None:
        self.people = people
        self.quotas = quotas
        self._clock = clock
        self._is_owner = is_owner

    async def community(self, call: Call, where: Reach) -> CommunityId:
        """Return where a sanction is to hold.

        Raises:
            NotAllowed: It is everywhere, and the caller is no owner.
        """
        if where is Reach.EVERYWHERE and not await self._is_owner(call.person):
            raise NotAllowed("Only owners of this bot can do that everywhere; nothing was changed. Leave it out for here alone.")
        return HOUSE if where is Reach.EVERYWHERE else self.quotas.community(call.place)

    async def zone(self, call: Call) -> ZoneInfo:
        """Return the time zone of the place."""
        return (await self.quotas.effective_limits(call.person, call.place)).of_community.settings.zone

    async def end(self, call: Call, until: date | timedelta) -> datetime:
        """Return the moment when a sanction ends: a day is in it to its last second."""
        if isinstance(until, timedelta):
            return self._clock.now() + until
        return midnight_after(until, await self.zone(call)).astimezone(UTC)

    async def may_change(self, call: Call, sanction: Sanction) -> bool:
        """Whether a sanction is one of the caller's community, or the caller is an owner."""
        return sanction.community == self.quotas.community(call.place) or await self._is_owner(call.person)

    async def find_subject(self, call: Call, mention: Mention | None) -> FoundPerson:
        """Return the person a question is about: the caller, or for moderators the one who is mentioned.

        Raises:
            NotAllowed: It is somebody else, and the caller is no moderator.
            BadInput: It is somebody who was never seen.
        """
        if mention is None or self.people.is_caller(mention, call.person):
            return await self.people.caller(call.person)
        if not (call.person.is_moderator or call.person.is_admin or await self._is_owner(call.person)):
            raise NotAllowed("Only moderators may see that of somebody else; leave the person out to see your own.")
        return await self.people.find_known(mention, call.person)
