"""Asks of every implementation of `Rulebook`: does what was set hold, and can every change be traced and undone?"""

import asyncio

import pytest

from bot.domain.people import HOUSE, REGISTERED, AccountId, CommunityId, Identity
from bot.domain.rules import (
    EVERYBODY,
    PERSON_SUBJECT,
    Actor,
    AuditEntry,
    AuditEntryId,
    Change,
    FilterImport,
    FilterVersion,
    Rule,
    RuleKey,
    RuleKind,
)
from bot.errors import BadInput
from bot.ports.accounts import Accounts
from bot.ports.rules import Rulebook
from storage.sql.rules import SqlRulebook
from tests.contract.conftest import ON_DISK
from tests.contract.examples import WEB
from tests.contract.tables import patient_database
from tests.fakes.clock import NOON, StoppedClock
from tests.fakes.ids import CountingIds

OTHER = CommunityId("other")
BOSS = Actor(AccountId("boss"), "Boss")
DEPUTY = Actor(AccountId("deputy"), "Deputy")
ZONE = RuleKey(RuleKind.SETTING, "zone")
GUESTS = RuleKey(RuleKind.LIMIT, "tier:guest")


def a_change(value: str | None, key: RuleKey = ZONE, community: CommunityId = HOUSE) -> Change:
    """Return a change of the boss's."""
    return Change(community=community, key=key, value=value, by=BOSS, why="we moved")


async def changed(rulebook: Rulebook, value: str | None, key: RuleKey = ZONE) -> AuditEntry:
    """Make a change that is news."""
    entry = await rulebook.change(a_change(value, key))
    assert entry is not None
    return entry


async def value_of(rulebook: Rulebook, key: RuleKey = ZONE) -> str | None:
    """Look a rule up."""
    return next((rule.value for rule in await rulebook.all(HOUSE) if rule.key == key), None)


