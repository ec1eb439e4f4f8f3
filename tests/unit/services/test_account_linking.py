"""Asks whether a code joins two accounts once, in time, however it is typed, and whether guessing leads anywhere."""

import hashlib
import itertools
import re
from datetime import date, timedelta

import pytest

from bot.domain.people import GUEST, REGISTERED, Account, AccountId, Identity, Platform, Tier
from bot.errors import BadInput, Busy, StorageFailed
from bot.ports.codes import Purpose
from bot.services.account_linking import CODE_LIFETIME, AccountLinking
from storage.limits.local import LocalRateLimiter
from tests.fakes.accounts import MemoryAccounts
from tests.fakes.clock import NOON, StoppedClock
from tests.fakes.codes import MemoryCodes
from tests.fakes.ids import CountingIds
from tests.fakes.surfaces import LOOM

ANN = Identity(LOOM, "", "ann")
ANN_ELSEWHERE = Identity(Platform("kiln"), "", "7")
ANNS, OTHERS = AccountId("id00000000000000000001"), AccountId("id00000000000000000002")
TICK = timedelta(microseconds=1)


class Wheel:
    """Draws numbers in a row."""

    def __init__(self) -> None:
        self._numbers = itertools.count(5)

    def random_below(self, most: int) -> int:
        """Return the next one."""
        return next(self._numbers) % most


@pytest.fixture
def clock() -> StoppedClock:
    """Stop the time."""
    return StoppedClock()


@pytest.fixture
def codes(clock: StoppedClock) -> MemoryCodes:
    """Return the record of codes."""
    return MemoryCodes(clock)


@pytest.fixture
async def accounts() -> MemoryAccounts:
    """Return two accounts of one person."""
    accounts = MemoryAccounts(CountingIds())
    for identity in (ANN, ANN_ELSEWHERE):
        await accounts.get_or_create(identity, GUEST)
    return accounts


@pytest.fixture
def linking(accounts: MemoryAccounts, codes: MemoryCodes, clock: StoppedClock) -> AccountLinking:
    """Return the service."""
    return AccountLinking(
        accounts=accounts,
        codes=codes,
        rate_limiter=LocalRateLimiter(clock),
        clock=clock,
        first_tier={LOOM: REGISTERED},
        random_below=Wheel().random_below,
    )


class TestCodes:
    """What is issued."""

    async def test_a_code_is_short_and_carries_forty_bits(self, linking: AccountLinking) -> None:
        """Eight of 32 signs, none of which is taken for another."""
        code = await linking.issue(ANNS)
        assert re.fullmatch(r"easel-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", code.text)
        assert code.expires_at == NOON + CODE_LIFETIME

    async def test_every_sign_can_come_up(self, accounts: MemoryAccounts, codes: MemoryCodes, clock: StoppedClock) -> None:
        """All 32."""
        signs: set[str] = set()
        numbers = itertools.count()
        for account in (AccountId(str(number)) for number in range(4)):
            linking = AccountLinking(
                accounts=accounts,
                codes=codes,
                rate_limiter=LocalRateLimiter(clock),
                clock=clock,
                first_tier={},
                random_below=lambda most: next(numbers) % most,
            )
            signs |= set((await linking.issue(account)).text.removeprefix("easel-").replace("-", ""))
        assert len(signs) == 32
        assert not signs & set("ILOU")

    async def test_only_its_hash_is_kept(self, linking: AccountLinking, codes: MemoryCodes) -> None:
        """Whoever reads the table can use none."""
        code = await linking.issue(ANNS)
        signs = code.text.removeprefix("easel-").replace("-", "")
        assert list(codes.by_hash) == [(Purpose.LINK, hashlib.sha256(signs.encode()).hexdigest())]

    async def test_a_new_code_ends_the_last_one(self, linking: AccountLinking, accounts: MemoryAccounts) -> None:
        """One at a time."""
        first = await linking.issue(ANNS)
        second = await linking.issue(ANNS)
        with pytest.raises(BadInput):
            await linking.redeem(OTHERS, first.text)
        await linking.redeem(OTHERS, second.text)
        assert await accounts.list_linked_identities(ANN) == (ANN_ELSEWHERE, ANN)

    async def test_three_in_ten_minutes_are_enough(self, linking: AccountLinking, clock: StoppedClock) -> None:
        """Then it says when there is another; others do not wait."""
        for _ in range(3):
            await linking.issue(ANNS)
            clock.move(timedelta(minutes=1))
        with pytest.raises(Busy) as caught:
            await linking.issue(ANNS)
        assert caught.value.retry_after == timedelta(minutes=7)
        assert "7 minutes" in caught.value.user_text
        await linking.issue(OTHERS)
        clock.move(timedelta(minutes=7))
        await linking.issue(ANNS)


