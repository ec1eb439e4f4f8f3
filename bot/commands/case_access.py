"""Which cases somebody may see at a place."""

from bot.commands.dispatcher import IsOwner
from bot.domain.cases import Case, CaseDecision, CaseId, CaseState
from bot.domain.chat import Place
from bot.domain.people import CommunityId
from bot.domain.rules import Actor
from bot.errors import BadInput, NotAllowed
from bot.ports.cases import Cases
from bot.ports.surfaces import Call
from bot.services.cases import CaseReview
from bot.services.person_lookup import PersonLookup
from bot.services.quotas import Quotas
from bot.services.sanctions import Sanctions


class CaseAccess:
    """Finds cases for moderators.

    In the review channel they see all of the community; elsewhere those of
    their own server or workspace, as a community may have several that do not
    know each other. Owners of the house see all.
    """

    def __init__(
        self,
        *,
        review: CaseReview,
        cases: Cases,
        quotas: Quotas,
        people: PersonLookup,
        is_owner: IsOwner,
        sanctions: Sanctions,
    ) -> None:
        self._review = review
        self._cases = cases
        self._quotas = quotas
        self._people = people
        self._is_owner = is_owner
        self._sanctions = sanctions

    async def actor(self, call: Call) -> Actor:
        """Return the caller as the one who decides."""
        return await self._people.actor(call.person)

    async def community(self, call: Call) -> CommunityId | None:
        """Return whose cases the caller moderates; None for all."""
        return None if await self._is_owner(call.person) else self._quotas.community(call.place)

    async def find(self, call: Call, case_id: str) -> Case:
        """Return a case that the caller may see.

        Raises:
            BadInput: There is none.
        """
        case = await self._review.find(CaseId(case_id), await self.community(call))
        if not await self._sees_all(call) and not call.place.is_at(case.platform, case.tenant):
            raise BadInput("There is no such case here; /cases list shows those that are open.")
        return case

    async def check_decision(self, case: Case, decision: CaseDecision) -> None:
        """Check that what would follow from a decision can be done.

        Raises:
            NotAllowed: It is a sanction on an owner.
        """
        if decision in _SANCTIONS and await self._sanctions.is_exempt(case.account):
            raise NotAllowed(
                "That person is an owner of this bot, whom nobody can warn, mute or ban; nothing was changed. "
                "Remove takes the picture alone."
            )

    def check_place(self, call: Call, case: Case) -> None:
        """Check that what is set at the place of the call holds where the case is.

        Raises:
            BadInput: The case is another community's.
        """
        if self._quotas.community(call.place) != case.community:
            raise BadInput(f"This case is of {case.community}, and words listed here hold here alone; nothing was changed.")

    async def page(self, call: Call, state: CaseState, most: int, *, after: CaseId | None = None) -> tuple[Case, ...]:
        """Return the first cases that the caller may see, or those that come after one."""
        community, at = await self.community(call), await self.seen_place(call)
        return await self._cases.page(community, state=state, most=most, after=after, at=at)

    async def seen_place(self, call: Call) -> Place | None:
        """Return the place whose cases and pictures the caller may see; None for all of the community."""
        return None if await self._sees_all(call) else call.place

    async def count_open(self, call: Call) -> int:
        """Return how many open cases the caller may see."""
        return await self._cases.count_open(await self.community(call), at=await self.seen_place(call))

    async def _sees_all(self, call: Call) -> bool:
        if await self._is_owner(call.person):
            return True
        place = call.place
        settings = await self._quotas.settings(self._quotas.community(place))
        return bool(place.tenant) and settings.review_channel == f"{place.platform}:{place.tenant}:{place.channel}"


_SANCTIONS = {CaseDecision.WARN, CaseDecision.MUTE, CaseDecision.BAN}
