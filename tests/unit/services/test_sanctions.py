"""Asks the service of sanctions: who may be warned, muted and banned, where it holds, and when it ends."""

from datetime import timedelta

import pytest

from bot.domain.cases import CaseId
from bot.domain.people import HOUSE, AccountId, CommunityId
from bot.domain.rules import Actor
from bot.domain.sanctions import Sanction, SanctionId, SanctionKind
from bot.errors import BadInput, NotAllowed, Sanctioned
from bot.services.sanctions import Sanctions
from tests.fakes.clock import NOON, StoppedClock
from tests.fakes.ids import CountingIds
from tests.fakes.jobs import MemoryJobs
from tests.fakes.moderation_log import MemoryModerationLog
from tests.fakes.sanctions import MemorySanctionBook

HOUR = timedelta(hours=1)
ANN, OWNER = AccountId("ann"), AccountId("owner")
MOD = Actor(AccountId("mod"), "Mo")
HERE, ELSEWHERE = CommunityId("loom:1"), CommunityId("loom:2")


class SanctionSetup:
    """The service with what a test looks at."""

    def __init__(self) -> None:
        self.clock = StoppedClock()
        self.book = MemorySanctionBook(MemoryJobs(self.clock), self.clock, MemoryModerationLog(self.clock))
        self.followed: list[Sanction] = []
        self.sanctions = Sanctions(
            book=self.book,
            clock=self.clock,
            ids=CountingIds(),
            is_owners_account=self._is_owners,
            follow_up=self._follow,
        )

    async def is_barred(self, community: CommunityId) -> bool:
        """Whether Ann is refused in a community."""
        try:
            await self.sanctions.check(ANN, community)
        except Sanctioned:
            return True
        return False

    async def _is_owners(self, account: AccountId) -> bool:
        return account == OWNER

    async def _follow(self, sanction: Sanction) -> None:
        self.followed.append(sanction)


@pytest.fixture
def setup() -> SanctionSetup:
    """Set the service up."""
    return SanctionSetup()


async def test_a_ban_holds_in_its_community_until_it_is_lifted(setup: SanctionSetup) -> None:
    """And nowhere else."""
    ban = await setup.sanctions.ban(ANN, HERE, by=MOD, reason="floods")
    assert (await setup.is_barred(HERE), await setup.is_barred(ELSEWHERE)) == (True, False)
    assert await setup.sanctions.lift(ban.id, MOD)
    assert not await setup.sanctions.lift(ban.id, MOD)
    assert not await setup.is_barred(HERE)


async def test_a_ban_of_the_house_holds_everywhere(setup: SanctionSetup) -> None:
    """Owners impose those."""
    await setup.sanctions.ban(ANN, HOUSE, by=MOD)
    assert await setup.is_barred(HERE)
    assert await setup.is_barred(ELSEWHERE)


async def test_a_mute_ends_by_itself(setup: SanctionSetup) -> None:
    """To the second."""
    await setup.sanctions.mute(ANN, HERE, by=MOD, until=NOON + HOUR)
    assert await setup.is_barred(HERE)
    setup.clock.move(HOUR)
    assert not await setup.is_barred(HERE)


async def test_a_warning_bars_nobody_and_stands_on_record(setup: SanctionSetup) -> None:
    """With those of the whole house, newest first."""
    first = await setup.sanctions.warn(ANN, HERE, by=MOD, reason="be kind")
    setup.clock.move(HOUR)
    second = await setup.sanctions.warn(ANN, HOUSE, by=MOD)
    await setup.sanctions.warn(ANN, ELSEWHERE, by=MOD)
    record = await setup.sanctions.read_record(ANN, HERE)
    assert record.sanctions == (second, first)
    assert (record.barring, record.count) == (None, 2)
    assert not await setup.is_barred(HERE)


async def test_whoever_is_refused_reads_what_holds_longest(setup: SanctionSetup) -> None:
    """A ban before a mute, and one for good before one that ends."""
    await setup.sanctions.mute(ANN, HERE, by=MOD, until=NOON + 3 * HOUR)
    await setup.sanctions.ban(ANN, HERE, by=MOD, until=NOON + HOUR)
    with pytest.raises(Sanctioned, match="is_ban=True") as refused:
        await setup.sanctions.check(ANN, HERE)
    assert f"until {NOON + HOUR:%Y-%m-%d} 13:00 UTC" in refused.value.user_text
    last = await setup.sanctions.ban(ANN, HERE, by=MOD, reason="floods the channel")
    with pytest.raises(Sanctioned) as refused:
        await setup.sanctions.check(ANN, HERE)
    assert refused.value.sanction == last.id
    assert refused.value.user_text == (
        "You are banned from asking for pictures here; nothing was counted. "
        "Why: floods the channel. /appeal asks a moderator to look at it again."
    )


async def test_nobody_does_it_to_themselves_or_to_an_owner(setup: SanctionSetup) -> None:
    """A moderator may be the one who was reported."""
    with pytest.raises(NotAllowed):
        await setup.sanctions.ban(MOD.account, HERE, by=MOD)
    with pytest.raises(NotAllowed):
        await setup.sanctions.warn(OWNER, HERE, by=MOD)
    assert not setup.book.by_id
    assert not setup.followed


async def test_nobody_lifts_their_own(setup: SanctionSetup) -> None:
    """Unless they own the house, where linking may have brought it upon them."""
    ban = await setup.sanctions.ban(ANN, HERE, by=MOD)
    with pytest.raises(NotAllowed):
        await setup.sanctions.lift(ban.id, Actor(ANN, "Ann"))
    setup.book.shares[ban.id].add(OWNER)
    assert await setup.sanctions.lift(ban.id, Actor(OWNER, "Olga"))


async def test_a_moment_that_is_over_is_no_end(setup: SanctionSetup) -> None:
    """Not even the present one."""
    with pytest.raises(BadInput):
        await setup.sanctions.mute(ANN, HERE, by=MOD, until=NOON)
    assert not setup.book.by_id


async def test_a_case_imposes_each_kind_once(setup: SanctionSetup) -> None:
    """Done again after a crash it is the same sanction, and what follows from it is done again."""
    ban = await setup.sanctions.ban(ANN, HERE, by=MOD, case=CaseId("c1"))
    setup.clock.move(HOUR)
    assert await setup.sanctions.ban(ANN, HERE, by=MOD, case=CaseId("c1")) == ban
    warning = await setup.sanctions.warn(ANN, HERE, by=MOD, case=CaseId("c1"))
    assert warning.kind is SanctionKind.WARNING
    assert setup.followed == [ban, ban, warning]


async def test_the_active_ones_of_a_community(setup: SanctionSetup) -> None:
    """For its moderators."""
    ban = await setup.sanctions.ban(ANN, HERE, by=MOD)
    await setup.sanctions.ban(ANN, ELSEWHERE, by=MOD)
    assert await setup.sanctions.active(HERE, 10) == (ban,)
    assert await setup.sanctions.find(ban.id) == ban
    assert await setup.sanctions.find(SanctionId("z")) is None