class TestRedeeming:
    """What is typed."""

    async def test_the_redeemer_becomes_a_part_of_the_issuer(self, linking: AccountLinking, accounts: MemoryAccounts) -> None:
        """And not the other way round."""
        code = await linking.issue(ANNS)
        assert await linking.redeem(OTHERS, code.text) == (ANN_ELSEWHERE, ANN)
        known = await accounts.find(ANN_ELSEWHERE)
        assert known
        assert known.id == ANNS

    @pytest.mark.parametrize(
        "spoilt", ["{}", "{} ", "/link", "easel-", "{}{}", "{}0", "%", "easel-7KQ4-M2X\ud800", "ß" * 8, "U" * 8]
    )
    async def test_what_is_no_code_opens_nothing(self, linking: AccountLinking, accounts: MemoryAccounts, spoilt: str) -> None:
        """In one sentence; and the real one still works."""
        code = await linking.issue(ANNS)
        wrong = spoilt.format("easel-0000-0000", "easel-0000-0000")
        with pytest.raises(BadInput, match="bad input"):
            await linking.redeem(OTHERS, wrong)
        await linking.redeem(OTHERS, code.text)

    @pytest.mark.parametrize(
        "typed",
        [
            "easel-5678-9ABC",
            "EASEL-5678-9ABC",
            "easel 5678 9abc",
            "56789abc",
            " 5678–9ABC\n",
            "“easel-5678-9ABC”",
            "Easel_5678_9aBc",
        ],
    )
    async def test_case_spaces_and_dashes_do_not_matter(self, linking: AccountLinking, typed: str) -> None:
        """It was read off another screen."""
        assert (await linking.issue(ANNS)).text == "easel-5678-9ABC"
        assert len(await linking.redeem(OTHERS, typed)) == 2

    async def test_lookalikes_are_read_as_what_they_look_like(
        self, accounts: MemoryAccounts, codes: MemoryCodes, clock: StoppedClock
    ) -> None:
        """O for 0, and I or l for 1."""
        numbers = itertools.cycle((0, 1))
        linking = AccountLinking(
            accounts=accounts,
            codes=codes,
            rate_limiter=LocalRateLimiter(clock),
            clock=clock,
            first_tier={},
            random_below=lambda _most: next(numbers),
        )
        assert (await linking.issue(ANNS)).text == "easel-0101-0101"
        assert await linking.redeem(OTHERS, "easel-OIol-0l01")

    async def test_a_code_is_good_once(self, linking: AccountLinking, accounts: MemoryAccounts) -> None:
        """For the first who comes."""
        third = (await accounts.get_or_create(Identity(LOOM, "", "eve"), GUEST)).id
        code = await linking.issue(ANNS)
        await linking.redeem(OTHERS, code.text)
        with pytest.raises(BadInput):
            await linking.redeem(third, code.text)

    async def test_a_code_is_good_for_ten_minutes(self, linking: AccountLinking, clock: StoppedClock) -> None:
        """And not a moment longer."""
        code = await linking.issue(ANNS)
        clock.move(CODE_LIFETIME)
        with pytest.raises(BadInput, match="bad input"):
            await linking.redeem(OTHERS, code.text)

    async def test_ones_own_code_joins_nothing(self, linking: AccountLinking, accounts: MemoryAccounts) -> None:
        """It was typed where it was made."""
        code = await linking.issue(ANNS)
        with pytest.raises(BadInput) as caught:
            await linking.redeem(ANNS, code.text)
        assert "own" in caught.value.user_text
        assert await accounts.list_linked_identities(ANN) == (ANN,)

    async def test_five_tries_in_ten_minutes_are_enough(self, linking: AccountLinking, clock: StoppedClock) -> None:
        """Then even the right code waits, and is not used up."""
        code = await linking.issue(ANNS)
        for _ in range(5):
            with pytest.raises(BadInput):
                await linking.redeem(OTHERS, "easel-0000-0000")
            clock.move(timedelta(seconds=90))
        with pytest.raises(Busy) as caught:
            await linking.redeem(OTHERS, code.text)
        assert caught.value.retry_after == timedelta(minutes=2.5)
        assert "3 minutes" in caught.value.user_text
        clock.move(timedelta(minutes=2.5) - TICK)
        with pytest.raises(Busy):
            await linking.redeem(OTHERS, code.text)

    async def test_a_thousand_guesses_open_nothing(
        self, linking: AccountLinking, accounts: MemoryAccounts, clock: StoppedClock
    ) -> None:
        """Five of them are even looked up, and afterwards the code is as good as before."""
        code = await linking.issue(ANNS)
        refused = {BadInput: 0, Busy: 0}
        for number in range(1000):
            with pytest.raises((BadInput, Busy)) as caught:
                await linking.redeem(OTHERS, f"easel-{number:04}-0000")
            refused[caught.type] += 1
        assert refused == {BadInput: 5, Busy: 995}
        assert await accounts.list_linked_identities(ANN) == (ANN,)
        third = (await accounts.get_or_create(Identity(LOOM, "", "own phone"), GUEST)).id
        assert len(await linking.redeem(third, code.text)) == 2

    async def test_a_database_that_fails_says_so(self, linking: AccountLinking, codes: MemoryCodes) -> None:
        """It is no wrong code."""
        codes.failures.fail_next("redeem", StorageFailed("memory", "gone"))
        with pytest.raises(StorageFailed):
            await linking.redeem(OTHERS, "easel-0000-0000")