class TestChanging:
    """What is set holds, and is on record."""

    async def test_nothing_is_set_at_first(self, rulebook: Rulebook) -> None:
        """And there is no error in that."""
        assert await rulebook.all(HOUSE) == await rulebook.rules(HOUSE, EVERYBODY) == ()
        assert await rulebook.entries(HOUSE, 10) == ()

    async def test_a_change_is_a_rule_and_an_entry(self, rulebook: Rulebook) -> None:
        """With everything that anybody will want to know."""
        entry = await changed(rulebook, "Europe/Berlin")
        assert await rulebook.all(HOUSE) == (Rule(ZONE, "Europe/Berlin"),)
        expected = AuditEntry(
            id=entry.id, community=HOUSE, at=NOON, by=BOSS, key=ZONE, before=None, after="Europe/Berlin", why="we moved"
        )
        assert entry == expected
        assert await rulebook.find(entry.id) == expected

    async def test_an_entry_tells_what_was_before(self, rulebook: Rulebook) -> None:
        """Also where a rule is taken away."""
        await changed(rulebook, "Europe/Berlin")
        second, third = await changed(rulebook, "Asia/Tokyo"), await changed(rulebook, None)
        assert (second.before, second.after) == ("Europe/Berlin", "Asia/Tokyo")
        assert (third.before, third.after) == ("Asia/Tokyo", None)
        assert await rulebook.all(HOUSE) == ()

    @pytest.mark.parametrize("value", ["Europe/Berlin", None])
    async def test_what_is_so_already_is_no_change(self, rulebook: Rulebook, value: str | None) -> None:
        """Nothing is written."""
        await rulebook.change(a_change(value))
        before = await rulebook.entries(HOUSE, 10)
        assert await rulebook.change(a_change(value)) is None
        assert await rulebook.entries(HOUSE, 10) == before

    async def test_rules_of_an_account_are_its_own(self, rulebook: Rulebook, ann: AccountId) -> None:
        """Everybody goes by those that are nobody's."""
        hers, everybodys = RuleKey(RuleKind.LIMIT, PERSON_SUBJECT, ann), GUESTS
        for key in (hers, everybodys, RuleKey(RuleKind.LIMIT, PERSON_SUBJECT, AccountId("bob"))):
            await rulebook.change(a_change("7", key))
        assert [rule.key for rule in await rulebook.rules(HOUSE, ann)] == [hers, everybodys]
        assert [rule.key for rule in await rulebook.rules(HOUSE, EVERYBODY)] == [everybodys]

    async def test_what_was_bought_of_the_house_holds_in_each_community(self, rulebook: Rulebook, ann: AccountId) -> None:
        """And nothing else of the house does; in the house itself nothing comes twice."""
        bought, granted = (RuleKey(RuleKind.MEMBERSHIP, subject, ann) for subject in ("stripe:1", "grant"))
        for key in (bought, granted, GUESTS, RuleKey(RuleKind.MEMBERSHIP, "stripe:2", AccountId("bob"))):
            await rulebook.change(a_change("premium", key))
        await rulebook.change(a_change("7", ZONE, OTHER))
        assert [rule.key for rule in await rulebook.rules_with_bought(OTHER, ann)] == [bought, ZONE]
        assert [rule.key for rule in await rulebook.rules_with_bought(OTHER, EVERYBODY)] == [ZONE]
        assert await rulebook.rules_with_bought(HOUSE, ann) == await rulebook.rules(HOUSE, ann)

    async def test_all_rules_come_by_matter_and_subject(self, rulebook: Rulebook) -> None:
        """Whatever they were set in."""
        keys = [ZONE, GUESTS, RuleKey(RuleKind.BUDGET, "month"), RuleKey(RuleKind.BUDGET, "day")]
        for key in keys:
            await rulebook.change(a_change("1", key))
        assert [rule.key.subject for rule in await rulebook.all(HOUSE)] == ["day", "month", "tier:guest", "zone"]

    async def test_communities_do_not_see_each_other(self, rulebook: Rulebook) -> None:
        """Neither rules nor record."""
        await rulebook.change(a_change("1", GUESTS, OTHER))
        assert await rulebook.all(HOUSE) == ()
        assert await rulebook.entries(HOUSE, 10) == ()
        assert len(await rulebook.entries(OTHER, 10)) == 1

    async def test_any_text_can_be_set(self, rulebook: Rulebook) -> None:
        """It is a value and nothing else."""
        hostile = "'; DROP TABLE rules; --🦊\\n" * 50
        await rulebook.change(a_change(hostile, RuleKey(RuleKind.SETTING, hostile)))
        assert [rule.value for rule in await rulebook.all(HOUSE)] == [hostile]

    async def test_what_is_set_for_a_joined_account_is_set_for_the_one_it_became(
        self, rulebook: Rulebook, accounts: Accounts, ann: AccountId
    ) -> None:
        """An admin may have looked a moment before."""
        bob = (await accounts.get_or_create(Identity(WEB, "", "bob"), REGISTERED)).id
        await accounts.join(ann, bob)
        await rulebook.change(a_change("7", RuleKey(RuleKind.LIMIT, PERSON_SUBJECT, bob)))
        assert [rule.value for rule in await rulebook.rules(HOUSE, ann)] == ["7"]


class TestRecord:
    """What happened, newest first."""

    async def test_the_record_is_read_in_pages(self, rulebook: Rulebook) -> None:
        """Each goes on where the last one ended, whatever others have changed meanwhile."""
        for number in range(5):
            await rulebook.change(a_change(str(number)))
        await rulebook.change(a_change("x", ZONE, OTHER))
        first = await rulebook.entries(HOUSE, 2)
        await rulebook.change(a_change("5"))
        second = await rulebook.entries(HOUSE, 2, first[-1].id)
        third = await rulebook.entries(HOUSE, 2, second[-1].id)
        assert [[entry.after for entry in page] for page in (first, second, third)] == [["4", "3"], ["2", "1"], ["0"]]

    async def test_before_what_is_not_there_is_nothing(self, rulebook: Rulebook) -> None:
        """It is no error either."""
        await changed(rulebook, "1")
        assert await rulebook.entries(HOUSE, 10, AuditEntryId("none")) == ()
        assert await rulebook.find(AuditEntryId("none")) is None


