"""Asks whether a community's list travels: as a file, as pasted lines, with bad entries, and between two that swap theirs."""

from pathlib import Path

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.commands.rule_changes import RuleChanges, audit, undo
from bot.commands.word_filter import MOST_ENTRIES, filter_add, filter_list
from bot.commands.word_filter_exchange import LONGEST_LIST, filter_export, filter_import
from bot.domain.people import CommunityId
from bot.moderation.word_filter import read_lists
from tests.fakes.bench import FAULT
from tests.fakes.surfaces import SQUARE
from tests.unit.commands.admin_console import BOB, AdminConsole


class ExchangeConsole(AdminConsole):
    """A console with the commands that exchange lists; the square and elsewhere are two communities."""

    def open(self, *, premium: str = "", policy: str = "") -> Dispatcher:
        """Build the commands."""
        rulebook = self.bench.rulebook
        rule_changes = RuleChanges(
            rulebook=rulebook, quotas=self.quotas, people=self.people, deployment=self.house, clock=self.bench.clock
        )
        commands = (
            filter_add(rule_changes, self.quotas, rulebook),
            filter_list(self.quotas, rulebook),
            filter_export(self.quotas, rulebook),
            filter_import(rule_changes, self.people, self.quotas, rulebook),
            undo(rule_changes),
            audit(rule_changes),
        )
        self._dispatcher = Dispatcher(commands, lambda: FAULT, self.owns)
        return self._dispatcher

    async def listed(self, at: CommunityId | None = None) -> dict[str, str]:
        """Return what is listed at the square, or in another community."""
        community = at or self.quotas.community(SQUARE)
        return {rule.key.subject: rule.value for rule in await self.bench.rulebook.filter_rules(community)}

    async def exported(self) -> str:
        """Export the square's list."""
        [post] = await self.type("/filter export")
        [file] = post.attachments
        return file.content.decode()


@pytest.fixture
def console() -> ExchangeConsole:
    """Return what commands are typed into."""
    return ExchangeConsole()


async def test_pasted_lines_are_listed_and_an_undo_takes_all_of_them_away(console: ExchangeConsole) -> None:
    """A phrase on each line, as operators' files have them; as one change, with one line on record."""
    [post] = await console.type("/filter import our mascot\n# remark\n\n/ba+d/\n!naked mole rat\n  two   words ")
    assert post.text == "An imported list of words is now listed (4 entries); it was not listed."
    assert await console.listed() == {
        "our mascot": "block community",
        "/ba+d/": "block community",
        "naked mole rat": "allow community",
        "two words": "block community",
    }
    assert "from not listed to listed (4 entries)" in await console.say("/audit")
    await console.say("/filter add two words --action warn")
    await console.press(post.buttons[0])
    assert await console.listed() == {"two words": "warn community"}, "what was changed since stays"
    [refused] = await console.press(post.buttons[0])
    assert "undone already" in refused.text


async def test_what_was_exported_can_be_imported_and_named_in_the_settings(console: ExchangeConsole, tmp_path: Path) -> None:
    """Nothing is lost on the way, whatever characters the words have."""
    await console.say('/filter add "say \\\\ \\"cheese\\"" --why test')
    await console.say("/filter add Müll --action review --category brands --language de")
    await console.say("/filter add /a+[bc]\\d/ --action warn")
    await console.say("/filter add naked mole rat --action allow")
    before, text = await console.listed(), await console.exported()
    fresh = ExchangeConsole()
    assert "is now listed (4 entries)" in await fresh.say(f"/filter import {text}")
    assert await fresh.listed() == before
    file = tmp_path / "word-list.toml"
    file.write_text(text, encoding="utf-8")
    assert sum(len(one.phrases) + len(one.allow) + len(one.patterns) for one in read_lists(file)) == 4


async def test_two_who_import_each_other_s_lists_keep_their_own(console: ExchangeConsole) -> None:
    """However often they do it: what stands there stays, and both have all words in the end."""
    other = ExchangeConsole()
    await console.say("/filter add anvil --action block")
    await console.say("/filter add mascot")
    await other.say("/filter add Anvil --action allow")
    await other.say("/filter add gnome")
    mine, theirs = await console.exported(), await other.exported()
    said = await console.say(f"/filter import {theirs}")
    assert "(1 entry)" in said
    assert "Of the list, 1 entry stood here already; nothing was changed about that." in said
    await other.say(f"/filter import {mine}")
    assert "It is so already" in await console.say(f"/filter import {await other.exported()}")
    assert "It is so already" in await other.say(f"/filter import {await console.exported()}")
    assert (await console.listed())["anvil"] == "block community"
    assert (await other.listed())["Anvil"] == "allow community"
    assert {words.lower() for words in await console.listed()} == {words.lower() for words in await other.listed()}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("# nothing", "There are no entries in the list that you sent"),
        ("...\nfox", "There are no letters in that"),
        ("fox\n/(/", "That pattern is none that RE2 takes"),
        ("/((a{1,1000}){1,1000}){1,1000}/", "That pattern is none that RE2 takes"),
        ("x" * 201, "has an entry of 201 characters: 200 are the most"),
        ("[[list]]\nphrases = 7", "phrases that are no list of texts"),
        ("[[list]]\nphrases = [", "is not TOML"),
        ("[[list]]\nseverity = 'cruel'", "has the severity cruel"),
        ("\n".join(f"fox {number}" for number in range(MOST_ENTRIES + 1)), "10,000 are the most, so nothing was changed"),
        ("\n".join(f"f{number}" for number in range(100_001)), "has 100,001 entries: 100,000 are the most"),
        ("x" * (LONGEST_LIST + 1), "1,000,000 is the most"),
    ],
)
async def test_what_cannot_be_listed_is_said_and_nothing_is(console: ExchangeConsole, text: str, says: str) -> None:
    """All or nothing: half a list helps nobody."""
    assert says in await console.say(f"/filter import {text}")
    assert await console.listed() == {}


async def test_an_empty_list_is_not_exported_and_only_admins_exchange_any(console: ExchangeConsole) -> None:
    """Who is no admin is told so."""
    assert await console.say("/filter export") == "Nothing is listed here, so there is nothing to export."
    assert "for admins only" in await console.say("/filter export", BOB)
    assert "for admins only" in await console.say("/filter import fox", BOB)


async def test_ten_thousand_entries_are_one_change(console: ExchangeConsole) -> None:
    """And one line on record."""
    text = "\n".join(f"fox {number}" for number in range(MOST_ENTRIES))
    assert "(10000 entries)" in (await console.say(f"/filter import {text}")).replace(",", "")
    assert len(await console.listed()) == MOST_ENTRIES