class TestParting:
    """The way back."""

    async def test_a_parted_identity_begins_as_a_newcomer(self, linking: AccountLinking, accounts: MemoryAccounts) -> None:
        """Of its platform."""
        code = await linking.issue(ANNS)
        await linking.redeem(OTHERS, code.text)
        assert (await linking.part(ANN)).tier == REGISTERED
        assert await accounts.list_linked_identities(ANN_ELSEWHERE) == (ANN_ELSEWHERE,)

    @pytest.mark.parametrize("identity", [ANN, Identity(LOOM, "", "stranger")])
    async def test_nobody_parts_from_nobody(self, linking: AccountLinking, accounts: MemoryAccounts, identity: Identity) -> None:
        """Nor is asked whether to."""
        for refused in (linking.part(identity), linking.list_shared_identities(identity)):
            with pytest.raises(BadInput):
                await refused
        assert await accounts.find(Identity(LOOM, "", "stranger")) is None

    async def test_usage_is_taken_along_from_every_day_that_may_be_today(self, codes: MemoryCodes) -> None:
        """West of here it may be yesterday, and a day longer where the zone was changed."""
        days: list[date] = []

        class Noting(MemoryAccounts):
            async def part(self, identity: Identity, tier: Tier, day: date) -> Account:
                """Note the day."""
                days.append(day)
                return await super().part(identity, tier, day)

        noting = Noting(CountingIds())
        ours, theirs = [(await noting.get_or_create(identity, GUEST)).id for identity in (ANN, ANN_ELSEWHERE)]
        clock = StoppedClock(NOON.replace(hour=1))
        linking = AccountLinking(
            accounts=noting,
            codes=codes,
            rate_limiter=LocalRateLimiter(clock),
            clock=clock,
            first_tier={},
            random_below=Wheel().random_below,
        )
        await noting.join(ours, theirs)
        await linking.part(ANN)
        assert days == [NOON.date() - timedelta(days=2)]