class TestUndoing:
    """A change is taken back, once, unless the world has gone on."""

    @pytest.mark.parametrize("values", [("a",), ("a", "b"), ("a", None)], ids=["set", "changed", "taken away"])
    async def test_what_was_before_is_put_back(self, rulebook: Rulebook, values: tuple[str | None, ...]) -> None:
        """And that is an entry too."""
        entry = [await changed(rulebook, value) for value in values][-1]
        undoing = await rulebook.undo(entry.id, DEPUTY)
        assert await value_of(rulebook) == entry.before
        assert (undoing.before, undoing.after, undoing.undoes, undoing.by) == (entry.after, entry.before, entry.id, DEPUTY)
        assert (await rulebook.entries(HOUSE, 1))[0] == undoing

    async def test_what_was_undone_cannot_be_undone_again(self, rulebook: Rulebook) -> None:
        """Even though the value is what it was."""
        entry = await changed(rulebook, "a")
        await rulebook.undo(entry.id, BOSS)
        await changed(rulebook, "a")
        with pytest.raises(BadInput) as refused:
            await rulebook.undo(entry.id, BOSS)
        assert refused.value.user_text == "That was undone already; nothing was changed."
        assert await value_of(rulebook) == "a"

    async def test_an_undoing_can_be_undone(self, rulebook: Rulebook) -> None:
        """And that too."""
        entry = await changed(rulebook, "a")
        for expected in (None, "a", None):
            entry = await rulebook.undo(entry.id, BOSS)
            assert await value_of(rulebook) == expected

    async def test_what_was_changed_since_stays(self, rulebook: Rulebook) -> None:
        """Undoing the first change would undo the second one."""
        entry = await changed(rulebook, "a")
        await changed(rulebook, "b")
        with pytest.raises(BadInput) as refused:
            await rulebook.undo(entry.id, BOSS)
        assert "changed again since" in refused.value.user_text
        assert await value_of(rulebook) == "b"
        assert len(await rulebook.entries(HOUSE, 10)) == 2

    async def test_what_never_was_cannot_be_undone(self, rulebook: Rulebook) -> None:
        """Buttons can be forged."""
        with pytest.raises(BadInput) as refused:
            await rulebook.undo(AuditEntryId("none"), BOSS)
        assert "not on record" in refused.value.user_text

    @ON_DISK
    async def test_of_two_at_once_one_wins(self, rulebook: Rulebook, records_url: str, clock: StoppedClock) -> None:
        """The other one is told that it was undone."""
        second = patient_database(records_url)
        await second.open()
        entry = await changed(rulebook, "a")
        ids = CountingIds()
        for _ in range(100):
            ids.new()
        others = SqlRulebook(second, clock, ids)
        acts = (one.undo(entry.id, BOSS) for one in [rulebook, others] * 5)
        answers = await asyncio.gather(*acts, return_exceptions=True)
        await second.close()
        assert sum(isinstance(answer, AuditEntry) for answer in answers) == 1
        assert sum(isinstance(answer, BadInput) for answer in answers) == 9
        assert await value_of(rulebook) is None


async def test_what_a_setting_is_everywhere(rulebook: Rulebook) -> None:
    """By community; rules about one person, and other settings, are not it."""
    days = RuleKey(RuleKind.SETTING, "retention")
    await rulebook.change(a_change("30", days))
    await rulebook.change(a_change("7", days, OTHER))
    await rulebook.change(a_change("UTC"))
    await rulebook.change(a_change("9", RuleKey(RuleKind.SETTING, "retention", AccountId("ann")), CommunityId("third")))
    assert await rulebook.everywhere(RuleKind.SETTING, "retention") == {HOUSE: "30", OTHER: "7"}
    await rulebook.change(a_change(None, days))
    assert await rulebook.everywhere(RuleKind.SETTING, "retention") == {OTHER: "7"}


class TestFilterRules:
    """Words that admins list: there may be thousands, so they are read when they have changed."""

    WORDS = RuleKey(RuleKind.FILTER, "our mascot")

    async def test_nobody_has_listed_anything_at_first(self, rulebook: Rulebook) -> None:
        """So there is nothing to read."""
        assert await rulebook.filter_version(HOUSE) == FilterVersion(HOUSE, "")
        assert await rulebook.filter_rules(HOUSE) == ()

    async def test_each_change_of_them_makes_another_version(self, rulebook: Rulebook) -> None:
        """A change of something else does not; an undo does."""
        seen = {(await rulebook.filter_version(HOUSE)).revision}
        listed = await changed(rulebook, "block community", self.WORDS)
        seen.add((await rulebook.filter_version(HOUSE)).revision)
        await changed(rulebook, "warn community", self.WORDS)
        seen.add((await rulebook.filter_version(HOUSE)).revision)
        await rulebook.change(a_change("Europe/Berlin"))
        seen.add((await rulebook.filter_version(HOUSE)).revision)
        assert len(seen) == 3
        taken_off = await changed(rulebook, None, self.WORDS)
        await rulebook.undo(taken_off.id, BOSS)
        assert await rulebook.filter_rules(HOUSE) == (Rule(self.WORDS, "warn community"),)
        assert (await rulebook.filter_version(HOUSE)).revision not in {*seen, listed.id, taken_off.id}

    async def test_wishes_read_the_version_and_not_the_words(self, rulebook: Rulebook) -> None:
        """Which is all they need to know whether to read them."""
        entry = await changed(rulebook, "block community", self.WORDS)
        version = Rule(RuleKey(RuleKind.FILTER_VERSION, ""), entry.id)
        assert await rulebook.rules(HOUSE, AccountId("ann")) == (version,)
        assert await rulebook.filter_version(OTHER) == FilterVersion(OTHER, "")
        assert await rulebook.filter_rules(OTHER) == ()


class TestImporting:
    """Many filter rules are added as one change."""

    async def test_what_is_listed_stays_and_the_rest_is_added(self, rulebook: Rulebook) -> None:
        """In whatever case it is listed; the version is another one then."""
        await rulebook.change(a_change("allow community", RuleKey(RuleKind.FILTER, "Anvil")))
        before = await rulebook.filter_version(HOUSE)
        added = FilterImport({"anvil": "block community", "müll": "warn brands de", "/a+/": "block community"})
        entry = await rulebook.add_filter_rules(HOUSE, added, BOSS, "ours")
        assert entry is not None
        assert (entry.key, entry.before, entry.why) == (RuleKey(RuleKind.FILTER_IMPORT, "2"), None, "ours")
        listed = {rule.key.subject: rule.value for rule in await rulebook.filter_rules(HOUSE)}
        assert listed == {"Anvil": "allow community", "müll": "warn brands de", "/a+/": "block community"}
        assert await rulebook.filter_version(HOUSE) != before
        assert await rulebook.add_filter_rules(HOUSE, added, BOSS) is None
        assert await rulebook.filter_rules(OTHER) == ()

    async def test_it_is_undone_but_for_what_was_changed_since_and_that_too(self, rulebook: Rulebook) -> None:
        """Undoing the undoing lists it again."""
        entry = await rulebook.add_filter_rules(HOUSE, FilterImport({"fox": "block a", "elk": "block a"}), BOSS)
        assert entry is not None
        await rulebook.change(a_change("warn a", RuleKey(RuleKind.FILTER, "fox")))
        version = await rulebook.filter_version(HOUSE)
        undoing = await rulebook.undo(entry.id, DEPUTY)
        assert [rule.key.subject for rule in await rulebook.filter_rules(HOUSE)] == ["fox"]
        assert await rulebook.filter_version(HOUSE) != version
        await rulebook.undo(undoing.id, DEPUTY)
        listed = {rule.key.subject: rule.value for rule in await rulebook.filter_rules(HOUSE)}
        assert listed == {"fox": "warn a", "elk": "block a"}
